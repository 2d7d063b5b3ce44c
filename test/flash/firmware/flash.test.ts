// `mote flash` from the file to the console, against the loader of a chip: what it sends is judged there, byte by byte.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MoteError } from '../../../flash/errors.ts';
import { checkBoot } from '../../../flash/firmware/boot.ts';
import { readFirmware } from '../../../flash/firmware/firmware.ts';
import { flashFirmware, type Flashed } from '../../../flash/firmware/flash.ts';
import { createBoard, type BoardOptions, type TestBoard } from './device.ts';
import { build, image, merge, SEED, write, writeBuild } from './images.ts';

const REGIONS = [
  { name: 'the outbox', address: 0x310000, bytes: 0x10000 },
  { name: 'Storage', address: 0x320000, bytes: 0xe0000 },
];
/** Data of somebody in the outbox, in Storage and in the settings. */
const MARKS = [0x9000, 0x310000, 0x31ffff, 0x320000, 0x3fffff];

interface Attempt {
  board: TestBoard;
  steps: string[];
  /** Sectors that the loader erased when the plan was told. */
  erasedBefore: number;
  result?: Flashed;
  error?: MoteError;
}

interface Case extends BoardOptions {
  baud?: number;
  erase?: boolean;
  bootMs?: number;
  /** Done to the board before. */
  prepare?: (board: TestBoard) => void;
}

const isDeaf = ({ faults, running }: Case) => faults?.deaf === true || running === true;
const falls = ({ faults = {}, running }: Case) =>
  isDeaf({ faults, ...(running && { running }) }) ||
  faults.noStub === true ||
  faults.silentAtBlock !== undefined ||
  faults.noiseAtBlock !== undefined;

async function flash(path: string, options: Case = {}): Promise<Attempt> {
  const board = createBoard(options);
  for (const at of MARKS) board.rom.flash.bytes[at] = 0x5a;
  options.prepare?.(board);
  const attempt: Attempt = { board, steps: [], erasedBefore: -1 };
  try {
    attempt.result = await flashFirmware({
      firmware: readFirmware(path),
      device: board.device,
      port: 'ttyTEST',
      baud: options.baud ?? 115_200,
      // Only nobody's answer is waited for so shortly: a busy computer must not be taken for a silent board.
      ...(falls(options) && { patienceMs: 100 }),
      ...(isDeaf(options) && { attempts: 1 }),
      regions: REGIONS,
      erase: options.erase ?? false,
      openConsole: board.openConsole,
      bootMs: options.bootMs ?? 5000,
      askMs: 10,
      onStep: (step) => {
        if (attempt.steps.at(-1) !== step) attempt.steps.push(step);
      },
      onPlan: () => (attempt.erasedBefore = board.rom.flash.erased.size),
    });
  } catch (error) {
    expect(error).toBeInstanceOf(MoteError);
    attempt.error = error as MoteError;
  }
  return attempt;
}

const kept = ({ board }: Attempt) => MARKS.filter((at) => board.rom.flash.bytes[at] === 0x5a);
const at = ({ board }: Attempt, address: number, bytes: Uint8Array) =>
  Buffer.from(board.rom.flash.bytes.subarray(address, address + bytes.length)).equals(bytes);

console.log(`seed ${SEED}`);

