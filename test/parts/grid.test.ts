// When a mote wakes, and addresses as words.

import { describe, expect, it } from 'vitest';
import { addressText, takeAddress } from '../../src/parts/address.ts';
import { untilInterval, untilPoint } from '../../src/parts/grid.ts';
import type { WallTime } from '../../src/ports/clock.ts';

const DAY_MS = 86_400_000;
const at = (ms: number): WallTime => ({ day: Math.floor(ms / DAY_MS), ms: ms % DAY_MS });
const NOW = Date.UTC(2031, 4, 17, 13, 21, 7, 345);

describe('the grid', () => {
  it.each([1, 60, 900, 1000, 3600, 7 * 3600, 86_400])(
    'of %d s comes back to the same points',
    (intervalSec) => {
      const intervalMs = intervalSec * 1000;
      const phase = Math.floor(intervalSec / 3);
      let now = NOW;
      const points = [];
      for (let wake = 0; wake < 50; wake++) {
        const left = untilPoint(at(now), intervalSec, phase);
        expect(left).toBeGreaterThanOrEqual(intervalMs / 2);
        expect(left).toBeLessThanOrEqual(1.5 * intervalMs);
        // A clock in sleep that is five percent off, and some time awake.
        points.push(now + left);
        now += Math.round(left * (wake % 2 === 0 ? 0.95 : 1.05)) + 300;
      }
      for (const point of points) expect((point / 1000 - phase) % intervalSec).toBe(0);
      for (let i = 1; i < points.length; i++) {
        expect((points[i]! - points[i - 1]!) / intervalMs).toBeGreaterThanOrEqual(1);
      }
    },
  );

  it('takes the time awake off where nobody knows the time', () => {
    expect(untilInterval(100, 400, 900, 500)).toBe(899_200);
    expect(untilInterval(0x7ffffff, 299, 900, 500)).toBe(899_200);
    // Longer awake than an interval, or nearly.
    expect(untilInterval(0, 25_000, 10, 0)).toBe(5000);
    expect(untilInterval(0, 9800, 10, 0)).toBe(10_200);
  });
});

describe('an address', () => {
  it.each(['10.0.0.5', '192.168.255.1', '255.255.255.255', '0.0.0.0'])('%s is two words', (text) => {
    const out = { high: 1, low: 1 };
    expect(takeAddress(text, out)).toBe(true);
    expect(addressText(out.high, out.low)).toBe(text);
  });

  it.each(['broker', '', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '1.2.3.x', '-1.2.3.4', 'a.b.c.d'])(
    'is not what %j is',
    (text) => {
      const out = { high: 7, low: 7 };
      expect(takeAddress(text, out)).toBe(false);
      expect(out).toEqual({ high: 7, low: 7 });
    },
  );
});
