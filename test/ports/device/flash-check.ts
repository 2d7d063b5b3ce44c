// What a flash port has to do, inside an engine: two pages of any flash without ECC. ES5 subset.

import { Code } from '../../../src/ports/codes.ts';
import type { Flash } from '../../../src/ports/flash.ts';
import { check } from './check.ts';

/** @param flash of two pages and a program unit of 4; they are erased. */
export function checkFlash(flash: Flash): void {
  const base = flash.geometry.base;
  const second = base + flash.geometry.pageSize;
  const end = second + flash.geometry.pageSize;
  const from = new Uint8Array(40);
  const into = new Uint8Array(40);
  for (let i = 0; i < 40; i++) from[i] = i * 7;
  check('erase', flash.erase(0) + flash.erase(1), 0);
  check('read erased', flash.read(base, into, 0, 40), 0);
  check('erased is 0xFF', into[0] + into[39], 510);
  check('program part of an array', flash.write(second - 4, from, 4, 32), 0);
  check('read into part of an array', flash.read(second - 4, into, 8, 32), 0);
  check('around it nothing', into[7], 255);
  let wrong = 0;
  for (let i = 0; i < 32; i++) if (into[8 + i] !== from[4 + i]) wrong++;
  check('what was programmed', wrong, 0);
  const part = new Uint8Array(from.buffer, 12, 8);
  check('program a view of an array', flash.write(base, part, 4, 4), 0);
  check('read into one', flash.read(base, part, 0, 4), 0);
  check('its bytes', from[12] * 256 + from[15], 112 * 256 + 133);
  from[0] = 0x0f;
  from[1] = from[2] = from[3] = 0xff;
  check('program again', flash.write(second - 4, from, 0, 4), 0);
  flash.read(second - 4, into, 0, 4);
  check('bits are only cleared', into[0] * 256 + into[1], (28 & 15) * 256 + 35);
  check('erase one page', flash.erase(0), 0);
  flash.read(second - 4, into, 0, 8);
  check('and no other', into[3] * 256 + into[4], 255 * 256 + 56);
  check('last unit', flash.write(end - 4, from, 0, 4), 0);
  check('nothing at the end', flash.read(end, into, 0, 0), 0);
  check('past the end', flash.write(end - 4, from, 0, 8), Code.Range);
  check('before the region', flash.read(base - 4, into, 0, 4), Code.Range);
  check('off the unit', flash.write(base + 2, from, 0, 4), Code.Range);
  check('part of a unit', flash.write(base, from, 0, 6), Code.Range);
  check('past the array', flash.read(base, into, 37, 4), Code.Range);
  check('past a view', flash.read(base, part, 5, 4), Code.Range);
  check('before the array', flash.write(base, from, -4, 4), Code.Range);
  check('a negative length', flash.read(base, into, 0, -1), Code.Range);
  check('no such page', flash.erase(2) + flash.erase(-1), 2 * Code.Range);
  wrong = 0;
  flash.read(base, into, 0, 40);
  for (let i = 0; i < 40; i++) if (into[i] !== 255) wrong++;
  check('what was refused did nothing', wrong, 0);
}