describe('a firmware in flash', () => {
  it.concurrent.each([
    ['esp32', 'ESP32', 0x1000],
    ['esp32c3', 'ESP32-C3', 0],
    ['esp32s3', 'ESP32-S3', 0],
  ] as const)('of %s is the files, byte for byte, and runs', async (chip, name, loader) => {
    const parts = build(chip, 70_000);
    const attempt = await flash(writeBuild(parts), { chip, baud: 460_800 });
    expect(attempt.error).toBeUndefined();
    expect(attempt.board.rom.complaints).toEqual([]);
    expect(at(attempt, loader, parts.loader)).toBe(true);
    expect(at(attempt, 0x8000, parts.table)).toBe(true);
    expect(at(attempt, 0x10000, parts.app)).toBe(true);
    expect(attempt.result).toMatchObject({
      chip: { name, mac: '24:0a:c4:12:34:56' },
      flashBytes: 0x400000,
      booted: { version: '2v29', board: name.replace('-', '') },
    });
    expect(attempt.board.rates).toEqual([115_200, 460_800]);
    expect(attempt.steps).toEqual([
      'looking for the chip',
      'starting the helper',
      'writing boot loader',
      'writing partition table',
      'writing application',
      'restarting',
      'waiting for Espruino',
    ]);
    expect(attempt.board.rom.story.join(' ')).toMatch(
      /^Sync .*MemBegin MemData MemBegin MemData MemEnd .*ChangeBaud .*(DeflateBegin DeflateData DeflateEnd Md5 ?){3}$/,
    );
    // Settings, outbox and Storage are where they were.
    expect(kept(attempt)).toEqual(MARKS);
    expect(attempt.result!.plan.kept.map((region) => region.name)).toEqual([
      expect.stringMatching(/radio/),
      'the outbox',
      'Storage',
    ]);
    expect(attempt.erasedBefore).toBe(0);
  });

  it.concurrent('as one merged image goes over the settings, and that is said', async () => {
    const bytes = merge(build());
    const attempt = await flash(join(write({ 'm.bin': bytes }), 'm.bin'));
    expect(at(attempt, 0, bytes)).toBe(true);
    expect(attempt.board.rom.complaints).toEqual([]);
    expect(kept(attempt)).toEqual(MARKS.slice(1));
    expect(attempt.result!.plan.lost).toMatchObject([{ name: expect.stringMatching(/radio/) }]);
  });

  it.concurrent('with --erase has the flash for itself', async () => {
    const attempt = await flash(writeBuild(build()), { erase: true });
    expect(attempt.result?.booted.version).toBe('2v29');
    expect(kept(attempt)).toEqual([]);
    expect(attempt.result!.plan.kept).toEqual([]);
    expect(attempt.result!.plan.lost).toHaveLength(3);
    expect(attempt.erasedBefore).toBe(0);
  });

  it.concurrent(
    'of another size has that in the header of its boot loader, and a digest that is right',
    async () => {
      const parts = build('esp32c3');
      const attempt = await flash(writeBuild(parts), { chip: 'esp32c3', flashBytes: 0x1000000 });
      expect(attempt.error).toBeUndefined();
      const expected = Uint8Array.from(image({ chip: 'esp32c3', flash: 16 }));
      expect(attempt.board.rom.flash.bytes[3]).toBe(expected[3]);
      // Byte for byte but for that one and the digest, and still an image.
      const written = attempt.board.rom.flash.bytes.slice(0, parts.loader.length);
      const body = parts.loader.length - 32;
      expect(Buffer.from(written.subarray(4, body))).toEqual(Buffer.from(parts.loader.subarray(4, body)));
      const folder = write({
        'a.bin': written,
        'b.bin': parts.table,
        'c.bin': parts.app,
      });
      expect(readFirmware(folder).boot!.loader.flashBytes).toBe(0x1000000);
    },
  );

  it.concurrent('may be an application alone, where the rest is there already', async () => {
    const parts = build();
    const app = image({ bytes: 20_000 });
    const path = join(write({ 'espruino_esp32.bin': app }), 'espruino_esp32.bin');
    const attempt = await flash(path, {
      prepare({ rom }) {
        rom.flash.bytes.set(parts.loader, 0x1000);
        rom.flash.bytes.set(parts.table, 0x8000);
      },
    });
    expect(attempt.error).toBeUndefined();
    expect(at(attempt, 0x10000, app)).toBe(true);
    expect(at(attempt, 0x1000, parts.loader)).toBe(true);
    expect(attempt.board.rom.complaints).toEqual([]);
  });

  it.concurrent(
    'goes in at the slow rate where the line does not carry the fast one',
    async () => {
      const attempt = await flash(writeBuild(build()), { faults: { slowLine: true }, baud: 921_600 });
      expect(attempt.error).toBeUndefined();
      expect(attempt.board.rates).toEqual([115_200, 921_600, 115_200]);
    },
    20_000,
  );

  it.concurrent('runs on a chip whose own USB port goes away at the restart', async () => {
    const parts = build('esp32s3');
    const back = await flash(writeBuild(parts), { chip: 'esp32s3', vanishes: 2 });
    expect(back.error).toBeUndefined();
    expect(back.result?.booted.board).toBe('ESP32S3');
    const gone = await flash(writeBuild(parts), { chip: 'esp32s3', vanishes: 1000, bootMs: 60 });
    expect(gone.error?.what).toMatch(/written and verified, but the port did not come back/);
  });

  it.concurrent('of a board without reset lines waits for a finger', async () => {
    const path = writeBuild(build());
    const attempt = await flash(path, { signals: false, bootMs: 60 });
    expect(attempt.steps.at(-1)).toBe('waiting for Espruino: press EN (RST) on the board');
    expect(attempt.error!.what).toMatch(/written and verified, but no Espruino answers/);
  });
});

