// The schema of boards: every board passes, and a board that is wrong in one thing is told which.
import { describe, expect, it } from 'vitest';
import type { BoardData } from '../../boards/board.ts';
import { esp32 } from '../../boards/esp32.ts';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { boards } from '../../boards/index.ts';
import { jerryscript } from '../../boards/jerryscript.ts';
import { faultsOfBoard } from '../../flash/boards/schema.ts';

/** @returns esp32 with some fields of its flash, or of its pins, changed. */
const withFlash = (change: object): BoardData => ({ ...esp32, flash: { ...esp32.flash!, ...change } });
const withPins = (change: object): BoardData => ({ ...esp32, pins: { ...esp32.pins, ...change } });
const OUTBOX = esp32.flash!.outbox;

describe('the schema of boards', () => {
  it.each(boards.map((board) => [board.id, board] as const))('finds nothing wrong with %s', (_id, board) => {
    expect(faultsOfBoard(board)).toEqual([]);
  });

  it.each<[string, BoardData, RegExp]>([
    ['a field that is none', { ...esp32, color: 'red' } as BoardData, /^color: /],
    ['an id with capitals', { ...esp32, id: 'ESP32' }, /^id: /],
    ['an open range of versions', { ...esp32, versions: '>=2.29' }, /^versions: /],
    [
      'Espruino without its name of the board',
      { ...esp32, engineName: undefined } as unknown as BoardData,
      /^esp32: .*engine's name/,
    ],
    [
      'a name of Espruino on JerryScript',
      { ...jerryscript, engineName: 'LINUX' },
      /^jerryscript: .*engine's name/,
    ],
    ["an engine's name with a space", { ...esp32, engineName: 'ESP32 C3' }, /^engineName: /],
    ['no sources', { ...esp32, sources: [] }, /^sources: /],
    ['an outbox in Storage', withFlash({ outbox: { ...OUTBOX, address: 0x360000 } }), /^esp32: .*Storage/],
    [
      'an outbox in the engine',
      withFlash({ outbox: { ...OUTBOX, address: 0x190000 } }),
      /partition overlaps/,
    ],
    [
      'an outbox out of the flash',
      withFlash({ outbox: { ...OUTBOX, address: 0x3ff000 } }),
      /out of the flash/,
    ],
    ['an outbox between pages', withFlash({ outbox: { ...OUTBOX, address: 0x310800 } }), /whole pages/],
    ['an outbox of three pages', withFlash({ outbox: { ...OUTBOX, bytes: 0x3000 } }), /four pages/],
    ['a program unit of 3', withFlash({ programUnit: 3 }), /programUnit/],
    [
      'two partitions in one place',
      withFlash({ partitions: [0, 1].map(() => esp32.flash!.partitions[0]!) }),
      /two partitions/,
    ],
    ['an image file in no partition', withFlash({ partitions: [] }), /no partition begins/],
    ['a pin twice', withPins({ analog: [34, 34] }), /twice/],
    ['a pin beyond the last', withPins({ inputOnly: [40] }), /beyond count/],
    ['a pin that is absent and measures', withPins({ absent: [34] }), /another list/],
    ['I2C on pins that are inputs', { ...esp32, i2cPins: { data: 34, clock: 22 } }, /not free/],
    ['flash and none', { ...esp32, whyNoFlash: jerryscript.whyNoFlash! }, /or both/],
    [
      'no flash and no word of it',
      { ...jerryscript, whyNoFlash: undefined } as unknown as BoardData,
      /neither/,
    ],
    ['sleep without currents', { ...espruinoLinux, capabilities: esp32.capabilities }, /no currents/],
    [
      'a USB id with a prefix',
      { ...esp32, usb: [{ vendorId: '0x10c4', productId: 'ea60', name: 'CP210x' }] },
      /vendorId/,
    ],
    ['an unknown chip', { ...esp32, firmware: { ...esp32.firmware!, chip: 'ESP8266' as 'ESP32' } }, /chip/],
  ])('refuses %s', (_what, board, fault) => {
    expect(faultsOfBoard(board).join('\n')).toMatch(fault);
  });
});
