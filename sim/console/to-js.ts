// A value as source text, as short as can be: what `E.toJS` gives.

import { quoted, textOf } from '../board/text.ts';

const isName = (text: string) => /^[A-Za-z_$][\w$]*$|^(0|[1-9]\d*)$/.test(text);

export function toJs(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === undefined) return 'null';
  if (typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return textOf(value);
  if (Array.isArray(value)) return `[${value.map(toJs).join(',')}]`;
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Uint8Array, textOf).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => `${isName(name) ? name : quoted(name)}:${toJs(item)}`);
  return `{${fields.join(',')}}`;
}