describe('a flash that is refused leaves the board as it was', () => {
  const alone = () => join(write({ 'a.bin': image() }), 'a.bin');
  it.concurrent.each([
    [
      'another chip',
      () => writeBuild(build('esp32c3')),
      {},
      /is for ESP32-C3, and the chip on ttyTEST is ESP32-D0WDQ6/,
      /for ESP32,/,
    ],
    [
      'a chip that Espruino has not',
      () => writeBuild(build()),
      { chip: 'esp32s2' },
      /the chip on ttyTEST is .*ESP32-S2/,
      /build for/,
    ],
    [
      'the chip of a C3 for an S3',
      () => writeBuild(build('esp32s3')),
      { chip: 'esp32c3' },
      /is for ESP32-S3/,
      /ESP32-C3/,
    ],
    [
      'too little flash',
      () => writeBuild(build()),
      { flashBytes: 0x200000 },
      /needs 4 MB of flash, .* has 2 MB/,
      /more flash/,
    ],
    [
      'an application alone on an empty board',
      alone,
      {},
      /application alone, and the board .* no partition table/,
      /folder/,
    ],
    [
      'an application alone with --erase',
      alone,
      { erase: true },
      /application alone, and --erase/,
      /three files/,
    ],
    [
      'a board that is not in its loader',
      alone,
      { running: true, signals: false },
      /no loader of an ESP32 answers/,
      /hold the button BOOT/,
    ],
    ['nobody', alone, { faults: { deaf: true } }, /no loader of an ESP32 answers/, /hold the button BOOT/],
    [
      'a busy port',
      alone,
      { busy: 'Error Resource temporarily unavailable Cannot lock port' },
      /cannot open it/,
      /close the other program/,
    ],
    [
      'a port of somebody else',
      alone,
      { busy: 'Error: Permission denied, cannot open /dev/x' },
      /cannot open it/,
      /dialout/,
    ],
    [
      'no port',
      alone,
      { busy: 'Error: No such file or directory, cannot open' },
      /cannot open it/,
      /plugged in/,
    ],
    [
      'a chip that is locked',
      () => writeBuild(build('esp32c3')),
      { chip: 'esp32c3', faults: { secure: true } },
      /locked \(secure download mode\)/,
      /not locked/,
    ],
    [
      'a helper that does not start',
      alone,
      { faults: { noStub: true } },
      /stopped answering|did not start/,
      /mends/,
    ],
  ] as const)(
    '%s',
    async (_name, path, options, what, fix) => {
      const attempt = await flash(path(), options as Case);
      expect(attempt.error?.what).toMatch(what);
      expect(attempt.error?.fix).toMatch(fix);
      expect(attempt.board.rom.flash.erased.size).toBe(0);
      const { length } = attempt.board.rom.flash.bytes;
      expect(kept(attempt)).toEqual(MARKS.filter((mark) => mark < length));
    },
    20_000,
  );

  it.concurrent('an image that reaches over the outbox', async () => {
    const parts = build();
    const whole = Buffer.concat([
      merge(parts),
      Buffer.alloc(0x310000 - 0x10000 - parts.app.length),
      Buffer.alloc(16, 1),
    ]);
    const attempt = await flash(join(write({ 'dump.bin': whole }), 'dump.bin'));
    expect(attempt.error?.what).toMatch(/reaches over 0x310000, where the board keeps the outbox/);
    expect(attempt.error?.fix).toMatch(/--erase/);
    expect(attempt.board.rom.flash.erased.size).toBe(0);
  });

  it.concurrent.each([
    ['another chip', () => writeBuild(build('esp32c3')), {}, /is for ESP32-C3/],
    ['an application alone with --erase', alone, { erase: true }, /application alone/],
    ['a locked chip', alone, { faults: { secure: true }, chip: 'esp32c3' }, /locked/],
    ['a busy port', alone, { busy: 'Cannot lock port' }, /cannot open it/],
  ] as const)('and what runs on it runs on: %s', async (_name, path, options: Case, what) => {
    const chip = options.chip ?? 'esp32';
    const { board, error } = await flash(path(), {
      ...options,
      prepare({ rom }) {
        const { loader, table, app } = build(chip);
        rom.flash.bytes.set(loader, chip === 'esp32' ? 0x1000 : 0);
        rom.flash.bytes.set(table, 0x8000);
        rom.flash.bytes.set(app, 0x10000);
        rom.press(false);
      },
    });
    expect(error?.what).toMatch(what);
    const booted = await checkBoot({ open: board.openConsole, port: '', patienceMs: 1000, everyMs: 10 });
    expect(booted.version).toBe('2v29');
  });
});

