import { afterEach, expect, it } from 'vitest';
import type { Flash, FlashGeometry } from '../../../src/ports/flash.ts';
import type { Log } from '../../../src/ports/log.ts';
import { flashContract, logContract } from '../contract.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { openFlash } = await loadPort<{ openFlash(geometry: FlashGeometry): Flash }>('flash');
const { createLog } = await loadPort<{ createLog(): Log }>('log');

afterEach(removeEngine);

const GEOMETRY: FlashGeometry = { base: 0x310000, pageSize: 256, pages: 3, programUnit: 4, ecc: false };

/** The engine's flash: nothing is checked, pages of the firmware lie on both sides. */
function installFlash(): Uint8Array {
  const first = GEOMETRY.base - GEOMETRY.pageSize;
  const cells = new Uint8Array(5 * GEOMETRY.pageSize).fill(0xff);
  const module = {
    // With a length of 0 it returns nothing at all.
    read: (length: number, address: number) =>
      length > 0 ? cells.slice(address - first, address - first + length) : undefined,
    write(data: Uint8Array, address: number) {
      data.forEach((byte, i) => (cells[address - first + i] &= byte));
    },
    erasePage(address: number) {
      const page = address - first - ((address - first) % GEOMETRY.pageSize);
      cells.fill(0xff, page, page + GEOMETRY.pageSize);
    },
  };
  installEngine({}, { Flash: module });
  return cells;
}

flashContract(() => {
  installFlash();
  return openFlash(GEOMETRY);
});

it('never touches a page outside of its region', () => {
  const cells = installFlash();
  cells.fill(0x5a);
  const flash = openFlash(GEOMETRY);
  const zeros = new Uint8Array(GEOMETRY.pageSize);
  for (let page = -2; page <= GEOMETRY.pages + 1; page++) {
    flash.erase(page);
    flash.write(GEOMETRY.base + page * GEOMETRY.pageSize, zeros, 0, GEOMETRY.pageSize);
  }
  const firmware = new Uint8Array(GEOMETRY.pageSize).fill(0x5a);
  expect(cells.subarray(0, GEOMETRY.pageSize)).toEqual(firmware);
  expect(cells.subarray(4 * GEOMETRY.pageSize)).toEqual(firmware);
});

logContract(() => {
  const lines: string[] = [];
  // The engine joins what it prints with spaces.
  installEngine({ print: (...values: unknown[]) => lines.push(values.join(' ')) });
  return { log: createLog(), lines: () => lines };
});
