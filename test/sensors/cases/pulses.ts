import { createPulseSource } from '../../../sim/chips/pulse-source.ts';
import type { Driver } from '../../../src/sensors/driver.ts';
import { createPulses, RAIN_GAUGE } from '../../../src/sensors/pulses.ts';
import type { DriverCase } from '../case.ts';

/** The driver itself needs no time; the pulses of this bench do. */
function createPatient(driver: Driver): Driver {
  const { channels, minIntervalMs, discard, configure, start, poll, close } = driver;
  return { channels, warmUpMs: 40, minIntervalMs, discard, configure, start, poll, close };
}

export const CASE: DriverCase = {
  file: 'pulses',
  chip: 'Rain gauge, wind wheel, water meter, energy meter (S0)',
  maker: 'any',
  datasheet: 'https://learn.sparkfun.com/tutorials/weather-meter-hookup-guide',
  example: 'createPulses(openEdgeInput(27, Pull.Up), createCountStore(outbox, 11), RAIN_GAUGE)',
  create(rig, surroundings) {
    const chip = createPulseSource({ pulses: surroundings.pulses, widthUs: 400, gapUs: 400, bounceUs: 80 });
    rig.onTick(chip.tick);
    return { driver: createPatient(createPulses(chip.input, null, RAIN_GAUGE, { minWidthUs: 100 })), chip };
  },
  // Exact: 0.2794 mm a tip. What the rate shows depends on when samples are taken: pulses.test.ts.
  channels: [{ of: 'pulses', min: 0, max: 40, tolerance: 0, expected: (pulses) => pulses * 2794 }, null],
  // A broken wire and a calm day look the same.
  faults: [],
  badOptions: [
    { numerator: 0 },
    { numerator: 0.2794 },
    { denominator: 0 },
    { numerator: 1000000, denominator: 1 },
    { minWidthUs: -1 },
    { minWidthUs: 1000001 },
    { saveEvery: 0 },
    { saveMs: 59999 },
  ],
  goodOptions: { minWidthUs: 100 },
  isOffBus: true,
};
