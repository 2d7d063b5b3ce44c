// A value as the console shows it after `=`: shortened in the middle, names of fields without quotes where they can do
// without. Follows src/jswrap_json.c with the flags that the console uses.

import { isBuffer } from '../board/bytes.ts';
import { Pin } from '../board/pin.ts';
import { isFieldName, quoted, textOf } from '../board/text.ts';

/** Longer lists and texts show their beginning and their end. */
const LIST = { most: 15, each: 5 } as const;
const TEXT = { most: 60, each: 27 } as const;
const ITEMS_PER_LINE = 4;
const DOTS = ' ... ';
/** Classes whose instances say what they are by `toString`. */
const SPEAKING = /^(Error|TypeError|SyntaxError|ReferenceError|InternalError|Date)$/;

export interface ShowNames {
  /** Name of the engine's own object or port: "Serial1"; undefined for the program's own. */
  device(value: object): string | undefined;
  /** Whether an object belongs to the engine and shows as code that cannot be read. */
  isNative(value: object): boolean;
}

const isPlain = (value: unknown) =>
  value === undefined ||
  value === null ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  value instanceof Pin;

function showText(text: string): string {
  if (text.length <= TEXT.most) return quoted(text);
  return `${quoted(text.slice(0, TEXT.each))}${DOTS}${quoted(text.slice(-TEXT.each))}`;
}

/** @returns the parameters of a function, as they stand in its text. */
function parametersOf(code: string): string {
  const arrow = /^\s*(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(code);
  if (arrow !== null) return arrow[1]!;
  return (/\(([^)]*)\)/.exec(code)?.[1] ?? '').replace(/\s+/g, '');
}

function showFunction(value: object, names: ShowNames): string {
  const code = String(value);
  if (names.isNative(value) || /\{\s*\[native code\]\s*\}$/.test(code)) {
    return 'function () { [native code] }';
  }
  if (code.startsWith('class') || /\{\s*\}$/.test(code)) {
    return `function (${code.startsWith('class') ? '' : parametersOf(code)}) {}`;
  }
  return `function (${parametersOf(code)}) {${DOTS}}`;
}

export function createShow(names: ShowNames): (value: unknown) => string {
  const busy = new Set<object>();

  /** Items one after another, each on its own line that is more than a number or a word. */
  const join = (
    items: readonly { text: string; plain: boolean }[],
    depth: number,
    perLine: number,
    cut?: number,
  ): string => {
    let out = '';
    let breaks = false;
    let onLine = 0;
    items.forEach(({ text, plain }, index) => {
      if (index > 0) out += ', ';
      if (index === cut) out += DOTS;
      if (++onLine > perLine) breaks = true;
      if (breaks || !plain) {
        out += `\n${'  '.repeat(depth + 1)}`;
        onLine = 0;
      }
      out += text;
      breaks = !plain;
    });
    return breaks ? `${out}\n${'  '.repeat(depth)}` : out;
  };

  const ends = <T>(items: readonly T[]): { items: readonly T[]; cut?: number } =>
    items.length <= LIST.most
      ? { items }
      : { items: [...items.slice(0, LIST.each), ...items.slice(-LIST.each)], cut: LIST.each };

  const showList = (list: readonly unknown[], depth: number) => {
    const { items, cut } = ends(Array.from(list));
    const shown = items.map((item) => ({ text: show(item, depth + 1), plain: isPlain(item) }));
    return `[ ${join(shown, depth, Infinity, cut)} ]`;
  };

  const showFields = (value: object, depth: number) => {
    const fields = Object.entries(value).filter(([name]) => !name.startsWith('#'));
    const shown = fields.map(([name, item]) => ({
      text: `${isFieldName(name) ? name : quoted(name)}: ${show(item, depth + 1)}`,
      plain: isPlain(item),
    }));
    return `{ ${join(shown, depth, ITEMS_PER_LINE)} }`;
  };

  const showBytes = (value: ArrayBufferView) => {
    const items = Array.from(value as unknown as ArrayLike<number>);
    const name = value.constructor.name;
    if (items.every((item) => item === 0)) return `new ${name}(${items.length})`;
    const { items: some, cut } = ends(items);
    const texts = some.map((item, index) => (index === cut ? DOTS : '') + textOf(item));
    return `new ${name}([${texts.join(', ')}])`;
  };

  const showObject = (value: object, depth: number): string => {
    const device = names.device(value);
    if (device !== undefined) return device;
    if (names.isNative(value)) return 'function () { [native code] }';
    if (ArrayBuffer.isView(value)) return showBytes(value);
    if (isBuffer(value)) {
      const bytes = new Uint8Array(value);
      return bytes.every((byte) => byte === 0)
        ? `new ArrayBuffer(${bytes.length})`
        : `${showBytes(bytes)}.buffer`;
    }
    const maker =
      (value.constructor as { name?: string } | undefined)?.name?.replace('BoardDate', 'Date') ?? '';
    if (SPEAKING.test(maker)) return `${maker}: ${String(value)}`;
    return `${maker === '' || maker === 'Object' ? '' : `${maker}: `}${showFields(value, depth)}`;
  };

  const show = (value: unknown, depth: number): string => {
    if (typeof value === 'string') return showText(value);
    if (typeof value === 'function') return showFunction(value, names);
    if (typeof value !== 'object' || value === null || value instanceof Pin) return textOf(value);
    if (busy.has(value)) return DOTS;
    busy.add(value);
    try {
      return Array.isArray(value) ? showList(value, depth) : showObject(value, depth);
    } finally {
      busy.delete(value);
    }
  };
  return (value) => show(value, 0);
}
