// @ts-check
// What a mote can be told, and its answers (docs/commands.md). Pure: nothing is published here.

import { clip, readObject } from './fleet-payload.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */

/** Which arguments each has. @type {Record<string, { label: string, hasSensor: boolean, hasMs: boolean, mustHave: boolean }>} */
export const COMMANDS = {
  read: { label: 'read: sample now', hasSensor: true, hasMs: false, mustHave: false },
  interval: { label: 'interval: sample so often', hasSensor: true, hasMs: true, mustHave: true },
  identify: { label: 'identify: show which board it is', hasSensor: false, hasMs: true, mustHave: false },
  restart: { label: 'restart', hasSensor: false, hasMs: false, mustHave: false },
};
const ID_MAX = 99_999_999;
/** What a mote takes at most. */
export const COMMAND_MAX = 768;

/**
 * @param {string} name @param {number} id @param {string} sensor empty: all @param {number | undefined} ms undefined: as the mote does
 * @returns {string} the payload
 */
export function composeCommand(name, id, sensor, ms) {
  const { hasSensor, hasMs } = COMMANDS[name] ?? { hasSensor: false, hasMs: false };
  return JSON.stringify({
    id: id % (ID_MAX + 1),
    ...(hasSensor && sensor !== '' ? { sensor } : {}),
    ...(hasMs && ms !== undefined ? { ms } : {}),
  });
}

/** @param {Mote} mote @returns {string[]} names of its sensors, by the topics of their channels */
export function sensorsOf({ id, channels, sensors }) {
  const named = [...channels.values()].map(
    ({ announced }) => announced.topic.slice(id.length + 1).split('/')[0] ?? '',
  );
  return [...new Set([...named, ...sensors.keys()])].filter((name) => name !== 'mote');
}

/** @param {string} payload @param {import('../codes-contract.ts').PageCodes} codes @returns {string} an answer as a sentence */
export function replyText(payload, codes) {
  const object = readObject(payload);
  const result = object?.['result'];
  if (object === undefined || typeof result !== 'number') return `not understood: ${clip(payload)}`;
  const which = ['command', 'id'].map((name) => object[name]).filter((value) => value !== undefined);
  const what = which.length === 0 ? 'commands' : clip(which.join(' '));
  if (result === 0) return `${what}: carried out`;
  const at = typeof object['at'] === 'number' ? `, at byte ${object['at']}` : '';
  const refused =
    typeof object['refused'] === 'number' ? `; ${object['refused']} refused since its start` : '';
  return `${what}: not carried out: ${codes.results[result] ?? `unknown code ${result}`}${at}${refused}`;
}
