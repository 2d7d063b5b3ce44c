// Options of sleep that are impossible, outboxes that would lose what they accepted, and boards that cannot sleep.

import { describe, expect, it } from 'vitest';
import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualTimer,
  createManualWifi,
  createRecordingLog,
} from '../../sim/manual.ts';
import { startMote } from '../../src/mote.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createSleep } from '../../src/parts/sleep.ts';
import type { SleepOptions } from '../../src/parts/sleep.ts';
import { Code, Event } from '../../src/ports/codes.ts';
import { WakeCause } from '../../src/ports/power.ts';
import type { Power } from '../../src/ports/power.ts';

function start(options: Partial<SleepOptions>, { isLasting = true, canSleep = true } = {}) {
  const log = createRecordingLog();
  const socket = createManualSocket();
  const timer = createManualTimer();
  const slept: number[] = [];
  const power: Power = {
    canSleep,
    watch: () => {},
    feed: () => {},
    sleep: (ms) => void slept.push(ms),
    wakeCause: () => WakeCause.Timer,
    restart: () => {},
  };
  const ram = createRamOutbox(8, 200);
  const outbox = isLasting ? { ...ram, oldestSec: () => -1, used: () => 0 } : ram;
  const code = startMote(
    {
      clock: createManualClock(),
      socket,
      wifi: createManualWifi(),
      log,
      random: createFixedRandom(0),
      outbox,
      createTimer: timer.createTimer,
      serial: '30c6f7-12ab34',
      freeMemory: () => 4000,
    },
    {
      id: 'm',
      broker: { host: 'broker', port: 1883 },
      sensors: [],
      sleep: createSleep({ power, intervalMs: 900_000, ...options }),
    },
  );
  return { code, log, socket, timer, slept };
}

describe('sleep', () => {
  it.each<[Partial<SleepOptions>]>([
    [{ intervalMs: 0 }],
    [{ intervalMs: 1500 }],
    [{ intervalMs: -1000 }],
    [{ intervalMs: 86_401_000 }],
    [{ intervalMs: NaN }],
    [{ sendCount: 0 }],
    [{ sendAgeMs: -1 }],
    [{ sendAgeMs: 604_801_000 }],
    [{ sendBytes: -1 }],
    [{ sendMs: 999 }],
    [{ awakeMs: -1 }],
    [{ awakeMs: 30_000 }],
    [{ sendMs: 2000, awakeMs: 2000 }],
    [{ sampleMs: NaN }],
  ])('cannot be made with %j', (options) => {
    const { code, log, timer } = start(options);
    expect(code).toBe(Code.BadOptions);
    expect(log.lines).toEqual([`${Event.BadPart} 1`]);
    expect(timer.delayMs()).toBe(-1);
  });

  it('needs an outbox that outlasts it', () => {
    expect(start({}, { isLasting: false }).code).toBe(Code.BadOptions);
  });

  it('begins with the radio off, and goes back to sleep', () => {
    const { code, socket, timer, slept } = start({});
    expect(code).toBe(Code.Ok);
    timer.fire();
    expect(socket.opened).toEqual([]);
    expect(slept).toEqual([900_001]);
  });

  it('is said to be impossible on a board that cannot, where the mote is awake like any other', () => {
    const { code, log, socket, timer, slept } = start({}, { canSleep: false });
    expect(code).toBe(Code.Ok);
    expect(log.lines[0]).toBe(`${Event.CannotSleep} 0`);
    timer.fire();
    expect(socket.opened).toEqual(['broker:1883']);
    expect(slept).toEqual([]);
  });
});
