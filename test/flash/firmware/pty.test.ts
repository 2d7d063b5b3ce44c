// `mote flash` through a serial port of the system, a pty, with the loader of a chip at its other end; and ports that are not to be had.
import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MoteError } from '../../../flash/errors.ts';
import { readFirmware } from '../../../flash/firmware/firmware.ts';
import { flashFirmware } from '../../../flash/firmware/flash.ts';
import { createWebSerial } from '../../../flash/firmware/web-serial.ts';
import { choosePort, type PortInfo } from '../../../flash/port/list.ts';
import { openPort } from '../../../flash/port/port.ts';
import { createProgram } from '../../../sim/rom-loader/program.ts';
import { createRom, type Faults, type Rom } from '../../../sim/rom-loader/rom.ts';
import { mote } from '../cli/run.ts';
import { build, image, write, writeBuild } from './images.ts';
import { openPty, SOCAT, type Pty } from './pty.ts';

const open: Pty[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pty) => pty.close()));
});

async function startRom(faults: Faults = {}): Promise<{ pty: Pty; rom: Rom }> {
  const pty = await openPty();
  open.push(pty);
  const program = createProgram({ version: '2v29', board: 'ESP32', send: (text) => pty.send(text) });
  const rom = createRom({
    chip: 'esp32',
    faults,
    send: (bytes) => pty.send(bytes),
    onPull: () => void pty.pull(),
    onBoot: (flash, bootloader) => program.boot(flash, bootloader),
    onTyped: (bytes) => program.typed(bytes),
  });
  pty.onData = (bytes) => rom.receive(bytes);
  return { pty, rom };
}

const flash = (path: string, port: string, rom?: Rom) =>
  flashFirmware({
    firmware: readFirmware(path),
    device: createWebSerial(port),
    port,
    baud: 460_800,
    attempts: 1,
    regions: [],
    erase: false,
    openConsole() {
      // Nothing resets over a pty: this is the finger on EN.
      rom?.press(false);
      return openPort(port);
    },
    bootMs: 5000,
    askMs: 50,
    onStep: () => {},
    onPlan: () => {},
  });

const failure = async (promise: Promise<unknown>): Promise<MoteError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MoteError);
  return error as MoteError;
};

describe.skipIf(SOCAT === undefined)('on a pty (needs socat)', () => {
  it('a firmware is written, verified and started', async () => {
    const parts = build('esp32', 120_000);
    const { pty, rom } = await startRom();
    const { booted, chip } = await flash(writeBuild(parts), pty.path, rom);
    expect(booted).toEqual({ version: '2v29', board: 'ESP32' });
    expect(chip.name).toBe('ESP32');
    expect(rom.complaints).toEqual([]);
    const { bytes } = rom.flash;
    expect(Buffer.from(bytes.subarray(0x1000, 0x1000 + parts.loader.length))).toEqual(
      Buffer.from(parts.loader),
    );
    expect(Buffer.from(bytes.subarray(0x10000, 0x10000 + parts.app.length))).toEqual(Buffer.from(parts.app));
  });

  it('a cable that is pulled half-way ends it at once', async () => {
    const { pty } = await startRom({ pullAtBlock: 1 });
    const started = performance.now();
    const error = await failure(flash(writeBuild(build('esp32', 90_000)), pty.path));
    expect(error.what).toMatch(/^the connection broke/);
    expect(error.fix).toMatch(/run this again/);
    expect(error.where).toBe(pty.path);
    // esptool-js alone waits 15 s for an answer.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('a port that another program has is left alone', async () => {
    const { pty, rom } = await startRom();
    const other = await openPort(pty.path);
    const error = await failure(flash(writeBuild(build()), pty.path));
    // Whoever opens it hears the same.
    const { what, fix } = await failure(openPort(pty.path));
    other.close();
    expect(error).toMatchObject({ what, fix });
    expect(error.what).toMatch(/cannot open it: .*lock/i);
    expect(error.fix).toMatch(/close the other program/);
    expect(rom.story).toEqual([]);
  });
});

describe('a port that is not named', () => {
  const port = (path: string, name?: string): PortInfo => ({
    path,
    name,
    vendorId: 0x10c4,
    productId: 0xea60,
  });
  const choose = (...ports: PortInfo[]) => choosePort(undefined, async () => ports);

  it('is the only one there is', async () => {
    expect((await choose(port('/dev/ttyUSB0'))).path).toBe('/dev/ttyUSB0');
  });

  it('is none of several, and none of none', async () => {
    const two = await failure(choose(port('/dev/ttyUSB0', 'Silicon Labs'), port('/dev/ttyACM0')));
    expect(two.what).toBe('2 boards are there: /dev/ttyUSB0 (Silicon Labs), /dev/ttyACM0');
    const none = await failure(choose());
    expect(none.what).toMatch(/no board is there/);
    expect(none.fix).toMatch(/cable that carries data/);
  });

  it('is looked up for what is known of it, where it is named', async () => {
    const list = async () => [port('/dev/ttyUSB0', 'Silicon Labs')];
    expect(await choosePort('/dev/ttyUSB0', list)).toMatchObject({ vendorId: 0x10c4 });
    expect(await choosePort('/tmp/pty', list)).toMatchObject({ path: '/tmp/pty', vendorId: undefined });
  });
});

describe('mote flash', () => {
  it('without a firmware says where there is one', async () => {
    const { code, stderr } = await mote(['flash']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /no firmware is named\n {2}do: download the official build .*https:\/\/www\.espruino\.com/,
    );
  });

  it('looks at the file before it looks for a port', async () => {
    const folder = write({ 'x.bin': image().subarray(0, 5000) });
    const { code, stderr, stdout } = await mote([
      'flash',
      '--firmware',
      `${folder}/x.bin`,
      '--port',
      '/no/port',
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/x\.bin: is cut off/);
  });

  it('says so when the port is none', async () => {
    const folder = writeBuild(build());
    const { code, stderr } = await mote(['flash', '--firmware', folder, '--port', '/no/port']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/error: \/no\/port: cannot open it: .*\n {2}do: name the port of the board/);
  });
});

it('the loader to try by hand takes the place of no file', () => {
  const file = join(write({ 'notes.txt': image() }), 'notes.txt');
  const before = readFileSync(file);
  const { status, stderr } = spawnSync(process.execPath, [resolve('dist/bench/rom-loader.js'), file], {
    encoding: 'utf8',
    timeout: 5000,
  });
  expect(lstatSync(file).isFile()).toBe(true);
  expect(readFileSync(file)).toEqual(before);
  expect([status, stderr]).toEqual([2, `${file} is there, and is no link: name a path where nothing is\n`]);
});
