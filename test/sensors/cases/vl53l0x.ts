import { createVl53l0xChip } from '../../../sim/chips/vl53l0x.ts';
import type { Vl53l0xChip } from '../../../sim/chips/vl53l0x.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createVl53l0x } from '../../../src/sensors/vl53l0x.ts';
import { busHeldCase, brownOutCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'vl53l0x',
  chip: 'VL53L0X',
  maker: 'STMicroelectronics',
  datasheet: 'https://www.st.com/resource/en/datasheet/vl53l0x.pdf',
  example: 'createVl53l0x(i2c)',
  create(rig, surroundings) {
    const chip = createVl53l0xChip({ surroundings });
    rig.devices.push(chip);
    return { driver: createVl53l0x(rig.i2c), chip };
  },
  // The chip rounds to millimetres itself.
  channels: [{ of: 'distance', min: 0, max: 2000, tolerance: 0 }],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(300, Code.Timeout),
    saturatedCase(0, Code.Range),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
    {
      name: 'laser',
      code: Code.Fault,
      make: (pair) => void ((pair.chip as Vl53l0xChip).defects.laser = true),
      undo: (pair) => void ((pair.chip as Vl53l0xChip).defects.laser = false),
    },
  ],
  badOptions: [{ budgetMs: 19 }, { budgetMs: 501 }],
  goodOptions: {},
};
