// The sessions of session.v5.test.ts in firmware that leaves out what most leave out: other code is built in then.

import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { NO_FIGURES, type Figures5 } from './rig5.ts';
import { amount, TIMEOUT_MS, told } from './settings.ts';
import { sessionOf, type Session } from './steps5.ts';

const features = vi.hoisted(() => ({ off: [] as string[] }));
vi.mock('../../src/features.ts', async (original) => {
  const own = await original<Record<string, boolean>>();
  const getters = Object.keys(own).map((name) => [
    name,
    { enumerable: true, get: () => own[name] && !features.off.includes(name) },
  ]);
  return Object.defineProperties({}, Object.fromEntries(getters) as PropertyDescriptorMap);
});

afterEach(() => {
  features.off = [];
});

it.each([
  ['flash', ['FLASH']],
  ['flash and requests', ['FLASH', 'REQUESTS']],
  ['QoS 2 and streams', ['QOS2', 'STREAM']],
  [
    'all that the smallest has not got',
    ['FLASH', 'REQUESTS', 'QOS2', 'STREAM', 'STATE', 'TIME', 'BATCH', 'LAZY', 'DROP', 'LATEST', 'V5_AUTH'],
  ],
])(
  'without %s they keep every promise, whatever the broker asks for',
  async (what, off) => {
    features.off = off;
    vi.resetModules();
    const { createRig5 } = await import('./rig5.ts');
    const { play } = await import('./steps5.ts');
    const sums: Figures5 & { sessions: number } = { sessions: 0, ...NO_FIGURES };
    fc.assert(
      fc.property(sessionOf(!off.includes('FLASH')), (session: Session) => {
        sums.sessions++;
        const figures = play(createRig5(session.setup), session.steps);
        for (const [name, figure] of Object.entries(figures)) sums[name as keyof Figures5] += figure;
      }),
      amount(40),
    );
    told(`sessions of 5.0 without ${what}`, { ...sums });
    for (const [name, figure] of Object.entries(sums)) expect(figure, name).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
