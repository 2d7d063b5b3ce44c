import { describe, expect, it } from 'vitest';
import { createNor, createNorPort } from '../../sim/nor.ts';
import { createRandom } from '../../sim/network/random.ts';
import { prefix } from '../../sim/torn.ts';

const GEOMETRY = { base: 0x310000, bytes: 0x10000, pageBytes: 4096, programUnit: 4, ecc: false };
const bytes = (...values: number[]) => Uint8Array.from(values);

const readBack = (nor: ReturnType<typeof createNor>, address: number, length: number) => {
  const into = new Uint8Array(length);
  nor.read(address, into);
  return [...into];
};

describe('NOR flash', () => {
  it('is erased when new', () => {
    const nor = createNor(GEOMETRY);
    expect(readBack(nor, 0x310ffe, 4)).toEqual([255, 255, 255, 255]);
  });

  it('clears bits and never sets one', () => {
    const nor = createNor(GEOMETRY);
    expect(nor.program(0x310000, bytes(0x0f, 0xf0, 0xff, 0x00))).toBe(true);
    expect(nor.program(0x310000, bytes(0xfc, 0xff, 0x3c, 0xff))).toBe(true);
    expect(readBack(nor, 0x310000, 4)).toEqual([0x0c, 0xf0, 0x3c, 0x00]);
  });

  it('programs over the border of two pages and erases only one', () => {
    const nor = createNor(GEOMETRY);
    nor.program(0x310ffc, bytes(1, 2, 3, 4, 5, 6, 7, 8));
    nor.erase(0x310800);
    expect(readBack(nor, 0x310ffc, 8)).toEqual([255, 255, 255, 255, 5, 6, 7, 8]);
    expect([nor.wear(0x310000), nor.wear(0x311000)]).toEqual([1, 0]);
  });

  it('refuses what is off the program unit or outside of the chip', () => {
    const nor = createNor(GEOMETRY);
    expect(nor.program(0x310001, bytes(0, 0, 0, 0))).toBe(false);
    expect(nor.program(0x310000, bytes(0, 0))).toBe(false);
    expect(nor.program(0x31fffc, bytes(0, 0, 0, 0, 0, 0, 0, 0))).toBe(false);
    expect(nor.erase(0x320000)).toBe(false);
    expect(nor.counters.programs + nor.counters.erases).toBe(0);
  });

  it('leaves bytes alone that are read outside of the chip', () => {
    const nor = createNor(GEOMETRY);
    expect(readBack(nor, 0x31fffe, 4)).toEqual([255, 255, 0, 0]);
    expect(readBack(nor, 0x30fffe, 4)).toEqual([0, 0, 255, 255]);
  });

  it('counts what is done to it', () => {
    const nor = createNor(GEOMETRY);
    nor.program(0x310000, bytes(1, 2, 3, 4));
    nor.erase(0x310000);
    readBack(nor, 0x310000, 10);
    expect(nor.counters).toEqual({
      reads: 1,
      programs: 1,
      erases: 1,
      bytesRead: 10,
      bytesProgrammed: 4,
      refused: 0,
    });
  });

  it('with ECC takes one program a unit, and after it zeros', () => {
    const nor = createNor({ ...GEOMETRY, programUnit: 8, ecc: true });
    expect(nor.program(0x310000, bytes(1, 2, 3, 4, 5, 6, 7, 8))).toBe(true);
    expect(nor.program(0x310000, bytes(1, 2, 3, 4, 5, 6, 7, 0))).toBe(false);
    expect(nor.program(0x310000, new Uint8Array(8))).toBe(true);
    nor.erase(0x310000);
    expect(nor.program(0x310000, bytes(1, 2, 3, 4, 5, 6, 7, 8))).toBe(true);
  });

  it('stops in the middle of a program and stays dead until it has power again', () => {
    const nor = createNor(GEOMETRY);
    nor.interrupt = ({ kind }) => (kind === 'program' ? prefix(3) : undefined);
    nor.program(0x310000, bytes(1, 2, 3, 4));
    expect(readBack(nor, 0x310000, 4)).toEqual([255, 255, 255, 255]);
    expect(nor.program(0x310004, bytes(1, 2, 3, 4))).toBe(false);
    nor.interrupt = undefined;
    nor.powerUp();
    expect(readBack(nor, 0x310000, 8)).toEqual([1, 2, 3, 255, 255, 255, 255, 255]);
  });

  it('stops in the middle of an erase', () => {
    const nor = createNor(GEOMETRY);
    nor.program(0x310000, bytes(1, 2, 3, 4));
    nor.program(0x310008, bytes(5, 6, 7, 8));
    nor.interrupt = () => prefix(4);
    nor.erase(0x310000);
    nor.interrupt = undefined;
    nor.powerUp();
    expect(readBack(nor, 0x310000, 12)).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 5, 6, 7, 8]);
  });

  it('agrees with a plain array under any sequence of programs and erases', () => {
    const seed = Date.now() % 0x7fffffff;
    const random = createRandom(seed);
    const nor = createNor({ base: 0, bytes: 1024, pageBytes: 256, programUnit: 4, ecc: false });
    const model = new Uint8Array(1024).fill(255);
    for (let i = 0; i < 500; i++) {
      const address = random.integer(0, 255) * 4;
      if (random.chance(0.2)) {
        nor.erase(address);
        model.fill(255, address & ~255, (address & ~255) + 256);
        continue;
      }
      const length = Math.min(random.integer(1, 80) * 4, 1024 - address);
      const data = Uint8Array.from({ length }, () => random.integer(0, 255));
      nor.program(address, data);
      data.forEach((value, offset) => (model[address + offset]! &= value));
    }
    expect(readBack(nor, 0, 1024), `seed ${seed}`).toEqual([...model]);
  });
});

describe('flash port over a chip', () => {
  it('reads, writes and erases inside its pages only', () => {
    const nor = createNor(GEOMETRY);
    const port = createNorPort(nor, 0x312000, 2);
    expect(port.geometry).toEqual({ base: 0x312000, pageSize: 4096, pages: 2, programUnit: 4, ecc: false });
    expect(port.write(0x312000, bytes(9, 1, 2, 3, 4, 9), 1, 4)).toBe(0);
    const into = new Uint8Array(6);
    expect(port.read(0x312000, into, 2, 4)).toBe(0);
    expect([...into]).toEqual([0, 0, 1, 2, 3, 4]);
    expect(port.erase(0)).toBe(0);
    expect(readBack(nor, 0x312000, 4)).toEqual([255, 255, 255, 255]);
  });

  it('answers with a code, and touches nothing, outside of them', () => {
    const nor = createNor(GEOMETRY);
    const port = createNorPort(nor, 0x312000, 2);
    const RANGE = -6;
    expect(port.write(0x311ffc, bytes(0, 0, 0, 0), 0, 4)).toBe(RANGE);
    expect(port.write(0x313ffc, new Uint8Array(8), 0, 8)).toBe(RANGE);
    expect(port.write(0x312002, bytes(0, 0, 0, 0), 0, 4)).toBe(RANGE);
    expect(port.write(0x312000, bytes(0, 0), 0, 4)).toBe(RANGE);
    expect(port.read(0x314000, new Uint8Array(4), 0, 4)).toBe(RANGE);
    expect(port.erase(2)).toBe(RANGE);
    expect(nor.counters.programs + nor.counters.erases + nor.counters.reads).toBe(0);
  });
});
