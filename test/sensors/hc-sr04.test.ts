import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHcSr04Chip } from '../../sim/chips/hc-sr04.ts';
import type { HcSr04ChipOptions } from '../../sim/chips/hc-sr04.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createPulseEcho } from '../../sim/rig/pins.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createHcSr04 } from '../../src/sensors/hc-sr04.ts';
import type { HcSr04Options } from '../../src/sensors/hc-sr04.ts';
import { throughLoop } from './through-loop.ts';

function createBench(options: HcSr04Options = {}, chipOptions: Partial<HcSr04ChipOptions> = {}) {
  const rig = createRig(5000);
  const truth = createQuantities();
  truth.temperature = 20000;
  const chip = createHcSr04Chip({ surroundings: createStill(truth), ...chipOptions });
  const pins = createPulseEcho(chip, rig);
  const driver = throughLoop(createHcSr04(pins, options), pins);
  const out: Reading = { values: new Int32Array(1), time: 0 };

  function sample(): { code: number; mm: number; ms: number } {
    const startedAt = rig.now();
    let answer = driver.start(startedAt);
    for (let polls = 0; answer > 0 && polls < 300; polls++) {
      rig.advance(answer);
      answer = driver.poll(rig.now(), out);
    }
    return { code: answer, mm: out.values[0]!, ms: rig.now() - startedAt };
  }
  return { rig, truth, chip, pins, driver, sample };
}

/** Pins that answer each trigger with these edges at once. */
function measure(edges: readonly (readonly [number, number])[], options: HcSr04Options = {}) {
  let tell: (level: number, us: number) => void = () => {};
  const driver = createHcSr04(
    {
      trigger: () => edges.forEach(([level, us]) => tell(level, us)),
      listen: (onEdge) => void (tell = onEdge),
    },
    options,
  );
  const out: Reading = { values: new Int32Array(1), time: 0 };
  const wait = driver.start(0);
  return { code: wait < 0 ? wait : driver.poll(wait, out), mm: out.values[0]! };
}

const echo = (us: number, riseUs = 1000): [number, number][] => [
  [1, riseUs],
  [0, (riseUs + us) % 2 ** 27],
];

describe('HC-SR04, numbers', () => {
  // The data sheet's us / 58 is centimetres at 19 degrees or so.
  it.each([
    [580, 20, 100],
    [5800, 20, 995],
    [23000, 20, 3947],
    [5800, 0, 961],
    [5800, -20, 925],
    [5800, 40, 1029],
  ])('takes %i us at %i degrees for %i mm', (us, temperature, mm) => {
    expect(measure(echo(us), { temperature })).toEqual({ code: 0, mm });
  });

  it('is the time of sound there and back, at any temperature', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 120, max: 20000 }),
        fc.integer({ min: -40, max: 85 }),
        (us, temperature) => {
          const want = (us * 20.05 * Math.sqrt(273.15 + temperature)) / 2000;
          fc.pre(want >= 20.5 && want < 3999);
          expect(Math.abs(measure(echo(us), { temperature }).mm - want)).toBeLessThanOrEqual(
            0.5 + want * 0.0005,
          );
        },
      ),
    );
  });

  it('counts over the wrap of the microseconds', () => {
    expect(measure(echo(5800, 2 ** 27 - 3000))).toEqual({ code: 0, mm: 995 });
  });

  it('refuses what is nearer than the module can tell', () => {
    expect(measure(echo(100)).code).toBe(Code.Range);
  });
});

describe('HC-SR04, no target', () => {
  it.each([38, 200, 0])('has no value with a module that shows %i ms without an echo', (noEchoMs) => {
    const bench = createBench({}, { noEchoMs });
    bench.truth.distance = -1;
    for (let round = 0; round < 4; round++) {
      const { code, mm, ms } = bench.sample();
      // Without any edge it cannot be told from one that is not there.
      if (noEchoMs === 0) expect(code).toBe(Code.Absent);
      else expect({ code, mm }).toEqual({ code: 0, mm: NO_VALUE });
      // Samples of a clone wait for the end of the pulse before.
      expect(ms).toBeLessThanOrEqual(noEchoMs === 200 && round > 0 ? 210 : 30);
      bench.rig.advance(60);
    }
    expect(bench.chip.ignored).toBe(0);
    bench.truth.distance = 700;
    expect(bench.sample()).toMatchObject({ code: 0, mm: 700 });
  });

  it('has no value for what is farther than wanted, and waits no longer for it', () => {
    const bench = createBench({ maxDistance: 1000 });
    bench.truth.distance = 1010;
    expect(bench.sample()).toMatchObject({ code: 0, mm: NO_VALUE, ms: 9 });
    bench.rig.advance(60);
    bench.truth.distance = 990;
    expect(bench.sample()).toMatchObject({ code: 0, mm: 990, ms: 9 });
    bench.rig.advance(60);
    bench.truth.distance = 3900;
    expect(bench.sample()).toMatchObject({ code: 0, mm: NO_VALUE });
  });
});

describe('HC-SR04, edges', () => {
  it('takes the first echo, and no fall that has no rise', () => {
    expect(measure([...echo(5800), ...echo(900, 9000)])).toEqual({ code: 0, mm: 995 });
    expect(measure([[0, 500], ...echo(5800)])).toEqual({ code: 0, mm: 995 });
    expect(measure([[0, 500]]).code).toBe(Code.Absent);
    expect(measure([[1, 500]])).toEqual({ code: 0, mm: NO_VALUE });
  });

  it('is asked again although the end of an echo was lost', () => {
    const bench = createBench();
    bench.pins.lost = 1;
    expect(bench.sample()).toMatchObject({ code: 0, mm: NO_VALUE });
    bench.pins.lost = -1;
    bench.rig.advance(60);
    // What holds the pin is given time to let go.
    expect(bench.sample()).toMatchObject({ code: Code.Timeout, ms: 250 });
    expect(bench.sample()).toMatchObject({ code: 0, mm: 1230 });
  });

  it('bears late interrupts', () => {
    const bench = createBench();
    bench.pins.jitterUs = 20;
    expect(Math.abs(bench.sample().mm - 1230)).toBeLessThanOrEqual(4);
  });
});
