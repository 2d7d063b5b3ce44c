// The flash outbox inside an engine, on flash that lies in RAM, over restarts, a torn record and a bit that rots:
// `ok <what>` or `FAIL <what>: <seen>, not <wanted>`, figures behind `= `, and `end` at its end. ES5 subset.

import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Flash, FlashGeometry } from '../../src/ports/flash.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';

declare const print: (line: string) => void;

function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

const RECORD_MAX = 60;
const geometry: FlashGeometry = { base: 0, pageSize: 256, pages: 3, programUnit: 4, ecc: false };
const chip = new Uint8Array(768);
for (let i = 0; i < chip.length; i++) chip[i] = 255;
let programs = 0;
let erases = 0;
/** Bytes of the next program that come through before the power goes away; -1: it does not. */
let torn = -1;
let isOn = true;

const flash: Flash = {
  geometry,
  read(address: number, into: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++) into[offset + i] = chip[address + i];
    return Code.Ok;
  },
  write(address: number, from: Uint8Array, offset: number, length: number): number {
    programs++;
    const count = torn < 0 ? length : torn;
    for (let i = 0; i < count && isOn; i++) chip[address + i] &= from[offset + i];
    isOn = isOn && torn < 0;
    return Code.Ok;
  },
  erase(page: number): number {
    erases++;
    for (let i = 0; i < 256 && isOn; i++) chip[page * 256 + i] = 255;
    return Code.Ok;
  },
};

const topics = [prepareTopic('t/one', 0x32), prepareTopic('t/two', 0x35)];
const record: OutboxRecord<Bytes> = { sequence: 0, topic: topics[0], payload: EMPTY, received: false };

function boot(): FlashOutbox {
  const outbox = createFlashOutbox(createFlashBytes(flash, RECORD_MAX + 64), RECORD_MAX);
  check('open', outbox.open(99), Code.Ok);
  return outbox;
}

/** What is held, in order. */
function list(outbox: FlashOutbox): string {
  let all = '';
  let at = 0;
  while (outbox.peek(at, record) === Code.Ok) {
    at = record.sequence;
    const name = toText(record.topic.name, 2, record.topic.name.length - 2);
    const payload = toText(record.payload, 0, record.payload.length);
    all += at + ' ' + name + ' ' + record.topic.first + (record.received ? '! ' : ' ') + payload + ';';
  }
  return all;
}

let outbox = boot();
check('empty', list(outbox), '');
for (let i = 1; i <= 60; i++) {
  outbox.idle();
  if (outbox.append(topics[i % 2], constant('message ' + i)) !== i) check('append', i, 0);
  if (i > 2 && outbox.acknowledge(i - 2) !== Code.Ok) check('acknowledge', i - 2, 0);
}
check('held', outbox.count(), 2);
outbox = boot();
check('after a restart', list(outbox), '59 t/two 53 message 59;60 t/one 50 message 60;');
check('PUBREC', outbox.receive(59), Code.Ok);
check('none of QoS 1', outbox.receive(60), Code.Unknown);
outbox = boot();
check('with PUBREC', list(outbox), '59 t/two 53! message 59;60 t/one 50 message 60;');
check('a lost session', outbox.restart(), 1);
torn = 20;
check('not taken', outbox.append(topics[0], constant('torn')) < 0 ? 1 : 0, 1);
torn = -1;
isOn = true;
outbox = boot();
check('nothing of it', list(outbox), '60 t/one 50 message 60;');
check('goes on', outbox.append(topics[0], constant('whole')), 61);
const saved = new Uint8Array(chip.length);
saved.set(chip);
for (let i = 0; i < chip.length; i += 7) {
  // A start writes: each bit turns in what was there before.
  chip.set(saved);
  chip[i] ^= 4;
  const again = createFlashOutbox(createFlashBytes(flash, RECORD_MAX + 64), RECORD_MAX);
  const seen = again.open(1) + ' ' + list(again);
  if (seen !== '0 60 t/one 50 message 60;61 t/one 50 whole;') check('bit at ' + i, seen, '');
}
chip.set(saved);
outbox = boot();
check(
  'long',
  outbox.append(topics[0], constant('12345678901234567890123456789012345678901234567890')),
  Code.TooLong,
);
print('= ' + programs + ' programs, ' + erases + ' erases');
print('end');
