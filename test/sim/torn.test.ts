// What is left in a NOR flash when the power goes away in the middle of an operation.
import { describe, expect, it } from 'vitest';
import { createNor, type Nor, type Torn } from '../../sim/nor.ts';
import { createRandom } from '../../sim/network/random.ts';
import {
  allBut,
  blankLooking,
  cleared,
  only,
  prefix,
  someBits,
  suffix,
  tornErases,
  tornPrograms,
  unsureBits,
} from '../../sim/torn.ts';

const GEOMETRY = { base: 0, bytes: 512, pageBytes: 256, programUnit: 4, ecc: false };
const random = () => createRandom(7);

function readBack(nor: Nor, address: number, length: number): number[] {
  const into = new Uint8Array(length);
  nor.read(address, into);
  return [...into];
}

/** @returns a chip on which a program of `values`, over `before`, was torn. */
function program(torn: Torn, values: number[], before: number[] = []): Nor {
  const nor = createNor(GEOMETRY);
  if (before.length > 0) nor.program(0, Uint8Array.from(before));
  nor.interrupt = () => torn;
  nor.program(0, Uint8Array.from(values));
  nor.interrupt = undefined;
  nor.powerUp();
  return nor;
}

/** @returns a chip whose first page was full of `fill` when its erase was torn. */
function erase(torn: Torn, fill = 0): Nor {
  const nor = createNor(GEOMETRY);
  nor.program(0, new Uint8Array(256).fill(fill));
  nor.interrupt = () => torn;
  nor.erase(0);
  nor.interrupt = undefined;
  nor.powerUp();
  return nor;
}

