// A firmware against its board: what is refused before types are checked, what of a bundle does not fit, and what is not guessed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BoardData } from '../../../boards/board.ts';
import { boards } from '../../../boards/index.ts';
import { esp32C3 } from '../../../boards/esp32-c3.ts';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { jerryscript } from '../../../boards/jerryscript.ts';
import { findBoard } from '../../../flash/boards.ts';
import { checkForBoard } from '../../../flash/build/board-check.ts';
import { build } from '../../../flash/build/build.ts';
import { createCompiler, type Draft } from '../../../flash/build/compile.ts';
import { checkFit, VARIABLES_A_BYTE } from '../../../flash/build/fit.ts';
import type { Finding } from '../../../flash/check/check.ts';
import { failure, writeFirmware } from './fixture.ts';

const SETTINGS = { pin: 34, led: true };
const HEAD = `import * as mote from 'mote-sdk/espruino';
import { createSleep } from 'mote-sdk/parts/sleep';
import { createWatchdog } from 'mote-sdk/parts/watchdog';
import settings from './settings.json';
import { createHistory } from 'mote-sdk/parts/history';
declare const sometimes: boolean;
void [mote, createSleep, createWatchdog, createHistory, settings, sometimes];
`;

const folder = writeFirmware({ 'settings.json': JSON.stringify(SETTINGS, undefined, 2), 'main.ts': HEAD });
const compiler = createCompiler({
  firmware: { entry: join(folder, 'main.ts'), folder },
  board: findBoard('esp32'),
  settings: {},
  features: {},
  form: 'string',
});

const DONE = new Error('judged');

/** @returns the findings of a line behind HEAD, as text; places are those of that line, or of settings.json. */
function findings(board: string | BoardData, line: string): string[] {
  writeFileSync(join(folder, 'main.ts'), HEAD + line);
  let found: Finding[] = [];
  // All is known before types are checked, which nobody waits for here.
  const judge = (draft: Draft) => {
    found = checkForBoard(draft, folder, typeof board === 'string' ? findBoard(board) : board);
    throw DONE;
  };
  expect(() => compiler.compile(judge)).toThrow(DONE);
  return found.map(({ rule, severity, file, line: at, column, message }) => {
    const place = file.endsWith('.json')
      ? `settings.json:${at}`
      : `${at - HEAD.split('\n').length + 1}:${column}`;
    return `${severity} ${rule} ${place} ${message}`;
  });
}

