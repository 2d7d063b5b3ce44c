// A sender at work on the flash outbox in the engine's own flash, from a message number to another: what a start finds, and
// everything that is accepted, sent and acknowledged, is printed at once. Whoever runs it takes the power away in between.
// ES5 subset; the script that runs it defines FROM and TO.

import { OUTBOX_FLASH } from '../../../src/board.ts';
import { constant, EMPTY, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { prepareTopic } from '../../../src/mqtt/form.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { Code } from '../../../src/ports/codes.ts';
import { openFlashBytes } from '../../../src/ports/espruino/flash.ts';
import type { OutboxRecord } from '../../../src/ports/outbox.ts';

declare function print(line: string): void;
/** Numbers of the first message to append, and of the one behind the last. */
declare const FROM: number;
declare const TO: number;

/** Few and soon full, so that pages are erased and used again. */
const PAGES = 3;
const RECORD_MAX = 260;
const NONCE = 7;
/** Messages that wait while more are appended. */
const WAITING = 3;

const topics = [prepareTopic('t/0', 0x32), prepareTopic('t/1', 0x34)];
const record: OutboxRecord<Bytes> = { sequence: 0, topic: topics[0], payload: EMPTY, received: false };
const outbox = createFlashOutbox(
  openFlashBytes({
    base: OUTBOX_FLASH.base,
    pageSize: OUTBOX_FLASH.pageSize,
    pages: PAGES,
    programUnit: OUTBOX_FLASH.programUnit,
    ecc: OUTBOX_FLASH.ecc,
  }),
  RECORD_MAX,
);

/** @returns message number `n`: of another length each, the number first and last. */
function payloadOf(n: number): string {
  let text = n + ' ';
  while (text.length < 120 + (n % 7) * 17) text += 'abcdefghijklm';
  return text + ' ' + n;
}

/** Tell of the record that was looked up: `<word> <sequence> <qos> <received> <payload>`. */
function tell(word: string): void {
  const payload = toText(record.payload, 0, record.payload.length);
  const qos = (record.topic.first >> 1) & 3;
  print(word + ' ' + record.sequence + ' ' + qos + ' ' + (record.received ? 1 : 0) + ' ' + payload);
}

/** Send the oldest message and have it acknowledged. @returns whether there was one. */
function send(): boolean {
  if (outbox.peek(0, record) !== Code.Ok) return false;
  const sequence = record.sequence;
  tell('sent');
  if (((record.topic.first >> 1) & 3) === 2 && !record.received) {
    outbox.receive(sequence);
    print('received ' + sequence);
  }
  outbox.acknowledge(sequence);
  print('acknowledged ' + sequence);
  return true;
}

print('open ' + outbox.open(NONCE));
let at = 0;
while (outbox.peek(at, record) === Code.Ok) {
  at = record.sequence;
  tell('held');
}
print('listed ' + outbox.count());

for (let n = FROM; n < TO; n++) {
  outbox.idle();
  while (outbox.count() > WAITING) send();
  print('append ' + n);
  print('accepted ' + outbox.append(topics[n % 3 === 0 ? 1 : 0], constant(payloadOf(n))));
}
while (send());
print('left ' + outbox.count());
print('end');