describe('a torn program', () => {
  it.each([
    ['nothing', prefix(0), [255, 255, 255, 255]],
    ['its first bytes', prefix(2), [1, 2, 255, 255]],
    ['its last bytes', suffix(2), [255, 255, 3, 4]],
    ['all but a hole', allBut(1, 2), [1, 255, 255, 4]],
    ['only a part', only(1, 2), [255, 2, 3, 255]],
  ])('leaves %s', (_what, torn, left) => {
    expect(readBack(program(torn, [1, 2, 3, 4]), 0, 4)).toEqual(left);
  });

  it('leaves some of its bits, and sets none', () => {
    const nor = program(someBits(random(), 0.5), new Array(64).fill(0x0f), new Array(64).fill(0x3f));
    const left = readBack(nor, 0, 64);
    expect(new Set(left).size).toBeGreaterThan(2);
    for (const value of left) expect(value & ~0x3f).toBe(0);
    for (const value of left) expect(value & 0x0f).toBe(0x0f);
  });

  it('leaves bits that read differently each time, until they are programmed again or erased', () => {
    const nor = program(unsureBits(random(), 1), [0xf0, 0xf0, 0xf0, 0xf0]);
    const seen = new Set(Array.from({ length: 20 }, () => String(readBack(nor, 0, 4))));
    expect(seen.size).toBeGreaterThan(5);
    for (const values of seen) for (const value of values.split(',')) expect(Number(value) & 0xf0).toBe(0xf0);
    nor.program(0, Uint8Array.of(0xf0, 0xf0, 0xff, 0xff));
    for (let i = 0; i < 20; i++) expect(readBack(nor, 0, 2)).toEqual([0xf0, 0xf0]);
    nor.erase(0);
    for (let i = 0; i < 20; i++) expect(readBack(nor, 0, 4)).toEqual([255, 255, 255, 255]);
  });

  it('of which nothing happened leaves a unit of a chip with ECC that takes one', () => {
    const nor = createNor({ ...GEOMETRY, ecc: true });
    nor.interrupt = () => prefix(4);
    nor.program(0, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    nor.interrupt = undefined;
    nor.powerUp();
    expect(nor.program(0, Uint8Array.of(1, 2, 3, 4))).toBe(false);
    expect(nor.program(4, Uint8Array.of(5, 6, 7, 8))).toBe(true);
  });

  it('is unsure only of bits that were to change', () => {
    const nor = program(unsureBits(random(), 1), [0, 0, 0, 0], [0x0f, 0x0f, 0x0f, 0x0f]);
    for (let i = 0; i < 20; i++) for (const value of readBack(nor, 0, 4)) expect(value & 0xf0).toBe(0);
  });
});

describe('a torn erase', () => {
  it.each([
    ['the beginning of the page', prefix(3), [255, 255, 255, 0, 0]],
    ['one part', only(1, 2), [0, 255, 255, 0, 0]],
    ['all but one part', allBut(1, 2), [255, 0, 0, 255, 255]],
  ])('has erased %s', (_what, torn, left) => {
    expect(readBack(erase(torn), 0, 5)).toEqual(left);
  });

  it('may have cleared bits that it has not set yet', () => {
    const left = readBack(erase(cleared(random(), 0.5), 0xff), 0, 64);
    expect(new Set(left).size).toBeGreaterThan(10);
  });

  it('leaves the other pages alone', () => {
    const nor = createNor(GEOMETRY);
    nor.program(256, Uint8Array.of(1, 2, 3, 4));
    nor.interrupt = () => prefix(256);
    nor.erase(0);
    nor.powerUp();
    expect(readBack(nor, 256, 4)).toEqual([1, 2, 3, 4]);
  });

  it('may look blank, once, and not be', () => {
    const nor = erase(blankLooking(random(), 0.02));
    const looks = Array.from({ length: 50 }, () => readBack(nor, 0, 256).filter((value) => value !== 255));
    expect(looks.some((dirty) => dirty.length > 0)).toBe(true);
    expect(looks.every((dirty) => dirty.length < 40)).toBe(true);
    nor.erase(0);
    expect(readBack(nor, 0, 256).every((value) => value === 255)).toBe(true);
  });

  it('counts as wear', () => {
    expect(erase(prefix(0)).wear(0)).toBe(1);
  });

  it('of a chip with ECC leaves units that take no program but zeros', () => {
    const nor = createNor({ ...GEOMETRY, ecc: true });
    nor.program(0, Uint8Array.of(1, 2, 3, 4));
    nor.interrupt = () => prefix(128);
    nor.erase(0);
    nor.interrupt = undefined;
    nor.powerUp();
    expect(readBack(nor, 0, 4)).toEqual([255, 255, 255, 255]);
    expect(nor.program(0, Uint8Array.of(1, 2, 3, 4))).toBe(false);
    expect(nor.program(0, new Uint8Array(4))).toBe(true);
  });
});

describe('the ways to tear', () => {
  it('a program: every prefix and suffix, every unit left out, bits at random, bits between', () => {
    const ways = tornPrograms(12, 4, random());
    expect(new Set(ways.map(({ name }) => name)).size).toBe(ways.length);
    const count = (kind: RegExp) => ways.filter(({ name }) => kind.test(name)).length;
    expect([count(/^first/), count(/^last/), count(/^all but/)]).toEqual([13, 11, 3]);
    expect([count(/random/), count(/unsure/)]).toEqual([3, 3]);
  });

  it('an erase: parts, bits at random, bits cleared first, a page that looks blank', () => {
    const ways = tornErases(256, 4, random());
    expect(new Set(ways.map(({ name }) => name)).size).toBe(ways.length);
    const count = (kind: RegExp) => ways.filter(({ name }) => kind.test(name)).length;
    expect([count(/^first/), count(/^last/), count(/^only/), count(/^all but/)]).toEqual([5, 3, 64, 64]);
    expect([count(/random/), count(/cleared/), count(/blank/)]).toEqual([3, 2, 1]);
  });

  it('are the same for the same seed', () => {
    const left = () =>
      tornPrograms(8, 4, random()).map(({ torn }) => readBack(program(torn, [1, 2, 3, 4]), 0, 4));
    expect(left()).toEqual(left());
  });
});

describe('a chip that is not what it was', () => {
  it('has pages on which bits stay 0 whatever is erased', () => {
    const nor = createNor(GEOMETRY);
    nor.wearOut(0, (offset) => (offset === 3 ? 0x10 : 0));
    nor.erase(0);
    expect(readBack(nor, 0, 4)).toEqual([255, 255, 255, 0xef]);
    nor.program(0, Uint8Array.of(255, 255, 255, 0xfe));
    expect(readBack(nor, 3, 1)).toEqual([0xee]);
    nor.erase(0);
    expect([readBack(nor, 3, 1), readBack(nor, 256 + 3, 1)]).toEqual([[0xef], [255]]);
  });

  it('has pages that an erase leaves as they are', () => {
    const nor = createNor(GEOMETRY);
    nor.program(0, Uint8Array.of(1, 2, 3, 4));
    nor.wearOut(0, 'deaf');
    expect(nor.erase(0)).toBe(true);
    expect(readBack(nor, 0, 5)).toEqual([1, 2, 3, 4, 255]);
  });

  it('loses bits at rest, either way', () => {
    const nor = createNor(GEOMETRY);
    nor.program(0, Uint8Array.of(0xf0, 0xf0, 0xf0, 0xf0));
    nor.flip(1, 0x81);
    expect(readBack(nor, 0, 4)).toEqual([0xf0, 0x71, 0xf0, 0xf0]);
    nor.flip(300, 1);
    expect(readBack(nor, 300, 1)).toEqual([0xfe]);
  });

  it('takes only so many programs of a unit between erases', () => {
    const nor = createNor({ ...GEOMETRY, programsMax: 2 });
    const half = Uint8Array.of(0x7f, 0xff, 0xff, 0xff);
    expect([nor.program(0, half), nor.program(0, half), nor.program(0, half)]).toEqual([true, true, false]);
    expect(nor.program(4, half)).toBe(true);
    expect(nor.counters.refused).toBe(1);
    nor.erase(0);
    expect(nor.program(0, half)).toBe(true);
  });
});
