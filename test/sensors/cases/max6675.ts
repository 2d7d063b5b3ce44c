import { createMax6675Chip } from '../../../sim/chips/max6675.ts';
import type { Max6675Chip } from '../../../sim/chips/max6675.ts';
import { createSpiDevice } from '../../../sim/rig/spi.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createMax6675 } from '../../../src/sensors/max6675.ts';
import { faultCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'max6675',
  chip: 'MAX6675',
  maker: 'Maxim (Analog Devices)',
  datasheet: 'https://www.analog.com/media/en/technical-documentation/data-sheets/max6675.pdf',
  example: 'createMax6675(spi)',
  create(rig, surroundings) {
    const chip = createMax6675Chip({ surroundings });
    const spi = createSpiDevice(chip, rig);
    return {
      driver: createMax6675(spi),
      chip,
      transfers: () => spi.transfers,
      longest: () => spi.longest,
      byteMs: 0.008,
    };
  },
  // Half a step of 250 m°C.
  channels: [{ of: 'probeTemperature', min: 250, max: 1023500, tolerance: 125 }],
  faults: [
    // Nothing is acknowledged on SPI.
    faultCase('absent', Code.Fault),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    {
      name: 'open',
      code: Code.Fault,
      make: (pair) => void ((pair.chip as Max6675Chip).wires.open = true),
      undo: (pair) => void ((pair.chip as Max6675Chip).wires.open = false),
    },
    saturatedCase(0, Code.Range),
  ],
  badOptions: [],
  goodOptions: {},
  isOffBus: true,
};
