// What the counter prints: one JSON object a line. Texts are bytes, one character each.

import { byteAt, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { PropertyId } from '../../src/ports/properties.ts';

/** Characters of a payload that are printed. */
const PAYLOAD_MAX = 64;
const HEX = '0123456789abcdef';

/** @returns a character by its number, as JSON has it. */
function escaped(unit: number): string {
  return '\\u' + HEX[unit >> 12] + HEX[(unit >> 8) & 15] + HEX[(unit >> 4) & 15] + HEX[unit & 15];
}

/** @returns how many bytes follow the first one of a character in UTF-8. */
function moreOf(first: number): number {
  if (first < 128) return 0;
  if (first < 0xe0) return 1;
  return first < 0xf0 ? 2 : 3;
}

/** @returns a character that no JSON text holds as it is. Beyond 16 bits it takes two halves. */
function escapedPoint(point: number): string {
  if (point < 0x10000) return escaped(point);
  return escaped(0xd7c0 + (point >> 10)) + escaped(0xdc00 + (point & 0x3ff));
}

/**
 * @param isUtf8 the bytes are well-formed UTF-8; else each is a character of its own.
 * @returns `text` as JSON has it, in ASCII: what an engine makes of other bytes that it prints is not known.
 */
function quote(text: string, isUtf8: boolean): string {
  let quoted = '"';
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point > 31 && point < 127) {
      quoted += (point === 34 || point === 92 ? '\\' : '') + text.charAt(i);
      continue;
    }
    const more = isUtf8 ? moreOf(point) : 0;
    if (more > 0) point &= 0x3f >> more;
    for (let j = 0; j < more; j++) point = (point << 6) | (text.charCodeAt(++i) & 63);
    quoted += escapedPoint(point);
  }
  return quoted + '"';
}

export function queuedLine(n: number): string {
  return '{"ev":"queued","n":' + n + '}';
}

export function receivedLine(topic: Bytes, payload: Bytes): string {
  const shown = payload.length > PAYLOAD_MAX ? PAYLOAD_MAX : payload.length;
  return (
    '{"ev":"recv","topic":' +
    quote(toText(topic, 0, topic.length), true) +
    ',"payload":' +
    quote(toText(payload, 0, shown), false) +
    '}'
  );
}

/** @param reason reason code of MQTT 5.0: the broker does not take `n`, and never will. */
export function rejectedLine(n: number, reason: number): string {
  return '{"ev":"rejected","n":' + n + ',"reason":' + reason + '}';
}

/** @param reason reason code of the CONNACK or DISCONNECT that ended a connection. */
export function closedLine(reason: number): string {
  return '{"ev":"closed","reason":' + reason + '}';
}

/** What the broker says in words. @param first first byte of the packet. @param value of a user property: name and value, each behind its length. */
export function propertyLine(first: number, id: PropertyId, value: Bytes): string {
  const isPair = id === PropertyId.User;
  const nameEnd = isPair ? 2 + ((byteAt(value, 0) << 8) | byteAt(value, 1)) : 0;
  const from = isPair ? nameEnd + 2 : 0;
  return (
    '{"ev":"property","packet":' +
    first +
    ',"id":' +
    id +
    (isPair ? ',"name":' + quote(toText(value, 2, nameEnd - 2), true) : '') +
    ',"value":' +
    quote(toText(value, from, value.length - from), true) +
    '}'
  );
}
