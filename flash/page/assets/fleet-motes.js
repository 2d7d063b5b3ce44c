// @ts-check
// Who is in the fleet, and which channels each mote has: from discovery, and from what motes publish without it. What is beyond a bound
// is counted, and changes nothing.

import { isTopicName, readDiscovery } from './fleet-discovery.js';
import { addChannel, createMote } from './fleet-mote.js';

/** @typedef {import('./fleet-discovery.js').Announced} Announced */
/** @typedef {import('./fleet-mote.js').Mote} Mote */
/**
 * @typedef {object} Motes
 * @property {ReadonlyMap<string, Mote>} all by id
 * @property {(id: string, topic: string, now: number) => Mote | undefined} moteOf a new one, where there is none; undefined: no room
 * @property {(topic: string) => Mote | undefined} ownerOf whose topic it is, by the id that it begins with
 * @property {(topic: string, payload: string, now: number) => void} discover
 * @property {(now: number) => void} settle motes that have announced nothing by now are followed without it
 */

/** What the broker kept of a mote's discovery has come by then. */
const SETTLE_MS = 3000;

/**
 * @param {import('./fleet-topics.js').Topics} topics
 * @param {import('./fleet-unknown.js').Unknowns} unknowns
 * @param {number} motesMax
 * @returns {Motes}
 */
export function createMotes(topics, unknowns, motesMax) {
  /** @type {Map<string, Mote>} */
  const all = new Map();
  /** By the identifier that discovery has for them. @type {Map<string, Mote>} */
  const nodes = new Map();
  /** @type {Set<Mote>} */
  const unsettled = new Set();

  /** @type {Motes['moteOf']} */
  function moteOf(id, topic, now) {
    const known = all.get(id);
    if (known !== undefined) return known;
    if (!isTopicName(id)) unknowns.add('an id that no topic can have', topic);
    else if (all.size >= motesMax) unknowns.add(`more than ${motesMax} motes`, topic);
    else {
      const mote = createMote(id, now);
      all.set(id, mote);
      unsettled.add(mote);
      topics.wantMote(id);
      return mote;
    }
    return undefined;
  }

  /** @param {Mote} mote @param {(key: string) => boolean} isGone */
  function forget(mote, isGone) {
    for (const [key, channel] of mote.channels) {
      if (!isGone(key)) continue;
      mote.channels.delete(key);
      topics.unread(channel.announced.topic, channel);
    }
  }

  /** @param {Mote} mote @param {Announced} announced */
  function announce(mote, announced) {
    const before = mote.channels.get(announced.key);
    if (before !== undefined && before.announced.topic !== announced.topic) {
      topics.unread(before.announced.topic, before);
    }
    const channel = addChannel(mote, announced);
    if (channel === undefined || !topics.read(announced.topic, { mote, channel })) {
      unknowns.add('more channels than are followed', announced.topic);
    }
  }

  /** @type {Motes['discover']} */
  function discover(topic, payload, now) {
    const found = readDiscovery(topic, payload);
    if (found.kind === 'unknown') {
      unknowns.add(found.why, topic);
      return;
    }
    if (found.kind === 'gone') {
      const owner = nodes.get(found.node);
      if (owner !== undefined) forget(owner, (key) => found.key === '' || key === found.key);
      return;
    }
    const mote = moteOf(found.id, topic, now);
    if (mote === undefined) return;
    if (mote.device === undefined) {
      // What was guessed of it is announced now.
      forget(mote, () => true);
      topics.announced(mote.id);
      unsettled.delete(mote);
    }
    mote.device = found.device;
    nodes.set(found.node, mote);
    if (found.isWhole) forget(mote, (key) => !found.channels.some((channel) => channel.key === key));
    for (const announced of found.channels) announce(mote, announced);
  }

  return {
    all,
    moteOf,
    ownerOf(topic) {
      for (let at = topic.indexOf('/'); at > 0; at = topic.indexOf('/', at + 1)) {
        const mote = all.get(topic.slice(0, at));
        if (mote !== undefined) return mote;
      }
      return undefined;
    },
    discover,
    settle(now) {
      for (const mote of unsettled) {
        // In the order in which they came.
        if (now - mote.firstMs < SETTLE_MS) return;
        topics.wantAnything(mote.id);
        unsettled.delete(mote);
      }
    },
  };
}
