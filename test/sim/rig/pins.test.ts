import { describe, expect, it } from 'vitest';
import type { EchoDevice, LineDevice } from '../../../sim/chips/line-device.ts';
import { createOpenDrain, createPulseEcho } from '../../../sim/rig/pins.ts';

/** A device that answers with edges at these microseconds. */
function createDevice(...us: number[]): LineDevice & EchoDevice {
  const fill = (_now: number, edges: Int32Array): number => (edges.set(us), us.length);
  return { holdsLow: () => false, pulled() {}, released: fill, triggered: fill };
}

describe('lines of the rig', () => {
  it('bring edges when they have been, each once, with its microsecond', () => {
    let now = 10;
    const line = createOpenDrain(createDevice(30, 1999, 2001), { now: () => now });
    const falls: number[] = [];
    line.listen((us) => falls.push(us));
    line.pull();
    now = 12;
    line.release();
    expect(falls).toEqual([]);
    line.deliver();
    expect(falls).toEqual([10_000]);
    now = 14;
    line.deliver();
    line.deliver();
    expect(falls).toEqual([10_000, 12_030, 13_999]);
    now = 15;
    line.deliver();
    expect(falls).toHaveLength(4);
  });

  it('lose edges and are late when told so, and can keep the own ones', () => {
    let now = 0;
    const line = createOpenDrain(createDevice(100, 200, 300), { now: () => now });
    const falls: number[] = [];
    line.listen((us) => falls.push(us));
    line.isOwnReported = false;
    line.lost = 1;
    line.jitterUs = 9;
    line.pull();
    line.release();
    line.release();
    now = 1;
    line.deliver();
    expect(falls).toEqual([100, 304]);
    expect(line.pulses).toBe(1);
  });

  it('answer a trigger with a level that rises first', () => {
    let now = 0;
    const echo = createPulseEcho(createDevice(450, 5450), { now: () => now });
    const edges: number[][] = [];
    echo.listen((level, us) => edges.push([level, us]));
    echo.trigger();
    now = 6;
    echo.deliver();
    expect(edges).toEqual([
      [1, 450],
      [0, 5450],
    ]);
  });
});
