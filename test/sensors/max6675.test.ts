// The MAX6675's driver where the case of all drivers does not look: bits of its word, values that are never old; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMax6675Chip } from '../../sim/chips/max6675.ts';
import { createSpiDevice } from '../../sim/rig/spi.ts';
import { Code } from '../../src/ports/codes.ts';
import { createMax6675 } from '../../src/sensors/max6675.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample } from './one-sample.ts';

/** A sample of a chip that sends this word. */
function sampleOfWord(word: number): Sample {
  const { rig } = createWorld();
  const spi = createSpiDevice(
    { select: 0, transfer: (_out, into) => into.set([word >> 8, word & 0xff]) },
    rig,
  );
  return sampleOf(rig, createMax6675(spi));
}

describe('MAX6675 driver', () => {
  it('is quarters of a degree for all codes but the ends, whatever the last bit is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4094 }), fc.nat(1), (code, last) => {
        expect(sampleOfWord((code << 3) | last)).toMatchObject({ code: Code.Ok, values: [code * 250] });
      }),
    );
  });

  it.each([
    ['all 0, which is also 0 degrees and all below', 0, Code.Fault],
    ['0 with a last bit that floats', 1, Code.Fault],
    ['the upper end', 0xfff << 3, Code.Range],
    ['all 1', 0xffff, Code.Fault],
    ['a sign, which is always 0', 0x8000 | (400 << 3), Code.Fault],
    ['an open input', (400 << 3) | 4, Code.Fault],
    ['an identity, which is always 0', (400 << 3) | 2, Code.Fault],
  ])('refuses %s', (_name, word, code) => {
    expect(sampleOfWord(word)).toMatchObject({ code, values: [0] });
  });

  it('never shows a value from before the sample, however fast or slow it is asked', () => {
    const { rig, truth, surroundings } = createWorld();
    const driver = createMax6675(createSpiDevice(createMax6675Chip({ surroundings }), rig));
    for (const pause of [0, 0, 1, 100, 219, 220, 221, 5000, 0]) {
      rig.advance(pause);
      truth.probeTemperature += 1000;
      const { code, values, ms } = sampleOf(rig, driver);
      expect([code, values[0], ms]).toEqual([Code.Ok, truth.probeTemperature, 221]);
    }
  });

  it('says when the bus does not work, at once', () => {
    const { rig, surroundings } = createWorld();
    const spi = createSpiDevice(createMax6675Chip({ surroundings }), rig);
    const driver = createMax6675(spi);
    expect(sampleOf(rig, driver).code).toBe(Code.Ok);
    expect([spi.transfers, spi.longest]).toEqual([2, 2]);
    spi.stuck = true;
    expect(sampleOf(rig, driver)).toMatchObject({ code: Code.Timeout, ms: 0 });
  });
});

describe('simulated MAX6675', () => {
  it('never comes to an end of a conversion when it is read too often', () => {
    const { rig, truth, surroundings } = createWorld();
    const chip = createMax6675Chip({ surroundings });
    const into = new Uint8Array(2);
    const read = (): number => {
      chip.transfer(new Uint8Array(2), into, rig.now());
      return (into[0]! * 256 + into[1]!) & 0xfffe;
    };
    expect(read()).toBe(73 << 3);
    truth.probeTemperature = 100000;
    for (let i = 0; i < 10; i++) {
      rig.advance(219);
      expect(read()).toBe(73 << 3);
    }
    rig.advance(220);
    expect(read()).toBe(400 << 3);
    chip.brownOut(rig.now());
    expect(read()).toBe(0);
  });

  it('shows 0 below zero, and an open input', () => {
    const { rig, truth, surroundings } = createWorld();
    const chip = createMax6675Chip({ surroundings });
    truth.probeTemperature = -5000;
    chip.wires.open = true;
    rig.advance(500);
    const into = new Uint8Array(2);
    chip.transfer(new Uint8Array(2), into, rig.now());
    expect([into[0], into[1]! & 0xfe]).toEqual([0, 4]);
  });
});
