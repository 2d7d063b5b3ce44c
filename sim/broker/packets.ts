// The packets of MQTT 3.1.1 as the model broker writes and cuts them: bytes only, as strings, one character a byte. What a client's
// CONNECT and PUBLISH say is read by sim/device/judge.ts.

import { createFields } from '../device/fields.ts';
import { filterFault } from './filter.ts';

/** Types of packets, as in the high four bits of the first byte. */
export const Type = {
  Connect: 1,
  Connack: 2,
  Publish: 3,
  Puback: 4,
  Pubrec: 5,
  Pubrel: 6,
  Pubcomp: 7,
  Subscribe: 8,
  Suback: 9,
  Unsubscribe: 10,
  Unsuback: 11,
  Pingreq: 12,
  Disconnect: 14,
  Auth: 15,
} as const;

export const RETAIN = 1;
export const DUP = 8;
export const PINGRESP = '\xd0\x00';

export const word = (value: number) => String.fromCharCode(value >> 8, value & 255);
export const text = (value: string) => word(value.length) + value;

/** A variable byte integer. */
export function varint(value: number): string {
  let bytes = '';
  let left = value;
  do {
    bytes += String.fromCharCode((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return bytes;
}

/** @returns a whole packet. @param first its first byte. */
export const packet = (first: number, body: string) =>
  String.fromCharCode(first) + varint(body.length) + body;

export const connack = (present: boolean, code: number) =>
  `\x20\x02${present ? '\x01' : '\x00'}${String.fromCharCode(code)}`;

/** PUBACK, PUBREC, PUBREL or PUBCOMP. */
export const ack = (type: number, id: number) =>
  packet((type << 4) | (type === Type.Pubrel ? 2 : 0), word(id));

export const suback = (id: number, codes: readonly number[]) =>
  packet(0x90, word(id) + String.fromCharCode(...codes));

export const unsuback = (id: number) => packet(0xb0, word(id));

/** @param flags DUP and RETAIN. @param id of QoS 1 and 2. */
export function publish(topic: string, payload: string, qos: number, flags: number, id: number): string {
  return packet(0x30 | (qos << 1) | flags, text(topic) + (qos > 0 ? word(id) : '') + payload);
}

/** What a SUBSCRIBE or UNSUBSCRIBE says. */
export interface FilterList {
  readonly id: number;
  readonly filters: readonly { readonly filter: string; readonly qos: number }[];
  /** '' or the statement that it breaks. */
  readonly fault: string;
}

/** Take a SUBSCRIBE (section 3.8) or UNSUBSCRIBE (section 3.10) apart. */
export function readFilters(type: number, body: string): FilterList {
  const fields = createFields(body);
  const id = fields.word();
  const filters: { filter: string; qos: number }[] = [];
  let fault = id === 0 ? '2.3.1-1 packet identifier 0' : '';
  while (fields.left() > 0 && fields.fault() === '') {
    const filter = fields.text();
    const qos = type === Type.Subscribe ? fields.byte() : 0;
    fault ||= filterFault(filter);
    if (qos > 2) fault ||= `3.8.3-4 requested QoS ${qos}`;
    filters.push({ filter, qos });
  }
  if (filters.length === 0) {
    fault ||= type === Type.Subscribe ? '3.8.3-3 no topic filter' : '3.10.3-2 no topic filter';
  }
  return { id, filters, fault: fields.fault() || fault };
}

/** @returns the identifier of an acknowledgement, and what is wrong with it. */
export function readAck(body: string): { readonly id: number; readonly fault: string } {
  const fields = createFields(body);
  const id = fields.word();
  const fault = fields.fault() || (fields.left() > 0 ? 'bytes behind a packet identifier' : '');
  return { id, fault: id === 0 ? fault || '2.3.1-1 packet identifier 0' : fault };
}

/** A packet at the front of what has arrived. */
export type Cut =
  | { readonly first: number; readonly body: string; readonly size: number }
  | { readonly fault: string }
  | undefined;

/** @returns the first whole packet of `bytes`, undefined when it is not all there (section 2.2.3). */
export function cutPacket(bytes: string): Cut {
  let length = 0;
  for (let at = 1; ; at++) {
    if (at > 4) return { fault: 'the remaining length has more than four bytes' };
    if (at >= bytes.length) return undefined;
    const byte = bytes.charCodeAt(at);
    length += (byte & 127) * 128 ** (at - 1);
    if (byte > 127) continue;
    if (byte === 0 && at > 1) return { fault: 'the remaining length has more bytes than it needs' };
    const size = at + 1 + length;
    if (bytes.length < size) return undefined;
    return { first: bytes.charCodeAt(0), body: bytes.slice(at + 1, size), size };
  }
}
