import { createBatteryChip } from '../../../sim/chips/battery.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createBattery } from '../../../src/sensors/battery.ts';
import { faultCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'battery',
  chip: 'Battery through a divider',
  maker: 'any',
  datasheet:
    'https://docs.espressif.com/projects/esp-idf/en/latest/esp32/api-reference/peripherals/adc_oneshot.html',
  example: "createBattery(openAnalogInput(35), { chemistry: 'lifepo4' })",
  create(rig, surroundings, seed) {
    const chip = createBatteryChip({ voltage: surroundings.voltage, seed }, rig.now);
    return { driver: createBattery(chip.input), chip, transfers: chip.input.reads };
  },
  // The mean of 16 readings is off by 2 mV at most, which the divider doubles; charge is tested by the driver's own test.
  channels: [{ of: 'voltage', min: 2000, max: 4300, tolerance: 5 }, null],
  faults: [
    faultCase('absent', Code.Fault),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    saturatedCase(0, Code.Range),
  ],
  badOptions: [
    { upperOhms: -1 },
    { upperOhms: NaN },
    { lowerOhms: 0 },
    { chemistry: 'lead' },
    { curve: [1, 2, 3] },
    { curve: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    { curve: [3000, 3100, 3200, 3300, 3300, 3500, 3600, 3700, 3800, 3900, 4000] },
    { curve: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    { cells: 0 },
    { cells: 25 },
    { cells: 1.5 },
    { readings: 0 },
    { readings: 65 },
  ],
  goodOptions: {},
  isOffBus: true,
};
