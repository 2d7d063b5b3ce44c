// @ts-check
// A message with several values is a reading of each: of the channel `<topic> <name>`. The unit of each is the one that the mote announces
// to Home Assistant. All text is hostile: what is not understood is left as it is.

import { PREFIX, readDiscovery } from './fleet-discovery.js';
import { guessPicks, readReading } from './fleet-payload.js';

/** @import { PacketEvent, ReadingEvent } from '../../stage/events.ts' */

const UNITS_MOST = 100;
/** What a mote says of itself; other things have it in their names only where they are announced. */
const OWN = /\/(?:account|config|energy|history|reply|sleep|status)(?:\/|$)/;

export function createGroups() {
  /** @type {Map<string, string>} */
  const units = new Map();
  /** @type {Set<string>} */
  const announced = new Set();
  return {
    clear() {
      units.clear();
      announced.clear();
    },
    /** @param {PacketEvent} packet */
    packet({ direction, name, fields }) {
      if (direction !== 'out' || name !== 'PUBLISH') return;
      const { topic = '', payload = '' } = Object.fromEntries(fields);
      if (!topic.startsWith(PREFIX)) return;
      const said = readDiscovery(topic, payload);
      if (said.kind !== 'mote') return;
      for (const { topic: from, pick, unit } of said.channels) {
        if (units.size >= UNITS_MOST) return;
        units.set(`${from} ${pick.name}`, unit);
        announced.add(from);
      }
    },
    /** @param {ReadingEvent} reading @returns {ReadingEvent[]} itself, where it is one */
    split(reading) {
      const { topic, text, value } = reading;
      if (value !== undefined || (OWN.test(topic) && !announced.has(topic))) return [reading];
      const parts = guessPicks(text).flatMap((pick) => {
        const part = pick.name === '' ? undefined : readReading(text, pick)?.value;
        if (part === undefined) return [];
        const channel = `${topic} ${pick.name}`;
        return [
          { ...reading, topic: channel, value: part, text: String(part), unit: units.get(channel) ?? '' },
        ];
      });
      return parts.length === 0 ? [reading] : parts;
    },
  };
}
