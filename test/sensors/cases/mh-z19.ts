import { createMhZ19Chip } from '../../../sim/chips/mh-z19.ts';
import { createUartLine } from '../../../sim/rig/uart.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createMhZ19 } from '../../../src/sensors/mh-z19.ts';
import { brownOutCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'mh-z19',
  chip: 'MH-Z19B, MH-Z19C',
  maker: 'Winsen',
  datasheet: 'https://www.winsen-sensor.com/d/files/infrared-gas-sensor/mh-z19b-co2-ver1_0.pdf',
  example: 'createMhZ19(openUart({ port: 2, receive: 16, transmit: 17 }))',
  create(rig, surroundings, seed) {
    const chip = createMhZ19Chip({ surroundings });
    const line = createUartLine(rig, chip, { seed });
    return {
      driver: createMhZ19(line),
      chip,
      transfers: () => line.writes,
      longest: () => line.longest,
      byteMs: 1.04,
    };
  },
  // It sends what it measures.
  channels: [{ of: 'co2', min: 400, max: 4999, tolerance: 0 }],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Timeout),
    faultCase('stuckHigh', Code.Absent),
    faultCase('badCrc', Code.Crc),
    slowCase(2000, Code.Absent),
    saturatedCase(0, Code.Range),
    brownOutCase(Code.Absent),
  ],
  badOptions: [{ range: 3000 }],
  goodOptions: {},
  isOffBus: true,
};