describe('a flash that breaks is named, and flashing again mends it', () => {
  const parts = build('esp32', 90_000);
  const path = writeBuild(parts);
  it.concurrent.each([
    [
      'the board falls silent',
      { silentAtBlock: 1 },
      /stopped answering in between/,
      /--baud 115200.*run this again/,
    ],
    [
      'noise on the line',
      { noiseAtBlock: 0 },
      /stopped answering in between|refused a command/,
      /run this again/,
    ],
    [
      'the cable is pulled half-way',
      { pullAtBlock: 1 },
      /the connection broke: no such device/,
      /plug the board in again.*run this again/,
    ],
    ['a bit in flash is wrong', { badAddress: 0x10100 }, /the MD5 differs/, /worn/],
  ] as const)(
    '%s',
    async (_name, faults, what, fix) => {
      const attempt = await flash(path, { faults });
      expect(attempt.error?.what).toMatch(what);
      expect(attempt.error?.fix).toMatch(fix);
      expect(attempt.error?.where).toBe('ttyTEST');
      expect(kept(attempt)).toEqual(MARKS);
      // The same flash, on a good line.
      const again = await flash(path, {
        prepare: ({ rom }) => rom.flash.bytes.set(attempt.board.rom.flash.bytes),
      });
      expect(again.result?.booted.version).toBe('2v29');
      expect(at(again, 0x10000, parts.app)).toBe(true);
      expect(kept(again)).toEqual(MARKS);
    },
    20_000,
  );
});

describe('a board that does not start', () => {
  const path = writeBuild(build());
  it.concurrent.each([
    ['rst:0x1,boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\n', /still in its loader/, /EN/],
    ['flash read err, 1000\r\n', /finds nothing to start: flash read err, 1000/, /three files/],
    ['invalid header: 0xffffffff\r\n', /finds nothing to start: invalid header/, /three files/],
    ['ets_main.c 371 \r\n', /finds nothing to start: ets_main.c 371/, /three files/],
    ["Guru Meditation Error: Core 0 panic'ed (LoadProhibited)\r\n", /crashes .*LoadProhibited/, /--erase/],
    ['\r\npassword>', /locked with a password/, /password/],
  ])('says so: %j', async (says, what, fix) => {
    const attempt = await flash(path, { says });
    expect(attempt.error?.what).toMatch(/^the flash is written and verified, but /);
    expect(attempt.error?.what).toMatch(what);
    expect(attempt.error?.fix).toMatch(fix);
  });
});
