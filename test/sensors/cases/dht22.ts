import { createDht22Chip } from '../../../sim/chips/dht22.ts';
import { createOpenDrain } from '../../../sim/rig/pins.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createDht22 } from '../../../src/sensors/dht22.ts';
import { brownOutCase, faultCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';
import { throughLoop } from '../through-loop.ts';

export const CASE: DriverCase = {
  file: 'dht22',
  chip: 'DHT22 (AM2302), DHT21 (AM2301), DHT11',
  maker: 'Aosong',
  datasheet: 'https://cdn-shop.adafruit.com/datasheets/Digital+humidity+and+temperature+sensor+AM2302.pdf',
  example: 'createDht22(openOpenDrain(4))',
  create(rig, surroundings) {
    const chip = createDht22Chip({ surroundings });
    const line = createOpenDrain(chip, rig);
    return { driver: throughLoop(createDht22(line), line), chip, transfers: () => line.pulses };
  },
  // Half a tenth.
  channels: [
    { of: 'temperature', min: -40000, max: 80000, tolerance: 50 },
    { of: 'humidity', min: 100, max: 99900, tolerance: 50 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Absent),
    faultCase('stuckHigh', Code.Absent),
    faultCase('badCrc', Code.Crc),
    slowCase(60, Code.Absent),
    brownOutCase(Code.Absent),
  ],
  badOptions: [{ model: 'dht12' }],
  goodOptions: {},
  isOffBus: true,
};
