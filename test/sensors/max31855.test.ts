// The MAX31855's driver where the case of all drivers does not look: the datasheet's tables, every bad bit, fresh values; its simulated
// chip, and the SPI bus of the rig.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMax31855Chip } from '../../sim/chips/max31855.ts';
import { createSpiDevice } from '../../sim/rig/spi.ts';
import { Code } from '../../src/ports/codes.ts';
import { createMax31855 } from '../../src/sensors/max31855.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample } from './one-sample.ts';

/** A sample of a chip that sends these bytes. */
function sampleOfBytes(bytes: readonly number[]): Sample {
  const { rig } = createWorld();
  const spi = createSpiDevice({ select: 0, transfer: (_out, into) => into.set(bytes) }, rig);
  return sampleOf(rig, createMax31855(spi));
}

/** The frame of these bits [table 2]. */
function frameOf(hot: number, cold: number): number[] {
  const high = (hot & 0x3fff) << 2;
  const low = (cold & 0xfff) << 4;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
}

describe('MAX31855 driver', () => {
  // Table 4 of the datasheet, with 25 degrees inside.
  it.each([
    [1600, 0b01100100000000],
    [1000, 0b00111110100000],
    [100.75, 0b00000110010011],
    [25, 0b00000001100100],
    [0, 0],
    [-0.25, 0b11111111111111],
    [-1, 0b11111111111100],
    [-250, 0b11110000011000],
  ])('reads %d degrees at the thermocouple as the datasheet has them', (degrees, code) => {
    expect(sampleOfBytes(frameOf(code, 0x190))).toMatchObject({
      code: Code.Ok,
      values: [degrees * 1000, 25000],
    });
  });

  // Table 5 of the datasheet, as far as the chip's own range goes; halves of a thousandth are rounded away from zero.
  it.each([
    [100.5625, 0b011001001001, 100563],
    [25, 0b000110010000, 25000],
    [0, 0, 0],
    [-0.0625, 0b111111111111, -63],
    [-1, 0b111111110000, -1000],
    [-20, 0b111011000000, -20000],
  ])('reads %d degrees inside as the datasheet has them', (_degrees, code, value) => {
    expect(sampleOfBytes(frameOf(100, code)).values).toEqual([25000, value]);
  });

  it.each([
    [127, 0b011111110000],
    [-55, 0b110010010000],
  ])('refuses %d degrees inside, where the chip does not work', (_degrees, code) => {
    expect(sampleOfBytes(frameOf(100, code)).code).toBe(Code.Range);
  });

  it.each([
    ['D17, always 0', 1, 0x02],
    ['D16, a fault', 1, 0x01],
    ['D3, always 0', 3, 0x08],
    ['short to supply', 3, 0x04],
    ['short to ground', 3, 0x02],
    ['open', 3, 0x01],
  ])('refuses a frame with the bit %s', (_name, at, bit) => {
    const frame = frameOf(100, 400);
    expect(sampleOfBytes(frame).code).toBe(Code.Ok);
    frame[at]! |= bit;
    expect(sampleOfBytes(frame).code).toBe(Code.Fault);
  });

  it.each([0x1fff, 0x2000, 7204, -1084])('refuses the code %i, which no thermocouple has', (code) => {
    expect(sampleOfBytes(frameOf(code, 400)).code).toBe(Code.Range);
  });

  it('shows values that were converted after the sample was begun', () => {
    const { rig, truth, surroundings } = createWorld();
    const chip = createMax31855Chip({ surroundings });
    const driver = createMax31855(createSpiDevice(chip, rig));
    for (let i = 0; i < 30; i++) {
      rig.advance(i * 7);
      truth.probeTemperature = 10000 * i + 1000;
      expect(sampleOf(rig, driver).values[0]).toBe(10000 * i + 1000);
    }
  });

  it('says when the bus does not work, and does one transfer of four bytes a sample', () => {
    const { rig, surroundings } = createWorld();
    const spi = createSpiDevice(createMax31855Chip({ surroundings }), rig);
    const driver = createMax31855(spi);
    expect(sampleOf(rig, driver).code).toBe(Code.Ok);
    expect([spi.transfers, spi.longest]).toEqual([1, 4]);
    spi.stuck = true;
    expect(sampleOf(rig, driver)).toMatchObject({ code: Code.Timeout, values: [0, 0] });
    spi.stuck = false;
    expect(sampleOf(rig, driver).code).toBe(Code.Ok);
  });

  it('is quarters and sixteenths of a degree for all codes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1080, max: 7200 }),
        fc.integer({ min: -640, max: 2000 }),
        (hot, cold) => {
          fc.pre(hot !== 0 || cold !== 0);
          const { code, values } = sampleOfBytes(frameOf(hot, cold));
          expect(code).toBe(Code.Ok);
          expect(values[0]).toBe((hot / 4) * 1000);
          expect(Math.abs(values[1] - (cold / 16) * 1000)).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });
});

describe('simulated MAX31855', () => {
  it('has nothing but zeros for 200 ms, then a value every 100 ms', () => {
    const { rig, truth, surroundings } = createWorld();
    const chip = createMax31855Chip({ surroundings });
    const into = new Uint8Array(5);
    const read = (): number[] => {
      chip.transfer(new Uint8Array(5), into, rig.now());
      return [...into];
    };
    truth.probeTemperature = -250000;
    truth.temperature = -55000;
    chip.brownOut(rig.now());
    rig.advance(199);
    expect(read()).toEqual([0, 0, 0, 0, 0]);
    rig.advance(1);
    expect(read()).toEqual([0xf0, 0x60, 0xc9, 0x00, 0]);
    truth.probeTemperature = 100750;
    rig.advance(99);
    expect(read()[0]).toBe(0xf0);
    rig.advance(1);
    expect(read()[0]).toBe(0x06);
  });

  it('shows which wire is wrong', () => {
    const { rig, surroundings } = createWorld();
    const chip = createMax31855Chip({ surroundings });
    const into = new Uint8Array(4);
    for (const [wire, bit] of [
      ['open', 1],
      ['shortToGround', 2],
      ['shortToSupply', 4],
    ] as const) {
      chip.wires[wire] = true;
      rig.advance(200);
      chip.transfer(into, into, rig.now());
      chip.wires[wire] = false;
      expect([into[1]! & 1, into[3]! & 15]).toEqual([1, bit]);
    }
  });
});