describe('pins', () => {
  it.each([
    [
      'esp32',
      'mote.openDigitalOutput(24, 0);',
      'error board-pin 1:24 ESP32 (Espruino) has no pin D24: it has D0 to D39 without D20, D24, D28 to D31',
    ],
    [
      'esp32-c3',
      'mote.openOneWire(22);',
      'error board-pin 1:18 ESP32-C3 (Espruino) has no pin D22: it has D0 to D21',
    ],
    [
      'esp32',
      'mote.openDigitalInput(6, 0);',
      'error board-pin 1:23 D6 belongs to the flash in the module: a firmware that uses it stops the board',
    ],
    [
      'esp32-wrover',
      'mote.openUart({ port: 2, receive: 16, transmit: 4 });',
      'error board-pin 1:35 D16 belongs to the PSRAM in the module: a firmware that uses it stops the board',
    ],
    [
      'esp32',
      'mote.openI2c({ bus: 1, data: 35, clock: 22 });',
      'error board-pin 1:30 openI2c drives D35, which is an input only, as D34 to D39 are',
    ],
    ['esp32', 'mote.openAnalogInput(4);', 'error board-pin 1:22 D4 measures no voltage: D32 to D39 do'],
    [
      'esp32-s3',
      'mote.openAnalogInput(4);',
      'error board-pin 1:22 no pin of ESP32-S3 (Espruino) measures voltages in this engine',
    ],
    [
      'esp32',
      "pinMode(36, 'output');",
      'error board-pin 1:9 pinMode drives D36, which is an input only, as D34 to D39 are',
    ],
    [
      'esp32',
      'mote.openDigitalOutput(settings.pin, 0);',
      'error board-pin settings.json:2 openDigitalOutput drives D34, which is an input only, as D34 to D39 are (setting pin)',
    ],
    [
      'esp32',
      'mote.openDigitalInput(35, mote.Pull.Up);',
      'warning board-pin 1:23 D35 has no pull resistor in the chip',
    ],
    [
      'esp32',
      'mote.openOneWire(12);',
      'warning board-pin 1:18 the level of D12 as the chip starts decides how: what is wired to it may keep the board from starting',
    ],
    [
      'esp32-cyd',
      'mote.openDigitalOutput(4, 0);',
      'warning board-pin 1:24 D4 is wired to the three-coloured lamp',
    ],
  ])('%s: %s', (board, line, finding) => {
    expect(findings(board, line)).toEqual([finding]);
  });

  it.each([
    [
      'esp32',
      'mote.openUart({ port: 2, receive: 16, transmit: 17 }); mote.openAnalogInput(36); mote.openDigitalInput(34, 0);',
    ],
    ['esp32', 'mote.openI2c({ bus: 2, data: 21, clock: 22 }); mote.openDigitalOutput(2, 1);'],
    ['esp32-c3', 'mote.openI2c({ bus: 1, data: 5, clock: 6 }); mote.openAnalogInput(4);'],
    ['espruino-linux', 'mote.openAnalogInput(99); mote.openI2c({ bus: 3, data: 1, clock: 2 });'],
  ])('%s takes %s', (board, line) => {
    expect(findings(board, line)).toEqual([]);
  });

  it('refuses nothing that surely never runs, and only warns of what may not', () => {
    expect(findings('esp32', 'if (!settings.led) mote.openDigitalOutput(24, 0);')).toEqual([]);
    expect(findings('esp32', 'if (settings.led) mote.openDigitalOutput(24, 0);')[0]).toMatch(
      /^error board-pin/,
    );
    expect(findings('esp32', 'if (sometimes) mote.openDigitalOutput(24, 0);')[0]).toMatch(
      /^warning board-pin/,
    );
    expect(findings('esp32', 'function led() { mote.openDigitalOutput(24, 0); }\nvoid led;')[0]).toMatch(
      /^warning board-pin/,
    );
    expect(findings('esp32', 'settings.led && mote.openOneWire(24);')[0]).toMatch(/^error board-pin/);
    expect(findings('esp32', 'void (settings.led ? 1 : mote.openOneWire(24));')).toEqual([]);
  });

  it.each([
    ['if (sometimes && !settings.led) mote.openOneWire(24);', undefined],
    ['if (sometimes || settings.led) mote.openOneWire(24);', 'error'],
    ['if ({ ...settings }) mote.openOneWire(24);', 'error'],
    ['(sometimes as unknown) ?? mote.openOneWire(24);', 'warning'],
    ['(settings.pin as unknown) ?? mote.openOneWire(24);', undefined],
    ['sometimes && mote.openOneWire(24);', 'warning'],
  ])('is judged by what a condition comes to: %s', (line, severity) => {
    expect(findings('esp32', line).map((text) => text.split(' ')[0])).toEqual(severity ? [severity] : []);
  });
});

describe('buses and abilities', () => {
  it.each([
    [
      'esp32-c3',
      'mote.openI2c({ bus: 2, data: 5, clock: 6 });',
      'error board-bus 1:21 openI2c asks for I2C bus 2, and ESP32-C3 (Espruino) has 1: number 1',
    ],
    [
      'esp32',
      'mote.openUart({ port: 4, receive: 16, transmit: 17 });',
      'error board-bus 1:23 openUart asks for serial port 4, and ESP32 (Espruino) has 3: 1 to 3',
    ],
    [
      'esp32-c3',
      'SPI2.send(new Uint8Array(1), undefined);',
      'error board-bus 1:1 SPI2 asks for SPI bus 2, and ESP32-C3 (Espruino) has 1: number 1',
    ],
    [
      'jerryscript',
      'createSleep({ power: mote.openPower(), intervalMs: 60000 });',
      'error board-sleep 1:1 createSleep asks for it, and JerryScript in a host program has no deep sleep',
    ],
    [
      'espruino-linux',
      'createSleep({ power: mote.openPower(), intervalMs: 60000 });',
      'warning board-sleep 1:1 Espruino on Linux has no deep sleep: the mote stays awake after its first samples',
    ],
    [
      'jerryscript',
      'createHistory();',
      'warning board-outbox 1:1 createHistory keeps what it knows in flash, and JerryScript in a host program has none that is known: a restart forgets it',
    ],
    [
      'jerryscript',
      'mote.openTls();',
      'error board-tls 1:1 the firmware asks for encryptedButUnverified, and JerryScript in a host program has no TLS of its own',
    ],
  ])('%s: %s', (board, line, finding) => {
    expect(findings(board, line)).toEqual([finding]);
  });

  it('has a watchdog in a host program, and says where there is none', () => {
    const line = 'createWatchdog(mote.openPower());';
    expect(findings('jerryscript', line)).toEqual([]);
    const without = { ...jerryscript, capabilities: { ...jerryscript.capabilities, watchdog: false } };
    expect(findings(without, line)).toEqual([
      'error board-watchdog 1:1 createWatchdog asks for it, and JerryScript in a host program has no watchdog',
    ]);
  });

  it('leaves nothing behind that a mended firmware would miss', () => {
    const place = writeFirmware({
      'main.ts': "import { a } from './a.ts';\nprint('a', a);\n",
      'a.ts': 'export const a = 1;\n',
    });
    const entry = join(place, 'main.ts');
    const input = {
      firmware: { entry, folder: place },
      board: findBoard('esp32'),
      settings: {},
      features: {},
    };
    const small = createCompiler({ ...input, form: 'string' });
    const judge = () => {
      throw DONE;
    };
    expect(() => small.compile(judge)).toThrow(DONE);
    writeFileSync(entry, "import { a } from './a.ts';\nprint('b', a);\n");
    expect(() => small.compile(judge)).toThrow(DONE);
    const { modules } = small.compile();
    expect(modules.get(entry)?.code).toContain("print('b', a)");
    expect(modules.get(join(place, 'a.ts'))?.code).toContain('a = 1');
  });

  it('ends a build before its types are checked', async () => {
    const firmware = writeFirmware({
      'main.ts':
        "import { openI2c } from 'mote-sdk/espruino';\nopenI2c({ bus: 2, data: 5, clock: 6 });\nconst wrong: number = 'text';\n",
    });
    const error = await failure(build({ firmware, board: 'esp32-c3' }));
    expect(error.what).toMatch(/^board-bus: openI2c asks for I2C bus 2/);
    expect(error.where).toMatch(/main\.ts:2:16$/);
  });
});

