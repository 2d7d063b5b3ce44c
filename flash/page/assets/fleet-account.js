// @ts-check
// The account and the history of a mote, as it publishes them: whether the account adds up, and the history in sentences. The
// sentences and the names of members come from the server (flash/page/codes.ts): there is no second table of them.

import { readObject } from './fleet-payload.js';

/** @typedef {import('../codes-contract.ts').PageCodes} PageCodes */
/**
 * @typedef {object} Account
 * @property {Readonly<Record<string, number>>} counts all members that are counts
 * @property {number} missing more were stored than anybody can tell the whereabouts of
 * @property {number | undefined} since the first boot that may lack some
 * @property {boolean} isUnsure
 */
/** @typedef {readonly [stage: number, cause: number, seconds: number]} Transition */

const TRANSITIONS_MAX = 64;

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** @param {string} payload @param {PageCodes} codes @returns {Account | undefined} */
export function readAccount(payload, codes) {
  const object = readObject(payload);
  if (object === undefined || !codes.counts.every((name) => isCount(object[name]))) return undefined;
  /** @type {Record<string, number>} */
  const counts = {};
  for (const name of new Set([...codes.counts, ...codes.outcomes])) {
    const value = object[name];
    if (value === undefined) continue;
    if (!isCount(value)) return undefined;
    counts[name] = value;
  }
  const missing = codes.outcomes.reduce((left, name) => left - (counts[name] ?? 0), counts['stored'] ?? 0);
  const since = object['since'];
  return { counts, missing, since: isCount(since) ? since : undefined, isUnsure: object['unsure'] === true };
}

/** @param {Account} account @returns {string} whether it adds up, and what is missing */
export function verdictText({ missing }) {
  if (missing === 0) return 'adds up';
  if (missing > 0) {
    return `does not add up: ${missing} ${missing === 1 ? 'message is' : 'messages are'} missing`;
  }
  return `does not add up: ${-missing} more than were stored`;
}

/** @param {Account} account @param {PageCodes} codes @returns {string} the sum that was made, as docs/account.md has it */
export function sumText({ counts }, codes) {
  const parts = codes.outcomes.filter((name) => counts[name] !== undefined);
  return `${counts['stored']} stored = ${parts.map((name) => `${counts[name]} ${name}`).join(' + ')}`;
}

/** @param {Account} account @returns {string[]} what limits the account's word */
export function noteTexts({ counts, since, isUnsure }) {
  return [
    ...((counts['refused'] ?? 0) > 0
      ? [`${counts['refused']} readings were refused: no room in the outbox, or no session`]
      : []),
    ...(since === undefined
      ? []
      : [`readings, sent messages and duplicates are lower bounds since boot ${since}`]),
    ...(isUnsure ? ['more may have been given up than it says, and as much less acknowledged'] : []),
  ];
}

/** @param {number} why @param {PageCodes} codes @returns {string} why a connection ended */
export function closeText(why, codes) {
  return codes.closes[why] ?? `unknown code ${why}`;
}

/** @param {string} payload @returns {Transition[] | undefined} */
export function readHistory(payload) {
  try {
    const list = /** @type {unknown} */ (JSON.parse(payload));
    if (!Array.isArray(list)) return undefined;
    return list
      .slice(-TRANSITIONS_MAX)
      .filter((one) => Array.isArray(one) && one.length === 3 && one.every(isCount));
  } catch {
    return undefined;
  }
}

/** @param {number} seconds @param {PageCodes} codes */
function ageText(seconds, codes) {
  const age = codes.ages.find(({ below }) => seconds < below) ?? codes.ages.at(-1);
  return age === undefined ? '' : age.text.replace('#', String(Math.round(seconds / age.per) / age.of));
}

/** @param {Transition} transition @param {PageCodes} codes @returns {string} */
export function transitionText([stage, cause, seconds], codes) {
  if (cause === codes.started.cause) return codes.started.text;
  const what = codes.stages[stage] ?? `unknown stage ${stage}`;
  return `${ageText(seconds, codes)}: ${what}${cause === 0 ? '' : `: ${closeText(cause, codes)}`}`;
}
