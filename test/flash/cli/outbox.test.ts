// `mote outbox inspect` as a process: which bytes of a file it takes for the region, what it prints, and how it ends.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boards } from '../../../boards/index.ts';
import { ExitCode } from '../../../flash/errors.ts';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import { formatInspection } from '../../../flash/outbox/report.ts';
import { openFlash } from '../../../sim/node/flash.ts';
import { constant } from '../../../src/bytes/bytes.ts';
import { prepareTopic } from '../../../src/mqtt/form.ts';
import { createFlashBytes } from '../../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { writeFirmware } from '../build/fixture.ts';
import { ascii, blankPage, crc, pageImage } from '../outbox/image.ts';
import { startConsole } from '../port/console.ts';
import { mote } from './run.ts';

const RECORD_MAX = 100;
const cwd = writeFirmware({ 'empty.bin': '', 'text.txt': 'no flash' });

/** Write a file. @returns its name. */
function put(name: string, bytes: Uint8Array): string {
  writeFileSync(join(cwd, name), bytes);
  return name;
}

/** @returns the region of an outbox that the real one left in a file: two messages, one of them acknowledged. */
function region(pageSize: number, pages: number): Uint8Array {
  const name = join(cwd, `made-${pageSize}.bin`);
  const flash = openFlash(name, { base: 0, pageSize, pages, programUnit: 4 });
  const outbox = createFlashOutbox(createFlashBytes(flash, RECORD_MAX + 64), RECORD_MAX);
  outbox.open(7);
  for (const payload of ['{"value":1}', '{"value":2}']) {
    outbox.append(prepareTopic('balcony/outdoor/temperature', 0x32), constant(payload));
  }
  outbox.acknowledge(1);
  outbox.idle();
  const bytes = new Uint8Array(pageSize * pages);
  flash.read(0, bytes, 0, bytes.length);
  flash.close();
  return bytes;
}

/** @returns a whole flash of a board, in which `bytes` are its outbox. */
function wholeFlash(id: string, bytes: Uint8Array): Uint8Array {
  const flash = boards.find((board) => board.id === id)!.flash!;
  const whole = new Uint8Array(flash.bytes).fill(0x5a);
  whole.set(bytes, flash.outbox.address - flash.base);
  return whole;
}

const inspect = (...args: readonly string[]) => mote(['outbox', 'inspect', ...args], { cwd });

const ESP32 = region(4096, 16);
const LINUX = region(1024, 64);
put('esp32.bin', wholeFlash('esp32', ESP32));
put('espruino.flash', wholeFlash('espruino-linux', LINUX));
put('region.bin', ESP32);

