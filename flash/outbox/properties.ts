// The properties of MQTT 5.0 that a message was stored with, by name. What makes no sense is shown as the bytes that it is.

import { asText, type Text } from './text.ts';

export interface Property {
  /** As the specification calls it (MQTT 5.0, 2.2.2.2), in lower case; `rest` where nothing can be made of it. */
  readonly name: string;
  readonly value: number | Text;
  /** Name of a user property. */
  readonly key?: Text;
}

type Kind = 'byte' | 'word' | 'double' | 'varint' | 'bytes' | 'pair';

/** Those of a PUBLISH. */
const NAMES = new Map<number, readonly [name: string, kind: Kind]>([
  [0x01, ['payload format indicator', 'byte']],
  [0x02, ['message expiry interval', 'double']],
  [0x03, ['content type', 'bytes']],
  [0x08, ['response topic', 'bytes']],
  [0x09, ['correlation data', 'bytes']],
  [0x0b, ['subscription identifier', 'varint']],
  [0x23, ['topic alias', 'word']],
  [0x26, ['user property', 'pair']],
]);
const SIZES: Partial<Record<Kind, number>> = { byte: 1, word: 2, double: 4 };

/** @returns a number and the place behind it, undefined when it does not come to an end. */
function readVarint(bytes: Uint8Array, from: number): [value: number, end: number] | undefined {
  let value = 0;
  for (let i = 0; i < 4 && from + i < bytes.length; i++) {
    const byte = bytes[from + i]!;
    value += (byte & 127) * 128 ** i;
    if (byte < 128) return [value, from + i + 1];
  }
  return undefined;
}

/** @returns bytes behind their length and the place behind them, undefined when they do not all stand there. */
function readBytes(bytes: Uint8Array, from: number): [value: Text, end: number] | undefined {
  if (from + 2 > bytes.length) return undefined;
  const end = from + 2 + ((bytes[from]! << 8) | bytes[from + 1]!);
  return end > bytes.length ? undefined : [asText(bytes.subarray(from + 2, end)), end];
}

function readValue(
  bytes: Uint8Array,
  from: number,
  kind: Kind,
): [value: number | Text, end: number] | undefined {
  if (kind === 'varint') return readVarint(bytes, from);
  const size = SIZES[kind];
  if (size === undefined) return readBytes(bytes, from);
  if (from + size > bytes.length) return undefined;
  const value = bytes.subarray(from, from + size).reduce((sum, byte) => sum * 256 + byte, 0);
  return [value, from + size];
}

/** @returns the properties that stand in `bytes`, in their order. */
export function readProperties(bytes: Uint8Array): Property[] {
  const found: Property[] = [];
  for (let at = 0; at < bytes.length;) {
    const [name, kind] = NAMES.get(bytes[at]!) ?? [];
    const key = kind === 'pair' ? readBytes(bytes, at + 1) : undefined;
    const isReadable = kind !== undefined && (kind !== 'pair' || key !== undefined);
    const read = isReadable ? readValue(bytes, key?.[1] ?? at + 1, kind) : undefined;
    if (name === undefined || read === undefined) {
      return [...found, { name: 'rest', value: { hex: Buffer.from(bytes.subarray(at)).toString('hex') } }];
    }
    found.push({ name, value: read[0], ...(key !== undefined && { key: key[0] }) });
    at = read[1];
  }
  return found;
}
