import { afterEach, describe, expect, it } from 'vitest';
import type { Random } from '../../../src/ports/random.ts';
import { randomContract } from '../contract.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { createRandom } = await loadPort<{ createRandom(): Random }>('random');

afterEach(removeEngine);

/** The engine's generator: two multiply-with-carry halves, which a zero in the seed would stop (jsutils.c). */
function boot(serial: string, seconds: number): Random {
  let w = 0xdeadbeef;
  let z = 0xcafebabe;
  installEngine({
    getSerial: () => serial,
    getTime: () => seconds,
    E: {
      srand(seed: number) {
        w = ((seed & 0xffff) | (seed << 16)) >>> 0;
        z = ((seed & 0xffff0000) | (seed >>> 16)) >>> 0;
      },
      hwRand() {
        z = (36969 * (z & 65535) + (z >>> 16)) >>> 0;
        w = (18000 * (w & 65535) + (w >>> 16)) >>> 0;
        return ((z << 16) + w) & 0x7fffffff;
      },
    },
  });
  return createRandom();
}

const draw = (random: Random) => Array.from({ length: 4 }, () => random.next());

randomContract(() => boot('30aea4-001122', 0.731204));

describe('random on Espruino', () => {
  it('differs between two boards that start in the same instant', () => {
    expect(draw(boot('30aea4-001122', 0.7))).not.toEqual(draw(boot('30aea4-001123', 0.7)));
  });

  it('differs between two starts of one board', () => {
    expect(draw(boot('30aea4-001122', 0.7))).not.toEqual(draw(boot('30aea4-001122', 0.700011)));
  });

  it('gives every board of a fleet of its own numbers, all in the same instant', () => {
    const serials = Array.from({ length: 10_000 }, (_, i) => (0x12000000 + i).toString(16));
    const draws = serials.map((serial) => draw(boot(`a4cf-${serial}`, 0)).join());
    expect(new Set(draws).size).toBe(serials.length);
  });

  it('spreads the first numbers of such a fleet evenly, whatever lies between their serial numbers', () => {
    for (const step of [1, 4, 256]) {
      const sixtieths = new Array<number>(60).fill(0);
      for (let i = 0; i < 10_000; i++) {
        const serial = (0x12000000 + i * step).toString(16);
        const [first] = draw(boot(`a4cf-${serial}`, 0)) as [number];
        sixtieths[Math.floor((first * 60) / 65536)]!++;
      }
      // Chi-square with 59 degrees of freedom: more than 110 once in 20,000.
      const chiSquare = sixtieths.reduce((sum, n) => sum + (n - 10_000 / 60) ** 2 / (10_000 / 60), 0);
      expect(chiSquare, `serial numbers ${step} apart`).toBeLessThan(110);
    }
  });

  it('does not stop the generator, whatever the seed comes to', () => {
    // An empty serial number at time 0 is the seed 0.
    expect(new Set(draw(boot('', 0))).size).toBeGreaterThan(2);
  });
});
