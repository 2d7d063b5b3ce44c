import { createSoilProbe } from '../../../sim/chips/soil-probe.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createSoil } from '../../../src/sensors/soil.ts';
import { faultCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'soil',
  chip: 'Capacitive soil moisture probe v1.2 and v2.0',
  maker: 'any',
  datasheet: 'https://wiki.dfrobot.com/Capacitive_Soil_Moisture_Sensor_SKU_SEN0193',
  example: 'createSoil(openAnalogInput(32), { dryMv: 2650, wetMv: 1180 })',
  create(rig, surroundings, seed) {
    const chip = createSoilProbe({ moisture: surroundings.moisture, seed }, rig.now);
    return { driver: createSoil(chip.input), chip, transfers: chip.input.reads };
  },
  // Tenths of a percent are 1.5 mV: the mean of 16 readings is off by 2 mV at most.
  channels: [{ of: 'moisture', min: 0, max: 100000, tolerance: 2, expected: (moisture) => moisture / 100 }],
  faults: [
    faultCase('absent', Code.Fault),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    saturatedCase(0, Code.Range),
  ],
  badOptions: [
    { dryMv: 49 },
    { wetMv: 49 },
    { dryMv: 20001 },
    { dryMv: 2700, wetMv: 2601 },
    { dryMv: 2700, wetMv: 2799 },
    { dryMv: 2700.5 },
    { readings: 0 },
    { readings: 65 },
  ],
  goodOptions: {},
  isOffBus: true,
};
