// What the counter prints: one JSON object a line. Texts are bytes, one character each.

import { toText, type Bytes } from '../../src/bytes/bytes.ts';

/** Characters of a payload that are printed. */
const PAYLOAD_MAX = 64;
const HEX = '0123456789abcdef';

/** @returns a character by its number, as JSON has it. */
function escaped(unit: number): string {
  return '\\u' + HEX[unit >> 12] + HEX[(unit >> 8) & 15] + HEX[(unit >> 4) & 15] + HEX[unit & 15];
}

/**
 * @param isUtf8 the bytes are well-formed UTF-8; else each is a character of its own.
 * @returns `text` as JSON has it, in ASCII: what an engine makes of other bytes that it prints is not known.
 */
function quote(text: string, isUtf8: boolean): string {
  let quoted = '"';
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code > 31 && code < 127) {
      quoted += (code === 34 || code === 92 ? '\\' : '') + text.charAt(i);
      continue;
    }
    if (isUtf8 && code > 127) {
      const more = code > 0xef ? 3 : code > 0xdf ? 2 : 1;
      code &= 0x3f >> more;
      for (let j = 0; j < more; j++) code = (code << 6) | (text.charCodeAt(++i) & 63);
    }
    // Beyond 16 bits JSON writes two halves.
    if (code > 0xffff) quoted += escaped(0xd7c0 + (code >> 10)) + escaped(0xdc00 + (code & 0x3ff));
    else quoted += escaped(code);
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
