// A value as source text, as short as can be: names of fields without quotes. What `E.toJS` gives, and what Storage keeps.

import { isBuffer } from './bytes.ts';
import { Pin } from './pin.ts';
import { isFieldName, quoted, textOf } from './text.ts';

interface Form {
  /** Fields that are functions are left out. */
  readonly dropFunctions: boolean;
  /** Only what JSON has: no NaN, pins as texts. */
  readonly plain: boolean;
}

function write(value: unknown, form: Form): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'function') return form.dropFunctions ? 'undefined' : String(value);
  if (value instanceof Pin) return form.plain ? quoted(String(value)) : String(value);
  if (form.plain && typeof value === 'number' && !Number.isFinite(value)) return 'null';
  if (typeof value !== 'object' || value === null) return textOf(value);
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Uint8Array, textOf).join(',')}]`;
  if (isBuffer(value)) return write(new Uint8Array(value), form);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, form)).join(',')}]`;
  const { toJSON } = value as { toJSON?: () => unknown };
  if (typeof toJSON === 'function') return write(toJSON.call(value), form);
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined && !(form.dropFunctions && typeof item === 'function'))
    .map(([name, item]) => `${isFieldName(name) ? name : quoted(name)}:${write(item, form)}`);
  return `{${fields.join(',')}}`;
}

export const toJs = (value: unknown): string => write(value, { dropFunctions: false, plain: false });

/** What Storage.writeJSON writes. */
export const toStoredJson = (value: unknown): string => write(value, { dropFunctions: true, plain: true });
