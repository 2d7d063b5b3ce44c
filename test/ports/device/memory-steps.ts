// Whether the ports leave something behind in the engine's memory when they work for a long time. Rings of garbage count
// too: what waits for a collection at the end is something left behind. ES5 subset.

import { prepareTopic } from '../../../src/mqtt/form.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { createClock } from '../../../src/ports/espruino/clock.ts';
import { openFlash, openFlashBytes } from '../../../src/ports/espruino/flash.ts';
import { openI2c } from '../../../src/ports/espruino/i2c.ts';
import { createLog } from '../../../src/ports/espruino/log.ts';
import { createRandom } from '../../../src/ports/espruino/random.ts';
import { createTimer } from '../../../src/ports/espruino/timer.ts';
import { SEND_WINDOW } from '../../../src/ports/socket.ts';
import type { Connection } from '../../../src/ports/socket.ts';
import { GEOMETRY } from './board-steps.ts';
import { check, report, until } from './check.ts';
import type { Step } from './check.ts';
import { createHeard, HOST, listen, nothing, openTo, pattern, settle, socket } from './socket-steps.ts';

const TIMES = 1000;
const WARM_UP = 20;
const LOOKS = 5;
const RECONNECTS = 30;
/** Without a drain for this long, a queue stands. */
const STALL_MS = 1000;

/** Made beforehand: what holds the counts must not count itself. */
const looks = new Int32Array(3);

function look(index: number): void {
  looks[index] = process.memory(index === 0).usage;
}

/**
 * @param slack variables more or less that mean nothing: the timer that looks holds how late it is, and the engine needs
 * one more for a larger number.
 */
function compare(what: string, slack: number): void {
  const more = looks[1] - looks[0];
  report(what, 'variables in use before ' + looks[0] + ', after ' + looks[1]);
  check('memory after ' + what, more > slack || more < -slack ? more : 0, 0);
}

/** Do something `WARM_UP` times, then `TIMES` times between two looks. @param slack as in `compare`. */
function often(what: string, slack: number, act: () => void): Step {
  return function (done) {
    for (let i = 0; i < WARM_UP; i++) act();
    look(0);
    for (let i = 0; i < TIMES; i++) act();
    look(1);
    compare(TIMES + ' ' + what, slack);
    done();
  };
}

function writes(done: () => void): void {
  const packet = pattern(76);
  let connection: Connection | null = null;
  // Negative, so that it takes the same memory all the time.
  let left = -10000;
  const end = left + WARM_UP + TIMES + LOOKS;

  /** A look falls into the engine's own work on the socket: the least of several is what is held at all times. */
  function lookAgain(index: number, isFirst: boolean): void {
    look(2);
    if (isFirst || looks[2] < looks[index]) looks[index] = looks[2];
  }

  function send(): void {
    if (left < end - TIMES && left >= end - TIMES - LOOKS) lookAgain(0, left === end - TIMES - LOOKS);
    if (left >= end - LOOKS) lookAgain(1, left === end - LOOKS);
    if (left < end) {
      connection!.write(packet);
      left++;
      return;
    }
    compare(TIMES + ' writes, each with its drain', 0);
    socket.close();
    done();
  }

  function begin(opened: Connection): void {
    connection = opened;
    send();
  }

  socket.open(HOST, GREET_PORT, { onOpen: begin, onData() {}, onDrain: send, onClose() {} });
}

function fires(done: () => void): void {
  let left = -10000;
  const end = left + WARM_UP + 200;
  const timer = createTimer(function () {
    if (left === end - 200) look(0);
    if (left < end) {
      left++;
      timer.set(0);
      return;
    }
    look(1);
    compare('200 timers that fired', 2);
    done();
  });
  timer.set(0);
}

function reconnects(done: () => void): void {
  let left = -10000;
  const end = left + 5 + RECONNECTS;

  function next(): void {
    if (left === end - RECONNECTS) look(0);
    if (left === end) {
      look(1);
      compare(RECONNECTS + ' connections', 2);
      done();
      return;
    }
    left++;
    socket.open(HOST, ECHO_PORT, events);
  }

  function bye(connection: Connection): void {
    connection.write('BYE');
  }

  function again(): void {
    setTimeout(next, 20);
  }

  const events = { onOpen: bye, onData() {}, onDrain() {}, onClose: again };
  next();
}

/** A server that reads no more, until the engine's queue stands; the next connection must free it. */
function stalling(done: () => void): void {
  const chunk = pattern(SEND_WINDOW);
  let windows = 0;
  let seen = -1;

  function reconnect(): void {
    // What listens is made beforehand: it would weigh as much as what is freed.
    const heard = createHeard();
    const events = listen(heard, nothing);
    const before = process.memory(true).usage;
    socket.open(HOST, ECHO_PORT, events);
    until(
      'a connection after a stalled one',
      () => heard.calls === 'O',
      function () {
        socket.close();
        settle(function () {
          heard.release();
          const freed = before - process.memory(true).usage;
          report('a stalled connection', 'variables freed ' + freed);
          // Not a number where the engine is a simulated one that does not count.
          check('a stalled connection is freed', freed <= 0 ? 0 : 1, 1);
          done();
        });
      },
    );
  }

  function watch(): void {
    if (windows > seen) {
      seen = windows;
      setTimeout(watch, STALL_MS);
      return;
    }
    report('a server that does not read', 'windows taken ' + windows);
    socket.close();
    heard.release();
    settle(reconnect);
  }

  const heard = openTo(ECHO_PORT, function (event) {
    if (event === 'O') heard.write('MUTE');
    if (event !== 'd') return;
    windows++;
    heard.write(chunk);
  });
  until('a server to stall', () => heard.calls.length > 0, watch);
}

const timer = createTimer(function () {
  check('a timer that was set later still', 1, 0);
});
const bytes = new Uint8Array(8);
const bus = openI2c({ bus: 1, data: 21, clock: 22 });
const log = createLog();
const clock = createClock();
const wall = { day: 0, ms: 0 };
const random = createRandom();
const flash = openFlash(GEOMETRY);
const outbox = createFlashOutbox(openFlashBytes(GEOMETRY), 100);
outbox.format(3);
const topic = prepareTopic('t/n', 0x32);

export const MEMORY_STEPS: Step[] = [
  writes,
  often('timers that were set again', 0, () => timer.set(60000)),
  function (done) {
    timer.stop();
    done();
  },
  fires,
  often('I2C reads', 0, () => bus.readRegister(0x76, 0xf7, bytes)),
  often('I2C writes', 0, () => bus.write(0x76, bytes)),
  often('looks at the clock', 1, function () {
    clock.now();
    clock.wall(wall);
  }),
  often('random numbers', 0, () => random.next()),
  often('flash reads', 0, () => flash.read(GEOMETRY.base, bytes, 0, 8)),
  often('messages through flash', 0, function () {
    outbox.acknowledge(outbox.append(topic, 'a message of some length'));
    outbox.idle();
  }),
  often('log lines', 0, () => log.write(9, 1)),
  reconnects,
  stalling,
];
