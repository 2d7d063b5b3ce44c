import { createGpsChip } from '../../../sim/chips/gps.ts';
import { createUartLine } from '../../../sim/rig/uart.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createGps } from '../../../src/sensors/gps.ts';
import { faultCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'gps',
  chip: 'NEO-6M to M10, L76, L80, ATGM336H and others that speak NMEA 0183',
  maker: 'u-blox, Quectel, Zhongke and others',
  datasheet:
    'https://content.u-blox.com/sites/default/files/products/documents/u-blox8-M8_ReceiverDescrProtSpec_UBX-13003221.pdf',
  example: 'createGps(openUart({ port: 2, receive: 16, transmit: 17 }))',
  create(rig, surroundings, seed) {
    const chip = createGpsChip({ surroundings, talker: seed % 2 === 1 ? 'GP' : 'GN' });
    const line = createUartLine(rig, chip, { seed, room: 200 });
    return {
      driver: createGps(line),
      chip,
      transfers: () => line.writes,
      longest: () => line.longest,
      byteMs: 1.04,
    };
  },
  // All in units that the sentences have, or that are whole in them.
  channels: [
    { of: 'latitude', min: -9000000, max: 9000000, tolerance: 0 },
    { of: 'longitude', min: -18000000, max: 18000000, tolerance: 0 },
    { of: 'altitude', min: -4000, max: 180000, tolerance: 0 },
    // Half a thousandth of a knot, which vanishes in rounding.
    { of: 'speed', min: 0, max: 500000, tolerance: 0 },
    { of: 'course', min: 0, max: 3599, tolerance: 0 },
    { of: 'satellites', min: 3, max: 40, tolerance: 0 },
    null,
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Timeout),
    faultCase('stuckHigh', Code.Absent),
    faultCase('badCrc', Code.Crc),
  ],
  badOptions: [{ minSatellites: 2 }, { minSatellites: 13 }],
  goodOptions: {},
  isOffBus: true,
};
