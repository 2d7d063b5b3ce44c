// MQTT 3.1.1 as the broker of these tests reads and writes it: a codec of its own, so that no mistake of ours is made twice.
// Bytes are text, one character each.

export interface Packet {
  first: number;
  body: string;
}

export interface Publish {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  dup: boolean;
  /** 0 with QoS 0. */
  id: number;
}

const byte = (value: number): string => String.fromCharCode(value & 255);
const word = (value: number): string => byte(value >> 8) + byte(value);
const field = (text: string): string => word(text.length) + text;

export const wordAt = (text: string, at: number): number =>
  (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);

export function packet(first: number, body: string): string {
  let length = body.length;
  let header = byte(first);
  do {
    header += byte((length % 128) + (length > 127 ? 128 : 0));
    length = Math.floor(length / 128);
  } while (length > 0);
  return header + body;
}

export const connack = (present: boolean, code = 0): string =>
  packet(0x20, byte(present ? 1 : 0) + byte(code));
export const ack = (first: number, id: number): string => packet(first, word(id));
export const suback = (id: number, codes: readonly number[]): string =>
  packet(0x90, word(id) + codes.map(byte).join(''));
export const PINGRESP = packet(0xd0, '');

export function publish({ topic, payload, qos, retain, dup, id }: Publish): string {
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  return packet(first, field(topic) + (qos > 0 ? word(id) : '') + payload);
}

export function readPublish({ first, body }: Packet): Publish {
  const qos = (first >> 1) & 3;
  const topicEnd = 2 + wordAt(body, 0);
  return {
    topic: body.slice(2, topicEnd),
    payload: body.slice(topicEnd + (qos > 0 ? 2 : 0)),
    qos,
    retain: (first & 1) > 0,
    dup: (first & 8) > 0,
    id: qos > 0 ? wordAt(body, topicEnd) : 0,
  };
}

/** The filters of a SUBSCRIBE with their QoS, or of an UNSUBSCRIBE. */
export function readFilters({ first, body }: Packet): { filter: string; qos: number }[] {
  const filters = [];
  let at = 2;
  while (at < body.length) {
    const end = at + 2 + wordAt(body, at);
    if (end > body.length) throw new Error('a filter is cut off');
    filters.push({ filter: body.slice(at + 2, end), qos: first === 0x82 ? body.charCodeAt(end) : 0 });
    at = end + (first === 0x82 ? 1 : 0);
  }
  return filters;
}

export interface Reader {
  /** @returns the packets that are whole now. */
  feed(bytes: string): Packet[];
  /** What has come of the next packet; its body may not be whole. */
  begun(): Packet | undefined;
}

/** Cuts a stream into packets. */
export function createReader(): Reader {
  let held = '';

  /** @returns first byte, where the body begins and how long it is; undefined while that is not known. */
  function header(): { at: number; length: number } | undefined {
    let length = 0;
    for (let i = 1; i < held.length; i++) {
      length += (held.charCodeAt(i) & 127) * 128 ** (i - 1);
      if (held.charCodeAt(i) < 128) return { at: i + 1, length };
      if (i === 4) throw new Error('a remaining length of more than four bytes');
    }
    return undefined;
  }

  return {
    feed(bytes) {
      held += bytes;
      const packets: Packet[] = [];
      for (let found = header(); found && found.at + found.length <= held.length; found = header()) {
        const end = found.at + found.length;
        packets.push({ first: held.charCodeAt(0), body: held.slice(found.at, end) });
        held = held.slice(end);
      }
      return packets;
    },
    begun() {
      const found = header();
      return found && { first: held.charCodeAt(0), body: held.slice(found.at) };
    },
  };
}