describe('mote outbox inspect', () => {
  it('prints what is in the region', async () => {
    const stdout = formatInspection('region.bin', inspectRegion(ESP32, 4096));
    expect(stdout).toContain('payload  {"value":2}');
    expect(await inspect('region.bin')).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('prints one JSON object with --json', async () => {
    const { code, stdout, stderr } = await inspect('region.bin', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(inspectRegion(ESP32, 4096))));
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'outbox',
      totals: { held: 1, acknowledged: 1 },
      next: 1,
    });
  });

  it.each<[string, string[], Uint8Array, number, number]>([
    ['the region, of a board', ['region.bin', '--board', 'esp32'], ESP32, 4096, 0x310000],
    ['a whole flash, of a board', ['esp32.bin', '--board', 'esp32'], ESP32, 4096, 0x310000],
    [
      'the flash of the real engine',
      ['espruino.flash', '--board', 'espruino-linux'],
      LINUX,
      1024,
      0x10030000,
    ],
    [
      'a part by its address',
      ['esp32.bin', '--address', '0x310000', '--size', '65536'],
      ESP32,
      4096,
      0x310000,
    ],
    ['a part to the end', ['espruino.flash', '--address', '196608'], LINUX, 1024, 0x30000],
    [
      'a part of other pages',
      ['region.bin', '--size', '0x4000', '--page-size', '8192'],
      ESP32.subarray(0, 0x4000),
      8192,
      0,
    ],
  ])('takes %s', async (_name, args, bytes, pageSize, address) => {
    const { stdout } = await inspect(...args, '--json');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(inspectRegion(bytes, pageSize, address))));
  });

  it('reads the flash of a running board over its console', async () => {
    const board = await startConsole({ base: 0x310000, flash: ESP32 });
    const args = ['outbox', 'inspect', board.name, '--board', 'esp32', '--json'];
    const { code, stdout, stderr } = await mote(args);
    await board.close();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(inspectRegion(ESP32, 4096, 0x310000))));
    expect(stderr).toMatch(/reading 0x10000 bytes from 0x310000: 0 %[^]*: 100 %/);
  });

  it('ends well where nothing is yet, and where a format was cut off', async () => {
    put('blank.bin', new Uint8Array(8192).fill(0xff));
    const blank = await inspect('blank.bin');
    expect(blank).toMatchObject({ code: 0, stderr: '' });
    expect(blank.stdout).toContain('nothing here yet');
    const half = new Uint8Array(8192).fill(0xff);
    half.set(ascii('MOTE!FMT'), 4096);
    put('half.bin', half);
    const cut = await inspect('half.bin');
    expect(cut).toMatchObject({ code: 0, stderr: '' });
    expect(cut.stdout).toContain('the next start formats it');
  });

  it('shows what it can of another version, and fails', async () => {
    const page = pageImage({ sequence: 1 });
    page[3] = 2;
    page.set(crc(page.subarray(0, 20)), 20);
    put('newer.bin', Uint8Array.from([...page, ...blankPage()]));
    const { code, stdout, stderr } = await inspect('newer.bin', '--page-size', '512');
    expect(code).toBe(ExitCode.Firmware);
    expect(stdout).toContain('an outbox of another version');
    expect(stderr).toMatch(
      /^error: newer\.bin: an outbox of version 2 of the layout[^\n]*\n {2}do: use the mote [^\n]+\n$/,
    );
    const json = await inspect('newer.bin', '--page-size', '512', '--json');
    expect(json.code).toBe(ExitCode.Firmware);
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'other-version', version: 2 });
  });

  it('says that something else stands there, and fails', async () => {
    put('foreign.bin', new Uint8Array(8192).fill(0x5a));
    const { code, stdout, stderr } = await inspect('foreign.bin');
    expect(code).toBe(ExitCode.Firmware);
    expect(stdout).toMatch(/0-1 {2}0x0 +foreign/);
    expect(stderr).toMatch(/^error: foreign\.bin: no outbox[^\n]+\n {2}do: check --address[^\n]+\n$/);
  });

  it.each<[string, string[], number, RegExp]>([
    [
      'no file',
      [],
      ExitCode.Usage,
      /^error: missing required argument 'file-or-port'\n {2}do: see mote outbox inspect --help\n$/,
    ],
    ['a file that is not there', ['none.bin'], ExitCode.Environment, /^error: none\.bin: no such file\n/],
    ['a folder', ['.'], ExitCode.Environment, /^error: \.: cannot read it \(EISDIR\)\n/],
    ['an empty file', ['empty.bin'], ExitCode.Usage, /^error: empty\.bin: it has 0 bytes/],
    [
      'a file of no pages',
      ['text.txt'],
      ExitCode.Usage,
      /^error: text\.txt: a region of 8 bytes is not two pages/,
    ],
    [
      'a wrong page size',
      ['region.bin', '--page-size', '5000'],
      ExitCode.Usage,
      /65536 bytes is not two pages or more of 5000/,
    ],
    ['one page', ['region.bin', '--page-size', '65536'], ExitCode.Usage, /is not two pages or more of 65536/],
    [
      'pages that do not exist',
      ['region.bin', '--page-size', '0'],
      ExitCode.Usage,
      /pages of 0 bytes do not exist/,
    ],
    [
      'no number',
      ['region.bin', '--address', '12k'],
      ExitCode.Usage,
      /^error: --address: "12k" is not a number of bytes\n/,
    ],
    [
      'a part outside',
      ['region.bin', '--address', '0x20000'],
      ExitCode.Usage,
      /has 65536 bytes, and the region would be 0 from 0x20000/,
    ],
    [
      'a dump too small',
      ['region.bin', '--board', 'espruino-linux', '--size', '4096'],
      ExitCode.Usage,
      /from 0x30000 on\n/,
    ],
    [
      'a whole flash without its board',
      ['espruino.flash'],
      ExitCode.Usage,
      /whole flash of espruino-linux[^\n]*\n {2}do: add --board espruino-linux/,
    ],
    [
      'an unknown board',
      ['region.bin', '--board', 'x'],
      ExitCode.Usage,
      /^error: --board: unknown board "x"\n/,
    ],
    [
      'a board without a flash of its own',
      ['region.bin', '--board', 'jerryscript'],
      ExitCode.Usage,
      /do: name the region by --address/,
    ],
    [
      'a port that is none',
      ['/dev/null', '--board', 'esp32'],
      ExitCode.Environment,
      /^error: \/dev\/null: cannot open it: /,
    ],
    [
      'a port without a board',
      ['COM3'],
      ExitCode.Usage,
      /where in its flash is the outbox\?\n {2}do: add --board \(esp32, esp32-wrover, esp32-cyd, esp32-c3, esp32-s3, espruino-linux, espruino-emulator\), or --address and --size/,
    ],
    ['an address that is none', ['tcp://x', '--board', 'esp32'], ExitCode.Usage, /do: write it as tcp:/],
  ])('ends with one clear error for %s', async (_name, args, exitCode, message) => {
    const { code, stdout, stderr } = await inspect(...args);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\n {2}do: [^\n]+\n$/);
    expect(code).toBe(exitCode);
  });

  it('is a command of a command', async () => {
    expect(await mote(['outbox'])).toEqual({
      code: ExitCode.Usage,
      stdout: '',
      stderr: 'error: a command is missing\n  do: see mote outbox --help\n',
    });
    expect((await mote(['outbox', 'inpsect'])).stderr).toMatch(
      /unknown command 'inpsect' \(Did you mean inspect\?\)/,
    );
  });

  it('is in the help', async () => {
    expect((await mote(['--help'])).stdout).toMatch(/outbox +look into the outbox/);
    expect((await mote(['outbox', '--help'])).stdout).toMatch(/inspect \[options\] <file-or-port>/);
    expect((await inspect('--help')).stdout).toMatch(
      /--board[^]*--address[^]*--size[^]*--page-size[^]*--json/,
    );
  });
});
