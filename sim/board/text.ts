// Values as text, the way Espruino converts and prints them.

import { Pin } from './pin.ts';

/** Items of an object that go on one line when printed. */
const ITEMS_PER_LINE = 4;
const MAX_DECIMALS = 11;
/** A rest below this is no digit any more. */
const SMALLEST_REST = 0.0000001;

/** Digits after the point, until nothing of `rest` is left. */
function decimals(rest: number): string {
  let digits = '';
  let left = rest * 10;
  while (left > SMALLEST_REST && digits.length < MAX_DECIMALS) {
    const digit = Math.min(9, Math.floor(left + 0.00000001));
    digits += digit;
    left = (left - digit) * 10;
  }
  return digits;
}

/** @returns a size between 1 and 10 with its exponent, or as it is with 0. */
function scaled(size: number): [number, number] {
  let exponent = 0;
  if (size >= 1e21) for (; size > 10; exponent++) size /= 10;
  else if (size < 1e-6 && size > 0) for (; size < 1; exponent--) size *= 10;
  return [size, exponent];
}

/** @returns a number as the engine writes it: about 11 decimals, exponents only from 1e21 and below 1e-6. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 0x80000000) return String(value === 0 ? 0 : value);
  const [mantissa, exponent] = scaled(Math.abs(value));
  let size = mantissa;
  let whole = Math.floor(size);
  if (Math.floor(size + SMALLEST_REST) === whole + 1) size = ++whole;
  const fraction = decimals(size - whole);
  const text = `${value < 0 ? '-' : ''}${whole}${fraction === '' ? '' : '.'}${fraction}`;
  return exponent === 0 ? text : `${text}e${exponent > 0 ? '+' : ''}${exponent}`;
}

/** @returns a value as a string, as in `'' + value`. */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) {
    return value.map((item) => (item === undefined || item === null ? '' : textOf(item))).join(',');
  }
  return String(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\b': '\\b',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
  '"': '\\"',
};

/** @returns a string in quotes. Below 8 an octal digit will do, if no digit follows. */
export function quoted(text: string): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const code = text.charCodeAt(i);
    const digitFollows = /[0-7]/.test(text[i + 1] ?? '');
    const hex = `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    if (ESCAPES[char] !== undefined) out += ESCAPES[char];
    else if (code < 8 && !digitFollows) out += `\\${code}`;
    else out += code < 32 || (code >= 127 && code < 256) ? hex : char;
  }
  return `${out}"`;
}

/** @returns whether a field of this name is shown without quotes (jsutils.c: isIDString; or a whole number). */
export const isFieldName = (name: string) => /^([A-Za-z_]\w*|0|[1-9]\d*)$/.test(name);

const isPlain = (value: unknown) =>
  value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean';

const newLine = (depth: number) => `\n${'  '.repeat(depth)}`;

function printList(items: readonly unknown[], depth: number): string {
  let out = '[ ';
  let breakNext = false;
  items.forEach((item, index) => {
    if (index > 0) out += ', ';
    const breaks = !isPlain(item);
    if (breakNext || breaks) out += newLine(depth + 1);
    out += printed(item, depth + 1);
    breakNext = breaks;
  });
  return `${out}${breakNext ? newLine(depth) : ''} ]`;
}

function printFields(value: object, depth: number): string {
  let out = '{ ';
  let breakNext = false;
  let onLine = 0;
  Object.entries(value).forEach(([key, item], index) => {
    if (index > 0) out += ', ';
    const breaks = !isPlain(item);
    if (++onLine > ITEMS_PER_LINE) breakNext = true;
    if (breakNext || breaks) {
      out += newLine(depth + 1);
      onLine = 0;
    }
    out += `${quoted(key)}: ${printed(item, depth + 1)}`;
    breakNext = breaks;
  });
  return `${out}${breakNext ? newLine(depth) : ''} }`;
}

function printBytes(value: ArrayBufferView): string {
  const items = Array.from(value as unknown as ArrayLike<number>);
  const name = value.constructor.name;
  if (items.every((item) => item === 0)) return `new ${name}(${items.length})`;
  return `new ${name}([${items.map(numberText).join(', ')}])`;
}

/** The engine keeps a function's parameters, and what is in its braces. */
function functionText(code: string): string {
  const match = /^function\s*[\w$]*\s*\(([^)]*)\)\s*\{([^]*)\}$/.exec(code);
  if (match === null) return code;
  const body = match[2]!.trim();
  const braces = body.includes('\n') ? `{\n  ${body}\n}` : `{${body}}`;
  return `function (${match[1]!.replace(/\s+/g, '')}) ${braces}`;
}

/** Classes that print as their name and their text. */
const SPEAKING = /^(Error|TypeError|SyntaxError|ReferenceError|InternalError|Date|BoardDate)$/;

/** @returns a value as `print` shows it inside of others. */
export function printed(value: unknown, depth = 0): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'function') return functionText(String(value));
  if (typeof value !== 'object' || value === null) return textOf(value);
  if (value instanceof Pin) return String(value);
  if (Array.isArray(value)) return printList(value, depth);
  if (ArrayBuffer.isView(value)) return printBytes(value);
  const name = (value.constructor as { name?: string } | undefined)?.name ?? '';
  if (SPEAKING.test(name)) return `${name.replace('BoardDate', 'Date')}: ${String(value)}`;
  return printFields(value, depth);
}

/** @returns the lines that `print` writes. */
export function printLines(values: readonly unknown[]): string[] {
  const text = values.map((value) => (typeof value === 'string' ? value : printed(value))).join(' ');
  return text.split('\n');
}
