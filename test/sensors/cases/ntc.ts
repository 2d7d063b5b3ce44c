import { createNtcChip } from '../../../sim/chips/ntc.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createNtc } from '../../../src/sensors/ntc.ts';
import { faultCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'ntc',
  chip: 'NTC thermistor',
  maker: 'any',
  datasheet: 'https://www.vishay.com/docs/29049/ntcle100.pdf',
  example: 'createNtc(openAnalogInput(34), { beta: 3435 })',
  create(rig, surroundings, seed) {
    const chip = createNtcChip({ temperature: surroundings.probeTemperature, seed }, rig.now);
    return { driver: createNtc(chip.input), chip, transfers: chip.input.reads };
  },
  // Readings are off by 4 mV at most and by one step of 0.88 mV; of 16 the mean by 2 mV, which at 100 degrees, where a degree is
  // 5.7 mV, is a third of a degree, and at -30, with 10 mV, a fifth.
  channels: [{ of: 'probeTemperature', min: -30000, max: 100000, tolerance: 350 }],
  faults: [
    faultCase('absent', Code.Fault),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    saturatedCase(0, Code.Fault),
  ],
  badOptions: [
    { divider: 'bridge' },
    { seriesOhms: 99 },
    { seriesOhms: NaN },
    { referenceMv: 3.3 },
    { referenceMv: 499 },
    { ohms: 0 },
    { beta: 999 },
    { beta: 8001 },
    { referenceCelsius: 298.15 },
    { steinhartHart: { a: 1.1, b: 0.0002, c: 0 } },
    { steinhartHart: { a: 0.001, b: 0, c: 0 } },
    { steinhartHart: { a: 0.001, b: 0.0002, c: NaN } },
    { readings: 0 },
    { readings: 65 },
  ],
  goodOptions: {},
  isOffBus: true,
};
