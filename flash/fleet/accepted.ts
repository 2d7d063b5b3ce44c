// What an outbox takes, seen from the flash chip: each record that is written to it, as the messages in it. Knows of the flash what
// flash/outbox knows, and nothing of the firmware.

import { readMessage, readParts } from '../outbox/message.ts';
import { countMessages } from '../outbox/page.ts';

/** The frame of a record, and how it is divided. */
const FRAME = 8;
const LENGTH_MASK = 0xfff;
const MARKS_SHIFT = 12;
const BODY_MIN = 6;

/** Behind it a time is filled in, in JSON. */
const TIME = '"time":';

/** @returns a payload as it stood in the flash. */
export const withoutTime = (payload: string) => payload.replace(/"time":(\d+|null)/, TIME);

export interface AcceptedMessage {
  readonly topic: string;
  /** Its bytes, a character each, without the time that is filled in when it is sent. */
  readonly payload: string;
  /** Its time goes where nobody finds it again: what is sent cannot be compared with what stands here. */
  readonly isTimed: boolean;
}

const word = (data: Uint8Array, at: number) => data[at]! | (data[at + 1]! << 8);

const bytesOf = (text: { text: string } | { hex: string }) =>
  'text' in text
    ? Buffer.from(text.text).toString('latin1')
    : Buffer.from(text.hex, 'hex').toString('latin1');

/** @returns the messages of the record that `data` is; none when it is something else. @param unit program unit. */
export function acceptedIn(data: Uint8Array, unit: number): AcceptedMessage[] {
  if (data.length < FRAME + unit || (word(data, 0) ^ word(data, 2)) !== 0xffff) return [];
  const length = word(data, 0) & LENGTH_MASK;
  const marks = word(data, 0) >> MARKS_SHIFT;
  const from = FRAME + marks * unit;
  if (marks === 0 || length < BODY_MIN || from + length > data.length) return [];
  const body = data.slice(from, from + length);
  return readParts(body, countMessages(marks)).flatMap((part) => {
    const message = readMessage(part, undefined, true);
    if (typeof message === 'string') return [];
    const { topic, payload, timeAt } = message;
    const bytes = bytesOf(payload);
    const isTimed = timeAt !== undefined && !bytes.slice(0, timeAt).endsWith(TIME);
    return [{ topic: bytesOf(topic), payload: bytes, isTimed }];
  });
}
