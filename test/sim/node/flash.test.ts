import { fdatasyncSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFlash, type FileFlash, type FileFlashOptions } from '../../../sim/node/flash.ts';
import { flashContract } from '../../ports/contract.ts';

vi.mock('node:fs', { spy: true });

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

const open = (layout = LAYOUT, options: FileFlashOptions = {}) => {
  const flash = openFlash(join(folder, 'flash'), layout, options);
  opened.push(flash);
  return flash;
};

flashContract(() => open());

describe('with fsync, behind other pages', () => flashContract(() => open(LAYOUT, { at: 512, fsync: true })));

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

it('leaves alone what stands before its pages in the file', () => {
  open({ ...LAYOUT, pages: 1 }).write(LAYOUT.base, new Uint8Array(256), 0, 256);
  const flash = open(LAYOUT, { at: 256 });
  expect(readFileSync(join(folder, 'flash'))).toEqual(Buffer.alloc(4 * 256).fill(0xff, 256));
  flash.write(LAYOUT.base + 4, Uint8Array.of(1, 2, 3, 4), 0, 4);
  const bytes = new Uint8Array(4);
  flash.read(LAYOUT.base + 4, bytes, 0, 4);
  expect([...bytes]).toEqual([1, 2, 3, 4]);
  expect([...readFileSync(join(folder, 'flash')).subarray(260, 264)]).toEqual([1, 2, 3, 4]);
  flash.erase(0);
  expect(readFileSync(join(folder, 'flash'))).toEqual(Buffer.alloc(4 * 256).fill(0xff, 256));
});

describe('fsync', () => {
  /** @returns what is done to the file by a write and an erase, in order. */
  function steps(options: FileFlashOptions): string[] {
    const done: string[] = [];
    const flash = open(LAYOUT, options);
    vi.mocked(writeSync).mockClear();
    vi.mocked(fdatasyncSync).mockClear();
    flash.write(LAYOUT.base, new Uint8Array(4), 0, 4);
    flash.erase(1);
    flash.read(LAYOUT.base, new Uint8Array(4), 0, 4);
    const calls = [
      ...vi.mocked(writeSync).mock.invocationCallOrder.map((order) => ({ order, what: 'write' })),
      ...vi.mocked(fdatasyncSync).mock.invocationCallOrder.map((order) => ({ order, what: 'sync' })),
    ];
    for (const { what } of calls.sort((a, b) => a.order - b.order)) done.push(what);
    return done;
  }

  it('waits for the disk after every write and erase', () => {
    expect(steps({ fsync: true })).toEqual(['write', 'sync', 'write', 'sync']);
  });

  it('does not where it is off', () => {
    expect(steps({})).toEqual(['write', 'write']);
  });
});
