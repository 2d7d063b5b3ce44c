// The other ports, as far as Espruino on Linux has something behind them. ES5 subset.

import { prepareTopic } from '../../../src/mqtt/form.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { elapsed, NEVER_MS } from '../../../src/ports/clock.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createClock } from '../../../src/ports/espruino/clock.ts';
import { openFlash, openFlashBytes } from '../../../src/ports/espruino/flash.ts';
import { openDigitalInput, openDigitalOutput } from '../../../src/ports/espruino/gpio.ts';
import { openI2c } from '../../../src/ports/espruino/i2c.ts';
import { createLog } from '../../../src/ports/espruino/log.ts';
import { openOneWire } from '../../../src/ports/espruino/onewire.ts';
import { createPower } from '../../../src/ports/espruino/power.ts';
import { createRandom } from '../../../src/ports/espruino/random.ts';
import { createTimer } from '../../../src/ports/espruino/timer.ts';
import { createUart } from '../../../src/ports/espruino/uart.ts';
import { createWifi } from '../../../src/ports/espruino/wifi.ts';
import type { FlashGeometry } from '../../../src/ports/flash.ts';
import type { OutboxRecord } from '../../../src/ports/outbox.ts';
import { Pull } from '../../../src/ports/gpio.ts';
import { WakeCause } from '../../../src/ports/power.ts';
import { check, report, until } from './check.ts';
import type { Step } from './check.ts';
import { checkFlash } from './flash-check.ts';
import { pattern } from './socket-steps.ts';

/** The end of the engine's fake flash: what lies before belongs to its file store. */
export const GEOMETRY: FlashGeometry = {
  base: 0x1003f800,
  pageSize: 1024,
  pages: 2,
  programUnit: 4,
  ecc: false,
};

function clock(done: () => void): void {
  const ours = createClock();
  const wall = { day: 0, ms: -1 };
  const start = ours.now();
  let last = start;
  let steps = 0;
  ours.wall(wall);
  check('the day is known', wall.day > 20453 && wall.day < 40000 ? 1 : 0, 1);
  check('the time is one of a day', wall.ms >= 0 && wall.ms < 86400000 && wall.ms % 1 === 0 ? 1 : 0, 1);
  setTimeout(function () {
    for (let i = 0; i < 300; i++) {
      const now = ours.now();
      if (now % 1 !== 0 || elapsed(last, now) > NEVER_MS) steps++;
      last = now;
    }
    check('whole milliseconds, never backwards', steps, 0);
    check('time passes', elapsed(start, last) >= 50 ? 1 : 0, 1);
    done();
  }, 50);
}

function timer(done: () => void): void {
  const ours = createClock();
  const start = ours.now();
  let order = '';
  let again = 0;
  const replaced = createTimer(() => (order += 'replaced '));
  const stopped = createTimer(() => (order += 'stopped '));
  const repeated = createTimer(function () {
    again++;
    if (again < 3) repeated.set(1);
  });
  const last = createTimer(function () {
    check('timers', order, 'zero replaced ');
    check('a timer sets itself', again, 3);
    check('not before its time', elapsed(start, ours.now()) >= 120 ? 1 : 0, 1);
    done();
  });
  const zero = createTimer(() => (order += 'zero '));
  stopped.stop();
  stopped.set(5);
  stopped.stop();
  replaced.set(1);
  replaced.set(60);
  repeated.set(1);
  zero.set(0);
  last.set(120);
  check('no timer fires from inside set', order, '');
}

function random(done: () => void): void {
  const ours = createRandom();
  let low = 65535;
  let high = 0;
  for (let i = 0; i < 300; i++) {
    const value = ours.next();
    if (value < low) low = value;
    if (value > high) high = value;
  }
  check('random from 0 to 65535', low >= 0 && high <= 65535 && high % 1 === 0 ? 1 : 0, 1);
  // Missed once in more than 10^9 runs.
  check('random over all of it', low < 6554 && high > 58981 ? 1 : 0, 1);
  report('random', low + ' to ' + high);
  done();
}

function flash(done: () => void): void {
  checkFlash(openFlash(GEOMETRY));
  done();
}

