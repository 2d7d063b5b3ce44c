import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFlash, type FileFlash } from '../../../sim/node/flash.ts';
import { flashContract } from '../../ports/contract.ts';

const LAYOUT = { base: 0x310000, pageSize: 256, pages: 3, programUnit: 4 };

let folder: string;
let opened: FileFlash[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-flash-'));
  opened = [];
});

afterEach(() => {
  for (const flash of opened) flash.close();
  rmSync(folder, { recursive: true });
});

const open = (layout = LAYOUT) => {
  const flash = openFlash(join(folder, 'flash'), layout);
  opened.push(flash);
  return flash;
};

flashContract(() => open());

it('keeps what was programmed for the next to open the file', () => {
  open().write(LAYOUT.base + 8, Uint8Array.of(1, 2, 3, 4), 0, 4);
  const bytes = new Uint8Array(8);
  open().read(LAYOUT.base + 6, bytes, 0, 8);
  expect([...bytes]).toEqual([0xff, 0xff, 1, 2, 3, 4, 0xff, 0xff]);
});

it('grows a smaller file by erased pages', () => {
  open({ ...LAYOUT, pages: 1 }).write(LAYOUT.base, new Uint8Array(4), 0, 4);
  const bytes = new Uint8Array(2);
  open().read(LAYOUT.base + 256, bytes, 0, 2);
  expect([...bytes]).toEqual([0xff, 0xff]);
  expect(statSync(join(folder, 'flash')).size).toBe(3 * 256);
});

it('says why a file cannot be opened', () => {
  expect(() => openFlash(folder, LAYOUT)).toThrow('EISDIR');
});
