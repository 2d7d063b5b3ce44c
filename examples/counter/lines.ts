// What the counter prints: one JSON object a line. Texts are bytes, one character each.

import { toText, type Bytes } from '../../src/bytes/bytes.ts';

/** Characters of a payload that are printed. */
const PAYLOAD_MAX = 64;
const HEX = '0123456789abcdef';

/**
 * @param highest characters beyond it are written by their number. The bytes of UTF-8 may stand as they are;
 * a payload is Latin-1 to whoever reads it, so its bytes above 126 may not.
 * @returns `text` as JSON has it.
 */
function quote(text: string, highest: number): string {
  let quoted = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127 || code > highest) {
      quoted += '\\u00' + HEX.charAt(code >> 4) + HEX.charAt(code & 15);
    } else {
      quoted += (code === 34 || code === 92 ? '\\' : '') + text.charAt(i);
    }
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
    quote(toText(topic, 0, topic.length), 255) +
    ',"payload":' +
    quote(toText(payload, 0, shown), 126) +
    '}'
  );
}
