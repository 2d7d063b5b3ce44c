// Properties of MQTT 5.0 and ages inside an engine, in flash in RAM and in the outbox without flash: `ok <what>` or
// `FAIL <what>: <seen>, not <wanted>`, figures behind `= `, and `end` at its end. ES5 subset.

import { createRamFlash } from '../../sim/device/ram-flash.ts';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox } from '../../src/outbox/flash.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { after, type Clock, type WallTime } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import { StateKey, type Outbox, type OutboxRecord } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';

declare const print: (line: string) => void;

function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

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

const RECORD_MAX = 60;
const part = createRamFlash(512, 3);

function withProperties(name: string, first: number, properties: string): Topic<Bytes> {
  const topic = prepareTopic(name, first);
  return {
    first: topic.first,
    head: topic.head,
    name: topic.name,
    size: topic.size,
    expires: properties.charCodeAt(0) === 2,
    properties: constant(properties),
  };
}

/** The first one expires. */
const topics = [
  withProperties('t/e', 0x32, '\x02\0\0\x0e\x10\x01\x01'),
  withProperties('t/c', 0x34, '\x09\0\x02\0\xff'),
  prepareTopic('t/n', 0x32),
];
const record: OutboxRecord<Bytes> = { sequence: 0, topic: topics[2], payload: EMPTY, received: false };

/** What is held, in order: properties as numbers. */
function list(outbox: Outbox<Bytes>): string {
  let all = '';
  let at = 0;
  while (outbox.peek(at, record) === Code.Ok) {
    at = record.sequence;
    const properties = record.topic.properties === undefined ? EMPTY : record.topic.properties;
    all += at + ' ' + toText(record.topic.name, 2, record.topic.name.length - 2) + ' ';
    const bytes = toText(properties, 0, properties.length);
    for (let i = 0; i < bytes.length; i++) all += bytes.charCodeAt(i) + '.';
    all += ' ' + record.ageSec + ' ' + toText(record.payload, 0, record.payload.length) + ';';
  }
  return all;
}

const EXPIRY = '2.0.0.14.16.1.1.';
const CORRELATION = '9.0.2.0.255.';

/** Take one of each, and wait. */
function story(what: string, outbox: Outbox<Bytes>): void {
  for (let i = 0; i < 3; i++) check(what + ': append', outbox.append(topics[i], constant('m' + i)), i + 1);
  ms += 90000;
  const first = '1 t/e ' + EXPIRY + ' 90 m0;';
  check(what, list(outbox), first + '2 t/c ' + CORRELATION + ' 0 m1;3 t/n  0 m2;');
  for (let i = 0; i < 60; i++) {
    ms = after(ms, 7200000);
    outbox.idle();
  }
  check(what + ': days later', outbox.peek(0, record) === Code.Ok ? record.ageSec! : -1, 90 + 60 * 7200);
  check(what + ': PUBREC', outbox.receive(2), Code.Ok);
  check(what + ': the lost session', outbox.restart(), 1);
  for (let i = 4; i < 60; i++) {
    outbox.acknowledge(i === 4 ? 1 : i - 2);
    if (outbox.append(topics[i % 3 === 1 ? 0 : 2], constant('m' + i)) !== i) check('append', i, 0);
    outbox.idle();
  }
  check(what + ': at last', list(outbox), '58 t/e ' + EXPIRY + ' 0 m58;59 t/n  0 m59;');
}

story(
  'in RAM',
  createRamOutbox(4, 20, () => clock.now()),
);

/** What is at work; none while another is made: small engines have no room for two. */
let outbox: FlashOutbox = null!;

function boot(): void {
  outbox = null!;
  outbox = createFlashOutbox(createFlashBytes(part, RECORD_MAX + 64), RECORD_MAX, { clock });
  check('open', outbox.open(99), Code.Ok);
}

boot();
story('in flash', outbox);
boot();
ms = after(ms, 5000);
check('after a start', list(outbox), '58 t/e ' + EXPIRY + ' 5 m58;59 t/n  0 m59;');
check(
  'gather',
  outbox.gather!(topics[0], constant('a')) + outbox.gather!(topics[2], constant('b@'), 2),
  Code.Ok,
);
check('together', outbox.appendGathered!(), 61);
day = 20454;
ms = after(ms, 2000);
outbox.idle();
const TOGETHER = '60 t/e ' + EXPIRY + ' 2 a;61 t/n  0 b@1767268798;';
check('the clock is known', list(outbox), '58 t/e ' + EXPIRY + ' 7 m58;59 t/n  0 m59;' + TOGETHER);
boot();
check('and after a start', list(outbox), '58 t/e ' + EXPIRY + ' 0 m58;59 t/n  0 m59;' + TOGETHER);

const ID = 'auto-0A1B2C3D-0A1B-2C3D-4E5F-0A1B2C3D4E5F';
check('identifier', outbox.remember(StateKey.ClientId, constant(ID)), Code.Ok);
check('version', outbox.remember(StateKey.Version, constant('\x05')), Code.Ok);
for (let i = 58; i < 90; i++) {
  outbox.acknowledge(i);
  if (i > 61 && outbox.append(topics[0], constant('x')) !== i) check('append', i, 0);
  outbox.idle();
}
boot();
const id = outbox.recall(StateKey.ClientId);
check('kept', toText(id, 0, id.length), ID);
const version = outbox.recall(StateKey.Version);
check('kept too', toText(version, 0, version.length), '\x05');
print('= ' + outbox.count() + ' held, ' + outbox.newest());
print('end');
