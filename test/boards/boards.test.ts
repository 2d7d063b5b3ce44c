import { describe, expect, it } from 'vitest';
import { boards } from '../../boards/index.ts';
import type { FlashMap, FlashRegion } from '../../boards/board.ts';
import { boardsCalled, findBoard } from '../../flash/boards.ts';
import { MoteError } from '../../flash/errors.ts';

const inside = (inner: FlashRegion, map: FlashMap) =>
  inner.address >= map.base && inner.address + inner.bytes <= map.base + map.bytes;

const overlap = (a: FlashRegion, b: FlashRegion) =>
  a.address < b.address + b.bytes && b.address < a.address + a.bytes;

describe('board data', () => {
  it('names every board once, in words a command line takes', () => {
    const ids = boards.map((board) => board.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  for (const board of boards) {
    describe(board.id, () => {
      it('says for which engine versions it holds and where its numbers come from', () => {
        expect(board.versions).toMatch(/^>=\d+(\.\d+)? <\d+$/);
        expect(board.sources.length).toBeGreaterThan(0);
        for (const source of board.sources) expect(source.length).toBeGreaterThan(10);
      });

      it('has analogue pins among its pins', () => {
        for (const pin of board.pins.analog) expect(pin).toBeLessThan(board.pins.count);
      });

      const flash = board.flash;
      if (flash === undefined) return;

      it('keeps every region on whole pages inside the flash', () => {
        for (const region of [flash.storage, flash.outbox, ...flash.reportedFree]) {
          expect(inside(region, flash)).toBe(true);
          expect((region.address - flash.base) % flash.pageBytes).toBe(0);
          expect(region.bytes % flash.pageBytes).toBe(0);
        }
        expect([4, 8]).toContain(flash.programUnit);
      });

      it('says why the outbox lies where it lies', () => {
        expect(flash.outbox.why.length).toBeGreaterThan(20);
        // The emulator reports nothing at all.
        if (flash.reportedFree.length === 0) expect(board.id).toBe('espruino-emulator');
        else expect(flash.reportedFree.some((free) => overlap(free, flash.outbox))).toBe(true);
      });

      it('keeps a board with boot code from sharing pages between outbox and Storage', () => {
        expect(overlap(flash.outbox, flash.storage)).toBe(!board.bootCode);
      });
    });
  }
});

describe('findBoard', () => {
  it('finds a board by its name', () => {
    expect(findBoard('esp32').flash?.outbox.address).toBe(0x310000);
  });

  it('names the known boards when there is no such board', () => {
    expect(() => findBoard('esp31')).toThrow(MoteError);
    expect(() => findBoard('esp31')).toThrow(
      '--board: unknown board "esp31" (use one of esp32, esp32-wrover, esp32-cyd, esp32-c3, esp32-s3, espruino-linux, espruino-emulator, jerryscript)',
    );
  });
});

describe('boardsCalled', () => {
  // process.env.BOARD is the name of the engine's board file, unless that file says another.
  it.each([
    ['ESP32', ['esp32', 'esp32-wrover']],
    ['ESP32_CYD', ['esp32-cyd']],
    ['ESP32C3_IDF4', ['esp32-c3']],
    ['ESP32S3_IDF4', ['esp32-s3']],
    ['LINUX', ['espruino-linux']],
    ['ESP32_IDF4', []],
    ['PICO_R1_3', []],
  ])('knows what Espruino calls %s', (name, ids) => {
    expect(boardsCalled(name).map(({ id }) => id)).toEqual(ids);
  });

  it('takes no watch for the emulator of one', () => {
    expect(boardsCalled(findBoard('espruino-emulator').engineName!)).toEqual([]);
  });
});
