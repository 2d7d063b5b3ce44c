// The packets of MQTT 5.0 as a broker writes them: bytes only, as strings, one character a byte. It knows no limits and judges nothing:
// what is given is written, also what a broker must not send.

import { BYTE, DATA, LONG, PAIR, PROPERTIES, TEXT, VARINT, WORD } from '../../device/properties.ts';
import type { Properties } from '../../device/properties.ts';
import { Type, packet, text, varint, word } from '../packets.ts';

const byte = (value: number) => String.fromCharCode(value & 255);

function valueBytes(kind: number, value: unknown): string {
  if (kind === BYTE) return byte(value as number);
  if (kind === WORD) return word(value as number);
  if (kind === LONG) return word(Math.floor((value as number) / 65536)) + word((value as number) % 65536);
  if (kind === VARINT) return varint(value as number);
  if (kind === DATA || kind === TEXT) return text(value as string);
  const [name, content] = value as string[];
  return text(name) + text(content);
}

/** @returns properties behind their length, in the order of their identifiers. */
export function propertyBytes(properties: Properties): string {
  let bytes = '';
  for (const { id, name, kind } of PROPERTIES) {
    const value = properties[name];
    if (value === undefined) continue;
    const values: readonly unknown[] = kind === PAIR || kind === VARINT ? (value as unknown[]) : [value];
    for (const one of values) bytes += varint(id) + valueBytes(kind, one);
  }
  return varint(bytes.length) + bytes;
}

const isNone = (properties: Properties) => Object.values(properties).every((value) => value === undefined);

/** A reason code and properties, as short as may be. */
function reason(code: number, properties: Properties): string {
  if (isNone(properties)) return code === 0 ? '' : byte(code);
  return byte(code) + propertyBytes(properties);
}

export const connack5 = (present: boolean, code: number, properties: Properties) =>
  packet(Type.Connack << 4, byte(present ? 1 : 0) + byte(code) + propertyBytes(properties));

/** PUBACK, PUBREC, PUBREL or PUBCOMP. */
export const ack5 = (type: number, id: number, code: number, properties: Properties) =>
  packet((type << 4) | (type === Type.Pubrel ? 2 : 0), word(id) + reason(code, properties));

/** SUBACK or UNSUBACK. */
export const codes5 = (type: number, id: number, codes: readonly number[], properties: Properties) =>
  packet(type << 4, word(id) + propertyBytes(properties) + String.fromCharCode(...codes));

/** DISCONNECT or AUTH. */
export const reason5 = (type: number, code: number, properties: Properties) =>
  packet(type << 4, reason(code, properties));

/** What a PUBLISH says. */
export interface Publish5 {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  /** DUP and RETAIN. */
  readonly flags: number;
  /** Of QoS 1 and 2. */
  readonly id: number;
  readonly properties: Properties;
}

export const publish5 = ({ topic, payload, qos, flags, id, properties }: Publish5) =>
  packet(
    0x30 | (qos << 1) | flags,
    text(topic) + (qos > 0 ? word(id) : '') + propertyBytes(properties) + payload,
  );
