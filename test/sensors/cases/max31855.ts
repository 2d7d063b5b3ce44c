import { createMax31855Chip } from '../../../sim/chips/max31855.ts';
import type { Max31855Chip, Max31855Wires } from '../../../sim/chips/max31855.ts';
import { createSpiDevice } from '../../../sim/rig/spi.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createMax31855 } from '../../../src/sensors/max31855.ts';
import { brownOutCase, faultCase, saturatedCase } from '../case.ts';
import type { DriverCase, FaultCase } from '../case.ts';

function wireCase(name: keyof Max31855Wires): FaultCase {
  return {
    name,
    code: Code.Fault,
    make: (pair) => void ((pair.chip as Max31855Chip).wires[name] = true),
    undo: (pair) => void ((pair.chip as Max31855Chip).wires[name] = false),
  };
}

export const CASE: DriverCase = {
  file: 'max31855',
  chip: 'MAX31855',
  maker: 'Maxim (Analog Devices)',
  datasheet: 'https://www.analog.com/media/en/technical-documentation/data-sheets/max31855.pdf',
  example: 'createMax31855(spi)',
  create(rig, surroundings) {
    const chip = createMax31855Chip({ surroundings });
    const spi = createSpiDevice(chip, rig);
    return {
      driver: createMax31855(spi),
      chip,
      transfers: () => spi.transfers,
      longest: () => spi.longest,
      byteMs: 0.008,
    };
  },
  // Half a step of 250 m°C, and of 62.5 m°C.
  channels: [
    { of: 'probeTemperature', min: -269900, max: 1799900, tolerance: 125 },
    { of: 'temperature', min: -39970, max: 124970, tolerance: 32 },
  ],
  faults: [
    // Nothing is acknowledged on SPI.
    faultCase('absent', Code.Fault),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    wireCase('open'),
    wireCase('shortToGround'),
    wireCase('shortToSupply'),
    saturatedCase(0, Code.Range),
    brownOutCase(Code.Fault),
  ],
  badOptions: [],
  goodOptions: {},
  isOffBus: true,
};
