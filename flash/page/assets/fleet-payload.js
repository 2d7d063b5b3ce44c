// @ts-check
// What a reading's payload says: a value, and when it was taken. A payload is hostile text: whatever it is, this gives a short text
// or nothing, and never throws.

/**
 * Where in a payload a value stands: `value` of a JSON object, its member `name`, the field `name` of a line of InfluxDB, or all of it.
 * @typedef {{ kind: 'value' | 'text', name: '' } | { kind: 'member' | 'field', name: string }} Pick
 */
/**
 * @typedef {object} Reading
 * @property {number | undefined} value undefined: no number
 * @property {string} text as it is shown, where it is no number
 * @property {string} unit empty: the payload names none
 * @property {number | undefined} takenMs since 1970; undefined: the payload does not say
 */

const TEXT_MAX = 80;
/** Before this a clock was never set (docs/account.md). */
const EARLIEST_SEC = 1767225600;
const LATEST_SEC = 4294967295;

/** @param {string} text @param {number} [most] @returns {string} */
export function clip(text, most = TEXT_MAX) {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** @param {string} text @returns {Record<string, unknown> | undefined} a JSON object */
export function readObject(text) {
  try {
    const parsed = /** @type {unknown} */ (JSON.parse(text));
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? /** @type {Record<string, unknown>} */ (parsed) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} seconds @returns {number | undefined} milliseconds since 1970, where it is a time that a mote can have. */
export function readTime(seconds) {
  const isTime = typeof seconds === 'number' && seconds >= EARLIEST_SEC && seconds <= LATEST_SEC;
  return isTime ? seconds * 1000 : undefined;
}

/** @param {unknown} value @param {unknown} unit @param {number | undefined} takenMs @returns {Reading | undefined} */
function reading(value, unit, takenMs) {
  const shownUnit = typeof unit === 'string' ? clip(unit, 16) : '';
  if (typeof value === 'number') return { value, text: '', unit: shownUnit, takenMs };
  if (typeof value === 'boolean') return { value: Number(value), text: '', unit: shownUnit, takenMs };
  return typeof value === 'string'
    ? { value: undefined, text: clip(value), unit: shownUnit, takenMs }
    : undefined;
}

/** Measurement and tags; fields; seconds since 1970. */
const LINE = /^[^ ]{1,200}(?:\\ [^ ]{0,200}){0,8} ([^ ]{1,1000})(?: (\d{1,10}))?$/;

/** @param {string} payload @returns {{ fields: Map<string, number>, takenMs: number | undefined } | undefined} a line of InfluxDB */
function readLine(payload) {
  const match = LINE.exec(payload);
  if (match === null) return undefined;
  const fields = new Map();
  for (const field of (match[1] ?? '').split(',')) {
    const [name, number] = field.split('=');
    if (number === undefined || number === '' || !Number.isFinite(Number(number))) return undefined;
    fields.set(name, Number(number));
  }
  return { fields, takenMs: match[2] === undefined ? undefined : readTime(Number(match[2])) };
}

/**
 * @param {string} payload @param {Pick} pick
 * @returns {Reading | undefined} undefined: it does not stand there
 */
export function readReading(payload, pick) {
  if (pick.kind === 'text') return reading(payload, '', undefined);
  if (pick.kind === 'field') {
    const line = readLine(payload);
    return reading(line?.fields.get(pick.name), '', line?.takenMs);
  }
  const object = readObject(payload);
  const name = pick.kind === 'value' ? 'value' : pick.name;
  if (object === undefined || !Object.hasOwn(object, name)) return undefined;
  return reading(object[name], pick.kind === 'value' ? object['unit'] : '', readTime(object['time']));
}

/**
 * What a payload that nobody announced may have: for motes without discovery.
 * @param {string} payload @returns {Pick[]} none: nothing that looks like a reading
 */
export function guessPicks(payload) {
  if (payload.trim() !== '' && Number.isFinite(Number(payload))) return [{ kind: 'text', name: '' }];
  const object = readObject(payload);
  if (object === undefined) {
    return [...(readLine(payload)?.fields.keys() ?? [])].map((name) => ({ kind: 'field', name }));
  }
  if (Object.hasOwn(object, 'value')) return [{ kind: 'value', name: '' }];
  return Object.keys(object)
    .filter((name) => name !== 'time' && typeof object[name] === 'number')
    .map((name) => ({ kind: 'member', name }));
}