function flashAsStrings(done: () => void): void {
  const ours = openFlashBytes(GEOMETRY);
  const at = GEOMETRY.base + 1024 + 40;
  const all = [0, 1, 127, 128, 254, 255, 34, 92].map((code) => String.fromCharCode(code)).join('');
  ours.erase(1);
  check('erased', ours.read(at, 4), '\xff\xff\xff\xff');
  ours.write(all + all + all + all, at);
  const page = GEOMETRY.base + 1024;
  check('nothing else', ours.isBlank(page, 40) && ours.isBlank(at + 32, 952) ? 1 : 0, 1);
  // Over the end of what is looked at at once, and at its last byte.
  check(
    'not blank',
    ours.isBlank(page, 1024) || ours.isBlank(at + 31, 900) || ours.isBlank(at, 1) ? 1 : 0,
    0,
  );
  check('every byte comes back', ours.read(at, 32), all + all + all + all);
  check('a part of it', ours.read(at + 3, 3), all.substr(3, 3));
  ours.write('\0\0\0\0', at);
  check('zeros over it', ours.read(at, 8), '\0\0\0\0' + all.substr(4));
  // CBF43926, the lowest byte first.
  check('checksum', ours.crc('1234', '56789'), '\x26\x39\xf4\xcb');
  check('of nothing', ours.crc('', ''), '\0\0\0\0');
  check('frame', ours.frame(0x1030, '1234', '56789'), '\x30\x10\xcf\xef\x26\x39\xf4\xcb');
  check('programmed', ours.program('\0\0\0\0', page + 1000) ? 1 : 0, 1);
  check('not blank near its end', ours.isBlank(page + 100, 924) ? 1 : 0, 0);
  check('bits do not come back', ours.program('\0\0\x01\0', page + 1000) ? 1 : 0, 0);
  ours.erase(1);
  check('erased again', ours.read(at, 4), '\xff\xff\xff\xff');
  done();
}

function outbox(done: () => void): void {
  const topic = prepareTopic('t/n', 0x32);
  const record: OutboxRecord<string> = { sequence: 0, topic, payload: '', received: false };
  const before = createFlashOutbox(openFlashBytes(GEOMETRY), 100);
  check('format', before.format(1), Code.Ok);
  check('first message', before.append(topic, 'one'), 1);
  check('second message', before.append(topic, 'two'), 2);
  check('acknowledge', before.acknowledge(1), Code.Ok);
  const after = createFlashOutbox(openFlashBytes(GEOMETRY), 100);
  check('open', after.open(2), Code.Ok);
  check('what is held', after.peek(0, record), Code.Ok);
  check('its payload', record.payload, 'two');
  check('its topic', record.topic.name, '\0\x03t/n');
  check('and no more', after.peek(2, record), Code.Empty);
  done();
}

function uart(done: () => void): void {
  const all = pattern(256);
  let heard = '';
  const a = createUart(LoopbackA);
  a.listen(function () {
    check('nothing comes back', 1, 0);
  });
  createUart(LoopbackB).listen(function (bytes) {
    heard += bytes;
  });
  a.write(all.substr(0, 100));
  a.write(all.substr(100));
  check('no byte from inside write', heard, '');
  until(
    'bytes from port to port',
    () => heard.length >= 256,
    function () {
      check('every byte from port to port', heard === all ? 1 : 0, 1);
      done();
    },
  );
}

/** Dummies answer here: that the engine knows the calls and takes the arguments is all that can be shown. */
function dummies(done: () => void): void {
  const bytes = new Uint8Array(8);
  const bus = openI2c({ bus: 1, data: 21, clock: 22, hz: 400000 });
  check('I2C write', bus.write(0x76, bytes), Code.Ok);
  check('I2C read', bus.read(0x76, bytes), Code.Ok);
  check('I2C register', bus.readRegister(0x76, 0xf7, bytes), Code.Ok);
  const wire = openOneWire(4);
  check('1-Wire reset', wire.reset(), Code.Ok);
  check('1-Wire search', wire.search(0, bytes), Code.Absent);
  wire.write(bytes);
  bytes[2] = 7;
  wire.read(bytes);
  check('1-Wire read', bytes[2], 0);
  openDigitalOutput(2, 1).write(0);
  check('pin', openDigitalInput(5, Pull.Up).read(), 0);
  const power = createPower();
  power.watch(600);
  power.feed();
  power.sleep(1);
  check('wake-up cause', power.wakeCause(), WakeCause.PowerOn);
  createLog().write(6, 42);
  done();
}

function wifi(done: () => void): void {
  let order = '';
  const ours = createWifi();
  ours.join('nowhere', '', { onUp: () => (order += 'up '), onDown: () => (order += 'down ') });
  check('no event from inside join', order, '');
  until(
    'news of no Wi-Fi',
    () => order.length > 0,
    function () {
      check('no Wi-Fi here', order, 'down ');
      check('no signal', ours.rssi(), 0);
      ours.leave();
      done();
    },
  );
}

export const BOARD_STEPS: Step[] = [clock, timer, random, flash, flashAsStrings, outbox, uart, dummies, wifi];
