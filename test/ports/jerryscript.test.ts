// The ports over what a C host of JerryScript gives, on a host in the test's hands.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLOCK_PERIOD_MS, NEVER_MS } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { createLog, createRandom, freeMemory, openPower } from '../../src/ports/jerryscript/board.ts';
import { createClock, createTimers } from '../../src/ports/jerryscript/clock.ts';
import { openI2c } from '../../src/ports/jerryscript/i2c.ts';
import { createSocket } from '../../src/ports/jerryscript/socket.ts';
import { createWifi } from '../../src/ports/jerryscript/wifi.ts';

/** What the host was told, and what it gives. */
const host = {
  time: 0,
  day: -1,
  due: -1,
  said: [] as unknown[],
  onDue: () => {},
  onWifi: (_why: number) => {},
  received: new Uint8Array(0) as Uint8Array,
  socket: { onOpen() {}, onData(_count: number) {}, onDrain() {}, onClose() {} },
  opens: 0,
};

beforeEach(() => {
  Object.assign(host, { time: 0, day: -1, due: -1, said: [], opens: 0 });
  const say =
    (name: string, result = 0) =>
    (...words: unknown[]) => {
      host.said.push([name, ...words]);
      return result;
    };
  vi.stubGlobal('moteHost', {
    onTimer: (onDue: () => void) => ((host.onDue = onDue), 0),
    timer: (ms: number) => ((host.due = ms < 0 ? -1 : host.time + ms), 0),
    now: () => host.time % CLOCK_PERIOD_MS,
    day: () => host.day,
    dayMs: () => 1234,
    random: () => 65535,
    log: say('log'),
    freeMemory: () => 4000,
    watch: say('watch'),
    restart: say('restart'),
    onSocket(
      received: Uint8Array,
      onOpen: () => void,
      onData: () => void,
      onDrain: () => void,
      onClose: () => void,
    ) {
      host.received = received;
      host.socket = { onOpen, onData, onDrain, onClose };
      return 0;
    },
    open(name: Uint8Array, length: number, port: number) {
      host.said.push(['open', Buffer.from(name.subarray(0, length)).toString('latin1'), port]);
      return host.opens;
    },
    send: (bytes: Uint8Array, from: number, length: number) =>
      say('send')([...bytes.subarray(from, from + length)]),
    close: say('close'),
    onWifi: (onWifi: (why: number) => void) => ((host.onWifi = onWifi), 0),
    join: (bytes: Uint8Array, n: number, m: number) =>
      say('join')(
        Buffer.from(bytes.subarray(0, n)).toString(),
        Buffer.from(bytes.subarray(n, n + m)).toString(),
      ),
    leave: say('leave'),
    rssi: () => -60,
    i2cOpen: say('i2cOpen'),
    i2cWrite: say('i2cWrite', Code.Absent),
    i2cRead: say('i2cRead'),
  });
});
afterEach(() => void vi.unstubAllGlobals());

describe('time', () => {
  it('is the host’s, and the wall clock unknown until the host knows it', () => {
    const clock = createClock();
    const wall = { day: 0, ms: 0 };
    host.time = CLOCK_PERIOD_MS + 5;
    expect(clock.now()).toBe(5);
    clock.wall(wall);
    expect(wall).toEqual({ day: -1, ms: 0 });
    host.day = 20500;
    clock.wall(wall);
    expect(wall).toEqual({ day: 20500, ms: 1234 });
  });

  it('fires each timer when it is due, over the wrap of the clock, with one timer of the host', () => {
    const steps = fc.array(
      fc.record({ timer: fc.nat(2), ms: fc.nat(400), stop: fc.boolean(), pass: fc.nat(300) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 2000 }), (moves, before) => {
        host.time = CLOCK_PERIOD_MS - before;
        host.due = -1;
        const fired: [number, number][] = [];
        const expected: [number, number][] = [];
        const createTimer = createTimers();
        const deadlines = [-1, -1, -1];
        const timers = [0, 1, 2].map((i) => createTimer(() => void fired.push([i, host.time])));
        const pass = (ms: number) => {
          const end = host.time + ms;
          while (host.due >= 0 && host.due <= end) {
            host.time = Math.max(host.time, host.due);
            host.due = -1;
            host.onDue();
          }
          host.time = end;
          for (const [i, at] of [...deadlines.entries()].sort((a, b) => a[1] - b[1] || a[0] - b[0])) {
            if (at < 0 || at > end) continue;
            expected.push([i, at]);
            deadlines[i] = -1;
          }
        };
        for (const { timer, ms, stop, pass: passed } of moves) {
          if (stop) timers[timer]!.stop();
          else timers[timer]!.set(ms);
          deadlines[timer] = stop ? -1 : host.time + ms;
          pass(passed);
        }
        pass(1000);
        expect(fired).toEqual(expected);
        expect(host.due).toBe(-1);
      }),
    );
  });

  it('lets a timer set itself and others when it fires, and waits for the longest delay', () => {
    const createTimer = createTimers();
    let times = 0;
    const other = createTimer(() => {});
    const timer = createTimer(() => {
      if (++times < 3) timer.set(0);
      other.set(NEVER_MS);
    });
    timer.set(5);
    for (let i = 0; i < 3; i++) {
      host.time = host.due;
      host.onDue();
    }
    expect(times).toBe(3);
    expect(host.due).toBe(host.time + NEVER_MS);
  });
});

