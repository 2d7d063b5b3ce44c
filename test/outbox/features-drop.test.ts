// What was given up is counted on over a start also where only the latest of each topic is kept, and the oldest is never asked for.
import { expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({ ...(await original<object>()), DROP: false }));

const { constant } = await import('../../src/bytes/bytes.ts');
const { prepareTopic } = await import('../../src/mqtt/form.ts');
const { Code } = await import('../../src/ports/codes.ts');
const { createBench, createChip } = await import('../power/bench.ts');

it('keeps what it has counted', () => {
  const region = {
    pages: 3,
    pageBytes: 1024,
    unit: 4,
    ecc: false,
    options: { whenFull: 'latest-per-topic' },
  } as const;
  const nor = createChip(region);
  const open = () => {
    const bench = createBench(nor, region);
    bench.patience = Infinity;
    expect(bench.outbox.open(7)).toBe(Code.Ok);
    return bench.outbox;
  };
  const outbox = open();
  // Each topic once: the oldest has to go.
  for (let i = 0; i < 200; i++) {
    expect(outbox.append(prepareTopic(`topic/${i}`, 0x32), constant('x'))).toBeGreaterThan(0);
  }
  const { oldest, stored, waiting, moved } = { ...outbox.counters() };
  expect(oldest).toBeGreaterThan(20);
  expect(stored - moved).toBe(200);
  expect(oldest + waiting + moved).toBe(stored);
  expect({ ...open().counters() }).toMatchObject({ oldest, stored, waiting });
});
