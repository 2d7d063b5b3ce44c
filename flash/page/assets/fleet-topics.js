// @ts-check
// Which topic filters a view of a fleet wants, and who reads what comes on a topic. Bounded: what is beyond is counted by its owner.

/** @typedef {import('./fleet-mote.js').Channel} Channel */
/** @typedef {import('./fleet-mote.js').Mote} Mote */
/** @typedef {{ mote: Mote, channel: Channel }} Reader */

/** For all motes: what one publishes beside readings. */
const OF_A_MOTE = ['status', 'account', 'history', 'sleep'];
/** `+/+/status` is that of sensors. */
const BASE = ['homeassistant/#', '+/+/status', ...OF_A_MOTE.map((name) => `+/${name}`)];

/** The exact ones, because some brokers send what they keep for these only (RabbitMQ). @param {string} id */
const anythingOf = (id) => [
  `${id}/+`,
  `${id}/+/+`,
  ...(id.includes('/') ? [] : OF_A_MOTE.map((name) => `${id}/${name}`)),
];

const TOPICS_MAX = 200_000;
/** A message for a group of channels has all of them. */
const READERS_MAX = 64;

/**
 * @typedef {object} Topics
 * @property {(topic: string, reader: Reader) => boolean} read false: there are too many
 * @property {(topic: string, channel: Channel) => void} unread
 * @property {(topic: string) => readonly Reader[] | undefined} readersOf
 * @property {(id: string) => void} wantMote what the filters for all do not match, where an id has levels
 * @property {(id: string) => void} wantAnything of a mote that announces nothing
 * @property {(id: string) => void} announced it announces now: its own topics are enough
 * @property {() => Iterable<string>} wanted all filters, for a new session
 * @property {() => { add: string[], drop: string[] }} changes since it was asked last
 */

/** @returns {Topics} */
export function createTopics() {
  /** @type {Map<string, Reader[]>} */
  const readers = new Map();
  const wanted = new Set(BASE);
  /** @type {Set<string>} */
  let add = new Set();
  /** @type {Set<string>} */
  let drop = new Set();

  /** @param {string} filter */
  function want(filter) {
    if (wanted.has(filter)) return;
    wanted.add(filter);
    if (!drop.delete(filter)) add.add(filter);
  }

  /** @param {string} filter */
  function unwant(filter) {
    if (!wanted.delete(filter)) return;
    if (!add.delete(filter)) drop.add(filter);
  }

  return {
    read(topic, reader) {
      const known = readers.get(topic);
      if (known?.some(({ channel }) => channel === reader.channel)) return true;
      if (known === undefined ? readers.size >= TOPICS_MAX : known.length >= READERS_MAX) return false;
      if (known === undefined) readers.set(topic, [reader]);
      else known.push(reader);
      want(topic);
      return true;
    },
    unread(topic, channel) {
      const left = readers.get(topic)?.filter((reader) => reader.channel !== channel) ?? [];
      if (left.length > 0) {
        readers.set(topic, left);
        return;
      }
      readers.delete(topic);
      unwant(topic);
    },
    readersOf: (topic) => readers.get(topic),
    wantMote(id) {
      if (!id.includes('/')) return;
      want(`${id}/+/status`);
      OF_A_MOTE.forEach((name) => want(`${id}/${name}`));
    },
    wantAnything(id) {
      anythingOf(id).forEach(want);
    },
    announced(id) {
      anythingOf(id).forEach(unwant);
    },
    wanted: () => wanted,
    changes() {
      const changes = { add: [...add], drop: [...drop] };
      add = new Set();
      drop = new Set();
      return changes;
    },
  };
}
