// The serial line of a rig: bytes take their time both ways, chunks are cut at random, and what breaks, breaks.

import { describe, expect, it } from 'vitest';
import { createUartChip } from '../../../sim/chips/uart-chip.ts';
import { createRig } from '../../../sim/rig/rig.ts';
import { createUartLine } from '../../../sim/rig/uart.ts';

/** A chip that says `message` a second after power-up and each second from then on, and notes what it hears. */
function bench(message: string, options: { seed?: number; baud?: number } = {}, startMs = 1000) {
  const rig = createRig(startMs);
  const heard: [number, number][] = [];
  const chip = createUartChip({ boots: 0 }, () => {
    let nextAt = startMs + 1000;
    return {
      powerUp: (time) => void (nextAt = time < 0 ? startMs + 1000 : time + 1000),
      hear: (byte, time) => void heard.push([byte, time - startMs]),
      send(out, time) {
        if (time < nextAt) return 0;
        nextAt += 1000;
        for (let i = 0; i < message.length; i++) out[i] = message.charCodeAt(i);
        return message.length;
      },
      silence: (time) => nextAt - time,
    };
  });
  const line = createUartLine(rig, chip, { seed: 5, room: 600, ...options });
  const chunks: [string, number][] = [];
  line.listen((bytes) => chunks.push([bytes, rig.now() - startMs]));
  const all = (): string => chunks.map(([bytes]) => bytes).join('');
  return { rig, chip, line, chunks, heard, all };
}

const ALL = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));

describe('serial line', () => {
  it('brings all bytes, in order, cut anywhere, each not before it can be there', () => {
    for (const baud of [9600, 38400]) {
      const { rig, chunks, all } = bench(ALL, { baud });
      rig.advance(1999);
      expect(all()).toBe(ALL);
      expect(chunks.length).toBeGreaterThan(3);
      let count = 0;
      for (const [bytes, time] of chunks) {
        count += bytes.length;
        const soonest = 1000 + (count * 10000) / baud;
        expect(time).toBeGreaterThanOrEqual(soonest);
        expect(time).toBeLessThan(soonest + 2);
      }
      rig.advance(3000);
      expect(all().length).toBe(4 * 256);
    }
  });

  it('cuts as its seed says, and with seed 1 into single bytes', () => {
    const cutsOf = (seed: number): number[] => {
      const { rig, chunks } = bench(ALL, { seed });
      rig.advance(1999);
      return chunks.map(([bytes]) => bytes.length);
    };
    expect(cutsOf(7)).toEqual(cutsOf(7));
    expect(cutsOf(7)).not.toEqual(cutsOf(8));
    expect(cutsOf(1)).toEqual(Array(256).fill(1));
  });

  it('brings what the board says byte by byte, also what follows at once', () => {
    const { rig, line, heard } = bench('');
    line.write('\x00\xff');
    line.write('\x80');
    expect(line.writes).toBe(2);
    rig.advance(1);
    expect(heard).toEqual([]);
    rig.advance(10);
    expect(heard).toEqual([
      [0, 2],
      [255, 3],
      [128, 4],
    ]);
    line.write('A');
    rig.advance(500);
    expect(heard[3]).toEqual([65, 13]);
  });

  it('is the same however the time passes', () => {
    const runs = [1, 7, 50, 2600].map((step) => {
      const { rig, chunks, line, heard } = bench(ALL);
      line.write('abc');
      for (let t = 0; t < 2600; t += step) rig.advance(t + step > 2600 ? 2600 - t : step);
      return { chunks, heard };
    });
    runs.forEach((run) => expect(run).toEqual(runs[0]));
  });

  it('goes on over the wrap of the clock', () => {
    const { rig, all } = bench(ALL, {}, 0x8000000 - 1100);
    rig.advance(1999);
    expect(all()).toBe(ALL);
    rig.advance(1000);
    expect(all().length).toBe(512);
  });

  it('loses what is on the wire when the supply fails', () => {
    const { rig, chip, all } = bench(ALL);
    rig.advance(1100);
    chip.brownOut(rig.now());
    const before = all().length;
    expect(before).toBeLessThan(110);
    rig.advance(999);
    expect(all().length).toBe(before);
    rig.advance(400);
    expect(all().slice(before)).toBe(ALL);
  });

  it('is silent without a wire or when held up, gives zeros when held down, also in the middle', () => {
    for (const fault of ['absent', 'stuckHigh', 'stuckLow'] as const) {
      const { rig, chip, line, all, heard } = bench(ALL);
      chip.faults[fault] = true;
      line.write('A');
      rig.advance(1999);
      expect(all()).toBe(fault === 'stuckLow' ? '\0'.repeat(256) : '');
      expect(heard.length).toBe(fault === 'absent' ? 0 : 1);
      chip.faults[fault] = false;
      rig.advance(101);
      const good = all().length;
      chip.faults[fault] = true;
      rig.advance(800);
      expect(all().length - good).toBe(fault === 'stuckLow' ? 512 - good : 0);
    }
  });
});

describe('rig', () => {
  it('calls each millisecond, or when it was told to, and soon after something was done', () => {
    const rig = createRig(0);
    const each: number[] = [];
    const some: number[] = [];
    rig.onTick((now) => void each.push(now));
    rig.advance(5);
    expect(each).toEqual([1, 2, 3, 4, 5]);
    const other = createRig(0);
    other.onTick((now) => {
      some.push(now);
      return 40;
    });
    other.advance(100);
    other.advance(1);
    other.advance(50);
    expect(some).toEqual([1, 41, 81, 100, 101, 102, 142, 151]);
    expect(other.now()).toBe(151);
  });
});
