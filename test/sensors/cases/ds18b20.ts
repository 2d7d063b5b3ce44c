import { createDs18b20Chip } from '../../../sim/chips/ds18b20.ts';
import { createOneWireBus } from '../../../sim/rig/onewire.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createDs18b20Bus } from '../../../src/sensors/ds18b20-bus.ts';
import { createDs18b20 } from '../../../src/sensors/ds18b20.ts';
import { brownOutCase, faultCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'ds18b20',
  chip: 'DS18B20, DS18S20, DS1822',
  maker: 'Analog Devices (Maxim)',
  datasheet: 'https://www.analog.com/media/en/technical-documentation/data-sheets/ds18b20.pdf',
  example: 'createDs18b20(createDs18b20Bus(openOneWire(4)))',
  create(rig, surroundings) {
    const chip = createDs18b20Chip({ surroundings });
    const wire = createOneWireBus([chip], rig);
    const driver = createDs18b20(createDs18b20Bus(wire));
    return { driver, chip, transfers: () => wire.transfers, longest: () => wire.longest, byteMs: 0.56 };
  },
  // Half a step of 62.5 m°C, rounded up.
  channels: [{ of: 'probeTemperature', min: -55000, max: 125000, tolerance: 32 }],
  faults: [
    faultCase('absent', Code.Absent),
    // A conversion that never ends, by the look of it; from power-up on it is Code.Absent, since a search finds nothing.
    faultCase('stuckLow', Code.Timeout),
    faultCase('stuckHigh', Code.Absent),
    // The chip with the known ROM is not there any more.
    faultCase('wrongId', Code.Absent),
    faultCase('badCrc', Code.Crc),
    slowCase(3000, Code.Timeout),
    brownOutCase(Code.Fault),
  ],
  badOptions: [
    { resolution: 13 },
    { resolution: 8 },
    { resolution: 9.5 },
    { index: -1 },
    { rom: '28010052090000' },
    { rom: '28014c5209000000' },
    { rom: '28zz4c520900009a' },
  ],
  goodOptions: {},
  isOffBus: true,
};
