import { createPms7003Chip } from '../../../sim/chips/pms7003.ts';
import { createUartLine } from '../../../sim/rig/uart.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createPms7003 } from '../../../src/sensors/pms7003.ts';
import { brownOutCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'pms7003',
  chip: 'PMS5003, PMS7003, PMSA003',
  maker: 'Plantower',
  datasheet: 'https://download.kamami.pl/p564008-PMS7003%20series%20data%20manua_English_V2.5.pdf',
  example: 'createPms7003(openUart({ port: 2, receive: 16, transmit: 17 }))',
  create(rig, surroundings, seed) {
    const chip = createPms7003Chip({ surroundings });
    const line = createUartLine(rig, chip, { seed });
    return {
      driver: createPms7003(line),
      chip,
      transfers: () => line.writes,
      longest: () => line.longest,
      byteMs: 1.04,
    };
  },
  // It sends whole micrograms: half of one.
  channels: [
    { of: 'pm1', min: 0, max: 10000, tolerance: 5 },
    { of: 'pm25', min: 0, max: 10000, tolerance: 5 },
    { of: 'pm10', min: 0, max: 10000, tolerance: 5 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Timeout),
    faultCase('stuckHigh', Code.Absent),
    faultCase('wrongId', Code.WrongId),
    faultCase('badCrc', Code.Crc),
    slowCase(3000, Code.Absent),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    saturatedCase(2, Code.Range),
    brownOutCase(Code.Absent),
  ],
  badOptions: [{ mode: 'fast' }],
  goodOptions: {},
  isOffBus: true,
};
