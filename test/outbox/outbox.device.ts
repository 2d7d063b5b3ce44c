// The flash outbox inside an engine, on the flash of a C host or else in RAM, over restarts, a torn record and a bit that rots:
// `ok <what>` or `FAIL <what>: <seen>, not <wanted>`, figures behind `= `, and `end` at its end. ES5 subset.

import { createRamFlash } from '../../sim/device/ram-flash.ts';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox, type FlashOutboxOptions } from '../../src/outbox/flash.ts';
import type { Clock, WallTime } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Flash } from '../../src/ports/flash.ts';
import { openFlash } from '../../src/ports/jerryscript/flash.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';

declare const print: (line: string) => void;

function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

const RECORD_MAX = 60;
const PAGE_SIZE = 256;
const PAGES = 3;

const part: Flash = openFlash() || createRamFlash(PAGE_SIZE, PAGES);
let programs = 0;
let erases = 0;
/** Bytes of the next program that come through before the power goes away; -1: it does not. */
let torn = -1;
let isOn = true;

const flash: Flash = {
  geometry: part.geometry,
  read: part.read,
  write(address: number, from: Uint8Array, offset: number, length: number): number {
    programs++;
    if (isOn) part.write(address, from, offset, torn < 0 ? length : torn);
    isOn = isOn && torn < 0;
    return Code.Ok;
  },
  erase(page: number): number {
    erases++;
    return isOn ? part.erase(page) : Code.Ok;
  },
};

/** Put `bytes` into the flash, whatever is there. */
function restore(bytes: Uint8Array): void {
  for (let page = 0; page < PAGES; page++) part.erase(page);
  part.write(part.geometry.base, bytes, 0, bytes.length);
}

const topics = [prepareTopic('t/one', 0x32), prepareTopic('t/two', 0x35)];
const record: OutboxRecord<Bytes> = { sequence: 0, topic: topics[0], payload: EMPTY, received: false };

/** What is at work; none while another is made: small engines have no room for two. */
let outbox: FlashOutbox = null!;

