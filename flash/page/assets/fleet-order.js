// @ts-check
// Which motes a list shows, and in which order. Pure, and quick enough for twenty thousand motes a second.

import { closeText } from './fleet-account.js';
import { MOTE_STATES, causeOf, nameOf, stateOf } from './fleet-mote.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */
/** @typedef {import('../codes-contract.ts').PageCodes} PageCodes */
/** @typedef {'name' | 'state' | 'heard' | 'account' | 'cause'} Column */
/**
 * @typedef {object} Order
 * @property {string} text in id, name, model, area or cause, in any case
 * @property {string} only a key of ONLY
 * @property {Column} column
 * @property {boolean} isUp
 */

/** What a list can be narrowed to. @type {Record<string, { label: string, has: (mote: Mote, now: number) => boolean }>} */
export const ONLY = {
  all: { label: 'all', has: () => true },
  ...Object.fromEntries(
    MOTE_STATES.toReversed().map((state) => [
      state,
      {
        label: state,
        has: (/** @type {Mote} */ mote, /** @type {number} */ now) => stateOf(mote, now) === state,
      },
    ]),
  ),
  missing: { label: 'account does not add up', has: ({ account }) => (account?.missing ?? 0) !== 0 },
  waiting: { label: 'messages wait', has: ({ account }) => (account?.counts['waiting'] ?? 0) > 0 },
  silent: { label: 'no account', has: ({ account }) => account === undefined },
};

/** @type {WeakMap<Mote, { name: string, key: string }>} */
const keys = new WeakMap();

/** Numbers in names by their size: mote-2 before mote-10. @param {Mote} mote */
function nameKey(mote) {
  const name = nameOf(mote);
  const known = keys.get(mote);
  if (known?.name === name) return known.key;
  const key = `${name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, '0'))} ${mote.id}`;
  keys.set(mote, { name, key });
  return key;
}

/** Those that want a person first. @param {Mote} mote @param {PageCodes} codes @param {number} now @type {Record<Exclude<Column, 'name'>, (mote: Mote, codes: PageCodes, now: number) => number>} */
const RANK = {
  state: (mote, _codes, now) => MOTE_STATES.indexOf(stateOf(mote, now)),
  heard: (mote) => -(mote.heardMs ?? 0),
  account: ({ account }) =>
    account === undefined
      ? 0
      : account.missing !== 0
        ? -1e9 - Math.abs(account.missing)
        : -(account.counts['waiting'] ?? 0),
  cause: (mote, codes) => causeOf(mote, codes) || 1e9,
};

/** @param {Mote} mote @param {string} text small letters @param {PageCodes} codes */
function hasText(mote, text, codes) {
  const cause = causeOf(mote, codes);
  const { name = '', model = '', area = '', serial = '' } = mote.device ?? {};
  const said = [mote.id, name, model, area, serial, cause === undefined ? '' : closeText(cause, codes)];
  return said.some((one) => one.toLowerCase().includes(text));
}

/** @param {Mote} a @param {Mote} b */
const byName = (a, b) => (nameKey(a) < nameKey(b) ? -1 : 1);

/** @param {PageCodes} codes */
export function createSelection(codes) {
  /** All by name. Sorted already, but for those that are new, it costs next to nothing to sort. @type {Mote[]} */
  let all = [];

  /** @param {ReadonlyMap<string, Mote>} motes @param {Order} order @param {number} now @returns {Mote[]} */
  return (motes, { text, only, column, isUp }, now) => {
    if (all.length !== motes.size) all = [...all, ...[...motes.values()].slice(all.length)];
    all.sort(byName);
    const wanted = text.trim().toLowerCase();
    const has = ONLY[only]?.has ?? (() => true);
    const found = all.filter((mote) => has(mote, now) && (wanted === '' || hasText(mote, wanted, codes)));
    if (column !== 'name') {
      const ranks = new Map(found.map((mote) => [mote, RANK[column](mote, codes, now)]));
      found.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
    }
    return isUp ? found : found.reverse();
  };
}
