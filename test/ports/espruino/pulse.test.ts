import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDrain, PulseEcho } from '../../../src/ports/pulse.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const port = await loadPort<{
  openOpenDrain(pin: number): OpenDrain;
  openPulseEcho(triggerPin: number, echoPin: number): PulseEcho;
}>('pulse');

let calls: unknown[][];
let watch: (edge: { state: boolean; time: number }) => void;
const noting =
  (name: string) =>
  (...args: unknown[]) =>
    void calls.push([name, ...args]);

beforeEach(() => {
  calls = [];
  installEngine({
    pinMode: noting('pinMode'),
    digitalWrite: noting('digitalWrite'),
    digitalPulse: noting('digitalPulse'),
    setWatch(handler: typeof watch, ...rest: unknown[]) {
      watch = handler;
      calls.push(['setWatch', ...rest]);
    },
  });
});

afterEach(removeEngine);

describe('open drain', () => {
  it('is watched before it becomes one: a watch makes an input of its pin', () => {
    port.openOpenDrain(4).listen(() => {});
    expect(calls).toEqual([
      ['setWatch', 4, { repeat: true, edge: 'falling' }],
      ['pinMode', 4, 'opendrain_pullup'],
      ['digitalWrite', 4, 1],
    ]);
  });

  it('pulls, and lets go', () => {
    const line = port.openOpenDrain(4);
    line.pull();
    line.release();
    expect(calls).toEqual([
      ['digitalWrite', 4, 0],
      ['digitalWrite', 4, 1],
    ]);
  });

  it('reports falls with the time of the interrupt, in microseconds that wrap', () => {
    const falls: number[] = [];
    port.openOpenDrain(4).listen((timeUs) => falls.push(timeUs));
    watch({ state: false, time: 12.000345 });
    watch({ state: false, time: 1893456000.5 });
    expect(falls).toEqual([12_000_345, 1893456000500000 % 2 ** 27]);
  });

  it('tells pulses of a real time of day apart to the microsecond or so', () => {
    const falls: number[] = [];
    port.openOpenDrain(4).listen((timeUs) => falls.push(timeUs));
    for (const us of [0, 76, 196, 272]) watch({ state: false, time: 1893456000 + us / 1000000 });
    [76, 120, 76].forEach((gap, i) =>
      expect(Math.abs(falls[i + 1]! - falls[i]! - gap)).toBeLessThanOrEqual(1),
    );
  });
});

describe('pulse and echo', () => {
  it('leaves the end of the pulse to the engine', () => {
    const pins = port.openPulseEcho(4, 5);
    expect(calls.splice(0)).toEqual([
      ['pinMode', 4, 'output'],
      ['digitalWrite', 4, 0],
    ]);
    pins.trigger();
    expect(calls).toEqual([['digitalPulse', 4, 1, 0.01]]);
  });

  it('reports both edges of the answer', () => {
    const edges: number[][] = [];
    port.openPulseEcho(4, 5).listen((level, timeUs) => edges.push([level, timeUs]));
    expect(calls.slice(2)).toEqual([
      ['pinMode', 5, 'input'],
      ['setWatch', 5, { repeat: true, edge: 'both' }],
    ]);
    watch({ state: true, time: 3.0001 });
    watch({ state: false, time: 3.0059 });
    expect(edges).toEqual([
      [1, 3_000_100],
      [0, 3_005_900],
    ]);
  });
});
