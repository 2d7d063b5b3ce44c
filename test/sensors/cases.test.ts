// Every driver on its simulated chip: check-case.ts says what that means.

import { WIRING } from '../../flash/init/wiring.ts';
import { describe, expect, it } from 'vitest';
import { CASES } from './cases/index.ts';
import { checkCase } from './check-case.ts';

describe.each(CASES)('driver $file', (driverCase) => {
  it('gives true values, the right code for each fault, and never a wrong value', () => {
    expect(checkCase(driverCase).failures).toEqual([]);
  });

  it('says what it is about', () => {
    expect(driverCase.datasheet).toMatch(/^https:\/\//);
    expect(WIRING[driverCase.file]!.length).toBeGreaterThan(0);
  });
});
