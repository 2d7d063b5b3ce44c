// Whole sessions of MQTT 5.0, at random: what brokers may ask for changes with each connection, messages are refused and grow too old,
// and what is promised has to hold at each step.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRig5, NO_FIGURES, type Figures5 } from './rig5.ts';
import { amount, TIMEOUT_MS, told } from './settings.ts';
import { play, sessionOf } from './steps5.ts';

describe('sessions of 5.0', () => {
  it(
    'keep every promise, whatever the broker asks for',
    () => {
      const sums: Figures5 & { sessions: number } = {
        sessions: 0,
        ...NO_FIGURES,
      };
      fc.assert(
        fc.property(sessionOf(true), ({ setup, steps }) => {
          sums.sessions++;
          const figures = play(createRig5(setup), steps);
          for (const [name, figure] of Object.entries(figures)) sums[name as keyof Figures5] += figure;
        }),
        amount(100),
      );
      told('sessions of 5.0', { ...sums });
      for (const [name, figure] of Object.entries(sums)) expect(figure, name).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
