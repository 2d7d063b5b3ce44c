// That a driver leaves nothing behind: a thousand samples, and the heap is as it was. ES5 subset: loaded into engines.

import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { DriverCase } from './case.ts';

const SAMPLES = 1000;
/** As many as an engine needs to bring its call stack and tables to their sizes, and as the SGP40's index is silent. */
const SAMPLES_BEFORE = 60;

/**
 * @param figure what must not grow: bytes held, or allocations so far.
 * @returns by how much it grew.
 */
export function growthOf(driverCase: DriverCase, figure: () => number): number {
  // Espruino holds small integers in less: the clock and the count of transfers begin beyond them.
  const rig = createRig(0x1000000);
  rig.i2c.transfers = 0x1000000;
  const driver = driverCase.create(rig, createStill(createQuantities()), 1).driver;
  const out: Reading = { values: new Int32Array(driver.channels.length), time: 0 };
  // Made beforehand: what holds the numbers must not count itself.
  const looks = new Int32Array(2);

  function sample(): void {
    rig.advance(driver.minIntervalMs);
    let answer = driver.start(rig.now());
    if (answer === 0) answer = driver.poll(rig.now(), out);
    for (let polls = 0; answer > 0 && polls < 400; polls++) {
      rig.advance(answer);
      answer = driver.poll(rig.now(), out);
    }
  }

  for (let i = 0; i < SAMPLES_BEFORE; i++) sample();
  looks[0] = figure();
  for (let i = 0; i < SAMPLES; i++) sample();
  looks[1] = figure();
  return looks[1] - looks[0];
}