function boot(options?: FlashOutboxOptions): FlashOutbox {
  outbox = null!;
  const made = createFlashOutbox(createFlashBytes(flash, RECORD_MAX + 64), RECORD_MAX, options);
  check('open', made.open(99), Code.Ok);
  return made;
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

outbox = boot();
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
const saved = new Uint8Array(PAGE_SIZE * PAGES);
part.read(part.geometry.base, saved, 0, saved.length);
for (let i = 0; i < saved.length; i += 7) {
  // A start writes: each bit turns in what was there before.
  saved[i] ^= 4;
  restore(saved);
  saved[i] ^= 4;
  outbox = null!;
  outbox = createFlashOutbox(createFlashBytes(flash, RECORD_MAX + 64), RECORD_MAX);
  const seen = outbox.open(1) + ' ' + list(outbox);
  if (seen !== '0 60 t/one 50 message 60;61 t/one 50 whole;') check('bit at ' + i, seen, '');
}
restore(saved);
outbox = boot();
check(
  'long',
  outbox.append(topics[0], constant('12345678901234567890123456789012345678901234567890')),
  Code.TooLong,
);

/** What is kept for a key, as text. */
function recall(key: number): string {
  const value = outbox.recall(key);
  return toText(value, 0, value.length);
}

check('keep', outbox.remember(5, constant('one')), Code.Ok);
check('keep anew', outbox.remember(5, constant('two')), Code.Ok);
check('another', outbox.remember(15, constant('kept')), Code.Ok);
check('no such key', outbox.remember(16, constant('x')), Code.Range);
for (let i = 62; i < 90; i++) {
  outbox.acknowledge(i - 2);
  if (outbox.append(topics[0], constant('message')) !== i) check('append', i, 0);
  outbox.idle();
}
outbox = boot();
check('kept over pages and a start', recall(5) + ' ' + recall(15) + ' ' + recall(4), 'two kept ');
check('held beside it', list(outbox), '88 t/one 50 message;89 t/one 50 message;');

// Times: a clock that is told the time in the second start.
let ms = 1000;
let day = -1;
const clock: Clock = {
  now(): number {
    return ms;
  },
  wall(out: WallTime): void {
    out.day = day;
    out.ms = day < 0 ? 0 : 43200000;
  },
};
const DROPPING: FlashOutboxOptions = { clock, whenFull: 'drop-oldest' };

outbox = boot(DROPPING);
outbox.acknowledge(88);
outbox.acknowledge(89);
check('never known', outbox.append(topics[0], constant('a@'), 2), 90);
outbox = boot(DROPPING);
ms += 2500;
check('known later', outbox.append(topics[0], constant('b@!'), 2), 91);
ms += 70000;
day = 20454;
outbox.idle();
check('known', outbox.append(topics[0], constant('c@'), 2), 92);
const TIMES = '90 t/one 50 a@null;91 t/one 50 b@1767268730!;92 t/one 50 c@1767268800;';
check('times', list(outbox), TIMES);
check('a moment ago', outbox.remember(11, constant('x')) + outbox.remember(11, constant('y')), Code.Busy);
check('age', outbox.oldestSec(), -1);
outbox = boot(DROPPING);
check('the same again', list(outbox), TIMES);
outbox.acknowledge(90);
check('age of the next', outbox.oldestSec(), 70);
for (let i = 93; i < 140; i++) {
  if (outbox.append(topics[0], constant('message')) !== i) check('append', i, 0);
}
check('the oldest are given up', outbox.counters().dropped > 20 ? 1 : 0, 1);
check('the newest are there', outbox.peek(138, record) === Code.Ok ? record.sequence : 0, 139);

/** Acknowledge all that is held. */
function drain(): void {
  for (let i = 0; i < 200 && outbox.peek(0, record) === Code.Ok; i++) outbox.acknowledge(record.sequence);
  while (outbox.idle());
}

// Several in one program, over a start, and where only some are acknowledged.
drain();
outbox = boot();
// Pages this small have no room for what a firmware that drops keeps of that, and more.
check('format', outbox.format(1), Code.Ok);
for (let i = 1; i < 4; i++) check('gather', outbox.gather!(topics[0], constant('g' + i)), Code.Ok);
check('once only', outbox.gather!(topics[1], constant('x')), Code.BadTopic);
let before = programs;
check('together', outbox.appendGathered!(), 3);
check('one program', programs - before, 1);
check('none left', outbox.appendGathered!(), Code.Empty);
check('answered', outbox.acknowledge(2), Code.Ok);
outbox = boot();
check('the others', list(outbox), '1 t/one 50 g1;3 t/one 50 g3;');
check('count', outbox.count(), 2);
check('answered again', outbox.acknowledge(2), Code.Unknown);
drain();
outbox = boot();
check('all of them', list(outbox), '');

// Acknowledgements that are written later.
const LAZY: FlashOutboxOptions = { lazyAcknowledgements: 2 };
outbox = boot(LAZY);
for (let i = 4; i < 9; i++) outbox.append(topics[0], constant('l' + i));
before = programs;
outbox.acknowledge(4);
outbox.acknowledge(5);
check('no program', programs - before, 0);
check('held', outbox.count(), 3);
outbox = boot(LAZY);
check('again', list(outbox).split(';').length - 1 + outbox.count(), 10);
for (let i = 4; i < 7; i++) outbox.acknowledge(i);
outbox = boot(LAZY);
check('one again', list(outbox), '6 t/one 50 l6;7 t/one 50 l7;8 t/one 50 l8;');
outbox.acknowledge(6);
check('settle', outbox.settle!(), Code.Ok);
outbox = boot(LAZY);
check('none again', list(outbox), '7 t/one 50 l7;8 t/one 50 l8;');
drain();
outbox.settle!();

// The latest of each topic.
const LATEST: FlashOutboxOptions = { whenFull: 'latest-per-topic' };
outbox = boot(LATEST);
const rare = prepareTopic('t/rare', 0x32);
check('rare', outbox.append(rare, constant('rare')) > 0 ? 1 : 0, 1);
for (let i = 0; i < 80; i++) if (outbox.append(topics[0], constant('common')) < 0) check('append', i, 0);
const all = list(outbox);
check('the rare one is there', all.indexOf('t/rare 50 rare;') >= 0 ? 1 : 0, 1);
check('once', all.indexOf('rare;') === all.lastIndexOf('rare;') ? 1 : 0, 1);
check('others were given up', outbox.counters().dropped > 20 ? 1 : 0, 1);
print('= ' + programs + ' programs, ' + erases + ' erases');
print('end');
