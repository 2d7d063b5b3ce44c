import { createHx711Chip } from '../../../sim/chips/hx711.ts';
import { createSpiLines } from '../../../sim/rig/spi-lines.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createHx711 } from '../../../src/sensors/hx711.ts';
import { faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

const PER_GRAM = 412;
const ZERO = -81234;

export const CASE: DriverCase = {
  file: 'hx711',
  chip: 'HX711',
  maker: 'Avia Semiconductor',
  datasheet: 'https://cdn.sparkfun.com/datasheets/Sensors/ForceFlex/hx711_english.pdf',
  example:
    'createHx711(openSpi({ bus: 1, clock: 18, in: 19, out: 23 }), { offset: -81234, countsPerGram: 412 })',
  create(rig, surroundings) {
    const chip = createHx711Chip({ surroundings, perGram: PER_GRAM, zero: ZERO });
    const lines = createSpiLines(chip, rig);
    const driver = createHx711(lines, { offset: ZERO, countsPerGram: PER_GRAM });
    return { driver, chip, transfers: () => lines.transfers, longest: () => lines.longest, byteMs: 0.008 };
  },
  // Whole grams are whole counts: nothing is lost.
  channels: [
    { of: 'weight', min: -20000, max: 20000, tolerance: 0, expected: (grams) => grams * 10 },
    { of: 'weight', min: -20000, max: 20000, tolerance: 0, expected: (grams) => grams * PER_GRAM + ZERO },
  ],
  faults: [
    // No answer is a converter that is never ready.
    faultCase('absent', Code.Timeout),
    faultCase('stuckHigh', Code.Timeout),
    faultCase('stuckLow', Code.Fault),
    slowCase(2000, Code.Timeout),
    saturatedCase(0, Code.Range),
  ],
  badOptions: [
    { gain: 100 },
    { rate: 20 },
    { countsPerGram: 0 },
    { countsPerGram: NaN },
    { offset: 9000000 },
  ],
  goodOptions: { offset: ZERO, countsPerGram: PER_GRAM },
  isOffBus: true,
};