describe('the connection', () => {
  const told: string[] = [];
  const events = {
    onOpen: (connection: { write(bytes: unknown): unknown }) => {
      told.push('open');
      connection.write({ data: new Uint8Array([9, 1, 2, 9]), from: 1, length: 2 });
    },
    onData: (bytes: { data: Uint8Array; from: number; length: number }) => {
      told.push(`data ${[...bytes.data.subarray(bytes.from, bytes.from + bytes.length)].join()}`);
      // As a decoder does with what it has taken.
      bytes.from += bytes.length;
      bytes.length = 0;
    },
    onDrain: () => void told.push('drain'),
    onClose: () => void told.push('close'),
  };
  beforeEach(() => void told.splice(0));

  it('hands names, bytes and events over as they are', () => {
    const socket = createSocket();
    expect(host.received.length).toBe(536);
    expect(socket.open('broker', 1883, events)).toBe(0);
    host.socket.onOpen();
    host.received.set([5, 6, 7]);
    host.socket.onData(3);
    host.socket.onData(1);
    host.socket.onDrain();
    host.socket.onClose();
    host.socket.onClose();
    expect(told).toEqual(['open', 'data 5,6,7', 'data 5', 'drain', 'close']);
    expect(host.said).toEqual([
      ['open', 'broker', 1883],
      ['send', [1, 2]],
    ]);
  });

  it('tells of nothing after a close, and of none that was not opened', () => {
    const socket = createSocket();
    host.opens = Code.Refused;
    expect(socket.open('broker', 1883, events)).toBe(Code.Refused);
    host.socket.onClose();
    host.opens = 0;
    socket.open('broker', 1883, events);
    socket.close();
    host.socket.onOpen();
    host.socket.onClose();
    expect(told).toEqual([]);
    expect(socket.open('x'.repeat(254), 1883, events)).toBe(Code.NoHost);
  });
});

describe('the rest of the board', () => {
  it('joins as the host says', () => {
    const wifi = createWifi();
    const told: unknown[] = [];
    const events = { onUp: () => void told.push('up'), onDown: (why: Close) => void told.push(why) };
    host.onWifi(0);
    expect(wifi.rssi()).toBe(0);
    wifi.join('home', 's'.repeat(70), events);
    host.onWifi(0);
    expect(wifi.rssi()).toBe(-60);
    host.onWifi(Close.WifiLost);
    expect(wifi.rssi()).toBe(0);
    wifi.leave();
    host.onWifi(0);
    expect(told).toEqual(['up', Close.WifiLost]);
    expect(host.said).toEqual([['join', 'home', 's'.repeat(64)], ['leave']]);
    expect(wifi.missing()).toBe(Close.WifiTimeout);
  });

  it('hands arrays to the bus', () => {
    const bytes = new Uint8Array(2);
    const bus = openI2c({ bus: 2, data: 21, clock: 22 });
    expect([bus.write(0x40, bytes), bus.read(0x40, bytes), bus.readRegister(0x40, 7, bytes)]).toEqual([
      Code.Absent,
      0,
      0,
    ]);
    expect(host.said).toEqual([
      ['i2cOpen', 2, 21, 22, 100000],
      ['i2cWrite', 2, 0x40, bytes],
      ['i2cRead', 2, 0x40, -1, bytes],
      ['i2cRead', 2, 0x40, 7, bytes],
    ]);
  });

  it('asks for random numbers, memory, a watchdog and a restart', () => {
    const power = openPower();
    createLog().write(6, 0);
    power.watch(30);
    power.feed();
    power.restart();
    power.sleep(1000);
    expect([createRandom().next(), freeMemory(), power.canSleep]).toEqual([65535, 4000, false]);
    expect(host.said).toEqual([['log', 6, 0], ['watch', 30], ['watch', 30], ['restart']]);
  });
});