const told = (list: readonly Finding[]) =>
  list.map(({ severity, rule, message }) => `${severity} ${rule} ${message}`);

describe('what fits', () => {
  it('counts two copies of the bundle against Storage', () => {
    const room = 896 * 1024 - 8192;
    const most = room / 2 - 32;
    const isRefused = (bytes: number) =>
      checkFit(findBoard('esp32'), bytes, [], 'main.ts').some(({ rule }) => rule === 'board-storage');
    expect([isRefused(most), isRefused(most + 1)]).toEqual([false, true]);
    // Its outbox lies in Storage.
    expect(told(checkFit(espruinoLinux, 95_000, [], 'main.ts'))).toEqual([
      'error board-storage the bundle has 95000 bytes, and Storage of Espruino on Linux takes 94176: two copies and 8 KB in 192 KB',
    ]);
  });

  it('counts variables by what was measured: too many at the least is refused, at the most is warned of', () => {
    expect(told(checkFit(esp32C3, 40_000, [], 'main.ts'))).toEqual([]);
    expect(told(checkFit(esp32C3, 50_000, [], 'main.ts'))).toEqual([
      'warning board-heap a bundle of 50000 bytes takes 2950 to 5000 variables as soon as it is loaded, and ESP32-C3 (Espruino) has at most 4095 for the program and all that it holds',
    ]);
    expect(told(checkFit(esp32C3, 70_000, [], 'main.ts'))[0]).toMatch(/^error board-heap .* 4130 to 7000 /);
  });

  it('knows variables a byte from what the engine took', () => {
    const size = JSON.parse(readFileSync('bench/results/size.json', 'utf8')) as {
      rows: { bytes: number; fromFlash: number }[];
    };
    const examples = JSON.parse(readFileSync('bench/results/examples.json', 'utf8')) as {
      bytes: number;
      loaded: number;
    }[];
    const ratios = [
      ...size.rows.map(({ bytes, fromFlash }) => fromFlash / bytes),
      ...examples.map(({ bytes, loaded }) => loaded / bytes),
    ];
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(VARIABLES_A_BYTE.least);
    expect(Math.min(...ratios) - VARIABLES_A_BYTE.least).toBeLessThan(0.003);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(VARIABLES_A_BYTE.most);
    expect(VARIABLES_A_BYTE.most - Math.max(...ratios)).toBeLessThan(0.003);
  });

  it('says that readings wait in RAM where there is no flash for them', () => {
    const ram = [{ module: 'mote-sdk/src/outbox/ram.ts', bytes: 900 }];
    expect(told(checkFit(jerryscript, 1000, ram, 'main.ts'))).toEqual([
      `warning board-outbox readings that wait are in RAM, and a restart loses them: JerryScript in a host program has no flash for them (${jerryscript.whyNoFlash})`,
    ]);
    const both = [...ram, { module: 'src/outbox/flash.ts', bytes: 9 }];
    expect(told(checkFit(jerryscript, 1000, both, 'main.ts'))).toEqual([]);
    for (const board of boards.filter(({ flash }) => flash !== undefined)) {
      expect(told(checkFit(board, 1000, ram, 'main.ts'))).toEqual([]);
    }
  });
});
