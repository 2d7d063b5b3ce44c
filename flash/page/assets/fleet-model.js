// @ts-check
// A fleet from the messages of its broker: who publishes on a topic, and what it says. No DOM, no network, no clock of its own. All text
// is hostile: what is not understood, or beyond a bound, is counted and named, and changes nothing.

import { readAccount, readHistory } from './fleet-account.js';
import { PREFIX } from './fleet-discovery.js';
import { createGate } from './fleet-gate.js';
import { addChannel, takeAccount, takePresence, takeReading } from './fleet-mote.js';
import { createMotes } from './fleet-motes.js';
import { guessPicks, readObject, readTime } from './fleet-payload.js';
import { createRate } from './fleet-sum.js';
import { createTopics } from './fleet-topics.js';
import { createUnknowns } from './fleet-unknown.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */
/** @typedef {import('./fleet-mote.js').Channel} Channel */
/** @typedef {{ reading(mote: Mote, channel: Channel): void, reply(mote: Mote, payload: string): void }} Watcher */

const MOTES_MAX = 20_000;
/** Longer than what a mote announces of all of its channels. */
export const BYTES_MAX = 65_536;
/** First levels below a mote's id that are no sensors. */
const NO_SENSOR = /^(cmd|config|reply|energy|account|history|sleep|status)(\/|$)/;

/** @param {import('../codes-contract.ts').PageCodes} codes @param {Watcher} watcher @param {number} [motesMax] */
export function createModel(codes, watcher, motesMax = MOTES_MAX) {
  const topics = createTopics();
  const unknowns = createUnknowns();
  const motes = createMotes(topics, unknowns, motesMax);
  const gate = createGate();
  const rate = createRate();
  let messages = 0;

  /**
   * What a mote says of itself: undefined where it is nothing of the kind, or what is to be done with it.
   * @type {Record<string, (payload: string, now: number) => ((mote: Mote) => void) | undefined>}
   */
  const own = {
    status(payload) {
      if (payload !== 'online' && payload !== 'offline') return undefined;
      return (mote) => void (mote.isOnline = payload === 'online');
    },
    account(payload) {
      const account = readAccount(payload, codes);
      return account && ((mote) => takeAccount(mote, account));
    },
    history(payload) {
      const history = readHistory(payload);
      return history && ((mote) => void (mote.history = history));
    },
    sleep(payload, now) {
      const object = readObject(payload);
      const seconds = object?.['seconds'];
      if (typeof seconds !== 'number' || !(seconds >= 0)) return undefined;
      const sleep = { untilMs: readTime(object?.['asleep_until']), spanMs: seconds * 1000, toldMs: now };
      return (mote) => void (mote.sleep = sleep);
    },
  };

  /** @param {Mote} mote @param {Channel} channel @param {string} payload @param {boolean} isKept @param {number} now */
  function read(mote, channel, payload, isKept, now) {
    if (!takeReading(channel, payload, isKept, now)) return false;
    if (!isKept) rate.add(now);
    watcher.reading(mote, channel);
    return true;
  }

  /** @param {Mote} mote @param {string} topic @param {string} payload @param {boolean} isKept @param {number} now */
  function guess(mote, topic, payload, isKept, now) {
    const name = topic.slice(mote.id.length + 1);
    const picks = guessPicks(payload);
    if (picks.length === 0) unknowns.add('a payload that is no reading', topic);
    for (const pick of picks) {
      const key = pick.name === '' ? name : `${name} ${pick.name}`;
      const announced = {
        key,
        name: key.replace('/', ' '),
        topic,
        pick,
        unit: '',
        decimals: -1,
        isBinary: false,
      };
      const channel = mote.channels.get(key) ?? addChannel(mote, announced);
      if (channel === undefined) unknowns.add('more channels than are followed', topic);
      else read(mote, channel, payload, isKept, now);
    }
  }

  /** What a mote that is known publishes beside readings that were announced. @param {Mote} mote @param {string} topic @param {string} payload @param {boolean} isKept @param {number} now */
  function routeBelow(mote, topic, payload, isKept, now) {
    const below = topic.slice(mote.id.length + 1);
    if (below === 'reply') watcher.reply(mote, payload);
    else if (below.endsWith('/status')) {
      takePresence(mote, below.slice(0, -'/status'.length), payload === 'online');
    } else if (mote.device === undefined && !NO_SENSOR.test(below)) guess(mote, topic, payload, isKept, now);
  }

  /** @param {string} topic @param {string} payload @param {boolean} isKept @param {number} now @returns {Mote | undefined} whose it was */
  function route(topic, payload, isKept, now) {
    const readers = topics.readersOf(topic);
    if (readers !== undefined) {
      // A message of a group has those of its channels that had something to say.
      const taken = readers.filter(({ mote, channel }) => read(mote, channel, payload, isKept, now));
      if (taken.length === 0) unknowns.add('a payload without the reading that was announced', topic);
      return taken[0]?.mote;
    }
    const cut = topic.lastIndexOf('/');
    const name = topic.slice(cut + 1);
    const owner = motes.ownerOf(topic);
    if (Object.hasOwn(own, name) && (owner === undefined || owner.id.length === cut)) {
      const change = own[name]?.(payload, now);
      if (change === undefined) {
        unknowns.add(`not the ${name} of a mote`, topic);
        return undefined;
      }
      const mote = motes.moteOf(topic.slice(0, cut), topic, now);
      if (mote !== undefined) change(mote);
      return mote;
    }
    if (owner === undefined) unknowns.add('a topic of no mote that is known', topic);
    else routeBelow(owner, topic, payload, isKept, now);
    return owner;
  }

  return {
    motes: motes.all,
    topics,
    unknowns,
    rate,
    gate,
    messages: () => messages,
    settle: motes.settle,
    /**
     * @param {string} topic @param {string | undefined} payload undefined: it has more than BYTES_MAX
     * @param {boolean} isKept by the broker @param {number} now milliseconds since 1970
     */
    handle(topic, payload, isKept, now) {
      messages += 1;
      if (!gate.pass(isKept, now)) return;
      if (payload === undefined) unknowns.add(`longer than ${BYTES_MAX} bytes`, topic);
      else if (topic === `${PREFIX}status`) return;
      else if (topic.startsWith(PREFIX)) motes.discover(topic, payload, now);
      else {
        const mote = route(topic, payload, isKept, now);
        if (mote !== undefined && !isKept) mote.heardMs = now;
      }
    },
  };
}

/** @typedef {ReturnType<typeof createModel>} Model */
