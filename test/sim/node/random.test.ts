import { expect, it } from 'vitest';
import { createRandom } from '../../../sim/node/random.ts';
import { randomContract } from '../../ports/contract.ts';

randomContract(() => createRandom(7));

const draw = (random: { next(): number }) => Array.from({ length: 8 }, () => random.next());

it('repeats itself from the same seed and only from that', () => {
  expect(draw(createRandom(1))).toEqual(draw(createRandom(1)));
  expect(draw(createRandom(1))).not.toEqual(draw(createRandom(2)));
});

it('takes a seed of its own when it gets none', () => {
  // Equal once in 2^27 runs.
  expect(draw(createRandom())).not.toEqual(draw(createRandom()));
});
