// CRC-32 in halves: the check value of the standard, and the same as a table of whole words for anything; the same through a flash
// in either form of bytes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { constant, toText } from '../../src/bytes/bytes.ts';
import { addToCrc, endCrc, startCrc } from '../../src/bytes/crc32.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createNor, createNorPort } from '../../sim/nor.ts';

const TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function plain(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ TABLE[(value ^ byte) & 255]!;
  return (value ^ 0xffffffff) >>> 0;
}

function crc32(bytes: Uint8Array): number {
  const sum = { high: 0, low: 0 };
  startCrc(sum);
  for (const byte of bytes) addToCrc(sum, byte);
  endCrc(sum);
  return sum.high * 65536 + sum.low;
}

const bytes = fc.uint8Array({ maxLength: 300 });

it('gives the check value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

it('is CRC-32 of anything', () => {
  fc.assert(fc.property(bytes, (data) => crc32(data) === plain(data)));
});

it('is that of a seed and what follows it, lowest byte first', () => {
  const nor = createNor({ base: 0, bytes: 512, pageBytes: 512, programUnit: 4, ecc: false });
  const flash = createFlashBytes(createNorPort(nor, 0, 1), 300);
  const asBytes = (data: Uint8Array) => constant(String.fromCharCode(...data));
  fc.assert(
    fc.property(bytes, bytes, (seed, data) => {
      const found = flash.crc(asBytes(seed), asBytes(data));
      const whole = plain(Uint8Array.of(...seed, ...data));
      expect([...toText(found, 0, 4)].map((one) => one.charCodeAt(0))).toEqual(
        [0, 8, 16, 24].map((shift) => (whole >>> shift) & 255),
      );
    }),
  );
});
