import { afterEach, expect, it, vi } from 'vitest';
import { createClock, createTimer } from '../../../sim/node/clock.ts';
import { CLOCK_PERIOD_MS } from '../../../src/ports/clock.ts';
import { clockContract } from '../../ports/contract.ts';

afterEach(() => void vi.useRealTimers());

function virtualTime() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  return {
    async until(done: () => boolean) {
      for (let ms = 0; !done(); ms++) {
        if (ms === 1000) throw new Error('what the test waits for does not happen');
        vi.advanceTimersByTime(1);
      }
    },
    setWall: (ms: number) => void vi.setSystemTime(ms),
  };
}

clockContract(() => ({ ...virtualTime(), clock: createClock(), createTimer }));

it('wraps to 0 at the end of its period', () => {
  virtualTime();
  const clock = createClock(CLOCK_PERIOD_MS - 3);
  expect(clock.now()).toBe(CLOCK_PERIOD_MS - 3);
  vi.advanceTimersByTime(3);
  expect(clock.now()).toBe(0);
});
