// `mote init`: what it writes, what it refuses, and that nothing half-done is left.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { boards } from '../../../boards/index.ts';
import { createProgram } from '../../../flash/cli/main.ts';
import { errorReport } from '../../../flash/cli/output.ts';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { findBoard } from '../../../flash/boards.ts';
import { checkSleep } from '../../../flash/init/answers.ts';
import { createPins } from '../../../flash/init/pins.ts';
import { exampleOf, planSensors } from '../../../flash/init/plan.ts';
import { projectFiles } from '../../../flash/init/project.ts';
import { SENSORS } from '../../../flash/init/sensors.ts';
import { WIRING } from '../../../flash/init/wiring.ts';
import { checkFolder, writeProject } from '../../../flash/init/write.ts';
import { mote } from '../cli/run.ts';
import { newFolder, projectOf } from './projects.ts';

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
const object = (folder: string, name: string) => JSON.parse(read(folder, name)) as Record<string, unknown>;
const project = (...sensors: string[]) => projectFiles(projectOf({ board: 'esp32', sensors, sleeps: false }));

/** Of a place: those that are pins. */
const PIN_KEYS = ['pin', 'select', 'trigger', 'echo'];

describe('mote init', () => {
  it('writes a project by its options, says what comes next, and asks nothing without a terminal', async () => {
    const cwd = newFolder();
    const flags = [
      '--board',
      'esp32-c3',
      '--sensor',
      'bme280:1/0x77',
      '--sensor',
      'ds18b20',
      '--wifi',
      'home',
      '--broker',
      'b.example:1884',
      '--sleep',
    ];
    vi.stubEnv('MOTE_WIFI_PASSWORD', 'a secret');
    const { code, stdout, stderr } = await mote(['init', 'Green House', ...flags], { cwd });
    vi.unstubAllEnvs();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Green House: green-house on ESP32-C3[^\n]+ bme280, ds18b20\nnext:\n {2}cd "Green House"\n {2}npm install\n/,
    );
    const folder = join(cwd, 'Green House');
    expect(readdirSync(cwd)).toEqual(['Green House']);
    expect(readdirSync(folder).sort()).toEqual(
      [
        '.gitignore',
        '.vscode',
        'README.md',
        'features.json',
        'main.ts',
        'package.json',
        'secrets.json',
        'settings.json',
        'sim.json',
        'test',
        'tsconfig.json',
      ].sort(),
    );
    expect(object(folder, 'settings.json')).toMatchObject({
      id: 'green-house',
      intervalMs: 900_000,
      broker: { host: 'b.example', port: 1884, password: '' },
      wifi: { ssid: 'home', password: '' },
    });
    expect(object(folder, 'secrets.json')).toEqual({
      broker: { password: '' },
      wifi: { password: 'a secret' },
    });
    expect(read(folder, '.gitignore').split('\n')).toContain('secrets.json');
    expect(statSync(join(folder, 'secrets.json')).mode & 0o077).toBe(0);
    const program = read(folder, 'main.ts');
    expect(program).toContain('createBme280(i2c1, { address: 0x77 })');
    expect(program).toContain('sleep: createSleep(');
    expect(object(folder, 'package.json')).toMatchObject({
      name: 'green-house',
      private: true,
      scripts: { sim: 'mote sim . --board esp32-c3' },
    });
    // Nothing but secrets.json holds it.
    const holders = [...readdirSync(folder), 'test/firmware.test.js', '.vscode/settings.json'].filter(
      (name) => statSync(join(folder, name)).isFile() && read(folder, name).includes('a secret'),
    );
    expect(holders).toEqual(['secrets.json']);
    const readme = read(folder, 'README.md');
    for (const line of WIRING['ds18b20']!) expect(readme).toContain(`- ${line}`);
  });

  it('takes defaults with --yes, and says with --json what was made', async () => {
    const cwd = newFolder();
    const { code, stdout, stderr } = await mote(['init', 'one', '--yes', '--json'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      folder: join(cwd, 'one'),
      id: 'one',
      board: 'esp32',
      sleeps: false,
      sensors: [{ name: 'bme280', driver: 'bme280', bus: 1, address: 0x76 }],
    });
  });

  it('goes into a folder in which git is, and leaves that alone', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git', 'HEAD'), 'ref: x\n');
    writeFileSync(join(folder, '.gitignore'), '*.log\nout/\n');
    expect((await mote(['init', '.', '--id', 'here'], { cwd: folder })).code).toBe(0);
    expect(read(folder, '.gitignore')).toBe('*.log\nout/\nnode_modules/\nsecrets.json\n');
    expect(read(folder, '.git/HEAD')).toBe('ref: x\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('.mote'))).toEqual([]);
  });

  it('keeps secrets.json out of git, whatever its .gitignore takes back', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, '.gitignore'), 'secrets.json\nout/\n!*.json\nnode_modules/\n');
    expect((await mote(['init', '.', '--id', 'here'], { cwd: folder })).code).toBe(0);
    expect(read(folder, '.gitignore')).toBe(
      'secrets.json\nout/\n!*.json\nnode_modules/\nout/\nsecrets.json\n',
    );
    const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    if (git('init', '--quiet').status !== 0) return;
    const { stdout } = git('status', '--porcelain', '--untracked-files=all');
    expect(stdout).toContain('settings.json');
    expect(stdout).not.toContain('secrets.json');
  });

  it.each<[string, string[], RegExp]>([
    ['no folder', [], /^error: no folder is named\n {2}do: write mote init DIR\n$/],
    ['a folder that is not empty', ['full'], /^error: full: the folder is not empty: notes\.txt is in it\n/],
    ['a file', ['file'], /^error: file: a file has this name\n/],
    ['a folder in a file', ['file/x/y'], /^error: file\/x\/y: cannot look there \(ENOTDIR\)\n/],
    ['a folder in a link to itself', ['loop/x'], /^error: loop\/x: cannot look there \(ELOOP\)\n/],
    ['a folder in none', ['a/b'], /^error: a\/b: there is no folder /],
    [
      'a name of nothing but signs',
      ['...x/../ ?'],
      /^error: [^\n]+: there is no folder|is no name for a mote/,
    ],
    [
      'a name too long',
      ['new', '--id', 'a'.repeat(24)],
      /^error: --id: "a{24}" is no name for a mote\n {2}do: take 1 to 23 letters/,
    ],
    ['a name with a slash', ['new', '--id', 'a/b'], /^error: --id: "a\/b" is no name/],
    [
      'an unknown board',
      ['new', '--board', 'esp8266'],
      /^error: --board: unknown board "esp8266"\n {2}do: use one of esp32(, esp32-[a-z0-9]+)+\n$/,
    ],
    [
      'a board that is a C program',
      ['new', '--board', 'jerryscript'],
      /^error: --board: a firmware for JerryScript[^\n]+ is part of a C program\n {2}do: use one of esp32, /,
    ],
    [
      'an unknown sensor',
      ['new', '--sensor', 'bme281'],
      /^error: --sensor bme281: no sensor "bme281"\n {2}do: use one of bme280, bme680\n$/,
    ],
    [
      'an address that it has not',
      ['new', '--sensor', 'bme280:1/0x40'],
      /a bme280 has no address 0x40\n {2}do: its address is 118 or 119 \(0x76 or 0x77\)/,
    ],
    [
      'two at one address',
      ['new', '--sensor', 'bme280', '--sensor', 'bme680'],
      /address 0x76 of I2C 1 is that of --sensor bme280\n/,
    ],
    ['a bus that is none', ['new', '--sensor', 'bme280:3'], /esp32 has I2C 1 to 2, not 3\n/],
    [
      'a pin that the flash has',
      ['new', '--sensor', 'ds18b20:6'],
      /pin 6 of esp32 holds the flash in the module\n/,
    ],
    ['a pin that is not there', ['new', '--sensor', 'ds18b20:40'], /esp32 has no pin 40\n/],
    ['a pin that can only be read', ['new', '--sensor', 'ds18b20:34'], /pin 34 of esp32 can only be read/],
    ['a pin that measures nothing', ['new', '--sensor', 'ntc:21'], /pin 21 of esp32 measures no voltages\n/],
    [
      'voltages on an S3',
      ['new', '--board', 'esp32-s3', '--sensor', 'ntc'],
      /the engine on esp32-s3 measures no voltages\n/,
    ],
    [
      'one pin for two',
      ['new', '--sensor', 'ds18b20:4', '--sensor', 'dht22:4'],
      /pin 4 is that of --sensor ds18b20:4\n/,
    ],
    ['the console', ['new', '--sensor', 'gps:1'], /serial port 1 of esp32 is its console\n/],
    [
      'what is no place',
      ['new', '--sensor', 'bme280:x'],
      /"x" is no number\n {2}do: write bme280:BUS\/ADDRESS, for example bme280:1\/0x76\n/,
    ],
    [
      'more places than it has',
      ['new', '--sensor', 'ds18b20:4/5'],
      /2 places for 1\n {2}do: write ds18b20:PIN, /,
    ],
    [
      'a password in the address',
      ['new', '--broker', 'me:hunter2@b.example'],
      /^error: --broker: user and password do not belong on the command line[^\n]*\n {2}do: give --broker-user[^\n]*\n$/,
    ],
    ['no host', ['new', '--broker', 'a b'], /"a b" is no host\n {2}do: write HOST or HOST:PORT\n/],
    ['no port', ['new', '--broker', 'b:70000'], /there is no port 70000\n/],
    ['a network without a name', ['new', '--wifi', ''], /a network's name has 1 to 32 bytes, not 0\n/],
    [
      'a board without pins',
      ['new', '--board', 'espruino-linux'],
      /^error: --board: Espruino on Linux has no pins that a sensor could be at\n/,
    ],
    [
      'sleep with what counts',
      ['new', '--sensor', 'rain-gauge', '--sleep'],
      /a mote that sleeps hears nothing of rain-gauge\n/,
    ],
  ])('refuses %s, and writes nothing', async (_name, args, message) => {
    const cwd = newFolder();
    mkdirSync(join(cwd, 'full'));
    writeFileSync(join(cwd, 'full', 'notes.txt'), '');
    writeFileSync(join(cwd, 'file'), '');
    symlinkSync('loop', join(cwd, 'loop'));
    const [dir, ...flags] = args;
    const place = dir === undefined ? [] : [join(cwd, dir)];
    const error: unknown = await createProgram()
      .parseAsync(['init', ...place, ...flags], { from: 'user' })
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(error).toBeInstanceOf(MoteError);
    const { error: report, exitCode } = errorReport(error);
    const where = report.where === null ? '' : `${report.where.replace(`${cwd}/`, '')}: `;
    const text = `error: ${where}${report.what}\n  do: ${report.fix}\n`;
    expect(text).toMatch(message);
    expect(text).not.toContain('hunter2');
    expect(exitCode).toBe(ExitCode.Usage);
    expect(readdirSync(cwd).sort()).toEqual(['file', 'full', 'loop']);
  });
});

describe('a project', () => {
  it('is not there at all when one of its files cannot be written', () => {
    const parent = newFolder();
    const files = project('bme280').set('main.ts/impossible', '');
    expect(() => writeProject(join(parent, 'p'), files)).toThrow(/cannot write here \(\w+\)/);
    expect(readdirSync(parent)).toEqual([]);
    mkdirSync(join(parent, 'p'));
    writeFileSync(join(parent, 'p', '.gitignore'), 'mine\n');
    expect(() => writeProject(join(parent, 'p'), files)).toThrow();
    expect(readdirSync(join(parent, 'p'))).toEqual(['.gitignore']);
  });

  it('takes back what it moved when a place is taken in the meantime', () => {
    const folder = newFolder();
    expect(checkFolder(folder)).toBe(folder);
    mkdirSync(join(folder, 'sim.json'));
    writeFileSync(join(folder, 'sim.json', 'x'), '');
    expect(() => writeProject(folder, project('bme280'))).toThrow(/cannot write here/);
    expect(readdirSync(folder)).toEqual(['sim.json']);
    expect(existsSync(join(folder, 'sim.json', 'x'))).toBe(true);
  });

  it('has on no board a pin that holds something else, whatever the sensor', () => {
    for (const board of boards.filter(({ engine }) => engine === 'espruino')) {
      for (const { name } of SENSORS) {
        let plan;
        try {
          plan = planSensors(board, [name]);
        } catch (error) {
          expect(String(error), `${board.id} ${name}`).toMatch(
            /measures no voltages|no pin of esp32-cyd is free/,
          );
          continue;
        }
        const place = Object.fromEntries(
          Object.entries(plan.sensors[0]!.place).filter(([key]) => PIN_KEYS.includes(key)),
        );
        const all = [
          ...Object.values(place),
          ...Object.values(plan.sensors[0]!.pins),
          ...[...plan.i2c.values()].flatMap(Object.values),
        ];
        expect(new Set(all).size).toBe(all.length);
        const { absent, taken, shared, strapping, count } = board.pins;
        const bad = [
          ...absent,
          ...strapping,
          ...taken.flatMap(({ pins }) => pins),
          ...shared.flatMap(({ pins }) => pins),
        ];
        expect(
          all.filter((pin) => pin >= count || bad.includes(pin)),
          `${board.id} ${name}`,
        ).toEqual([]);
      }
    }
  });

  it('lets what is chosen go around what is named, in whatever order', () => {
    const { sensors, i2c } = planSensors(findBoard('esp32'), ['bme280', 'ds18b20:21']);
    expect(sensors.map(({ name }) => name)).toEqual(['bme280', 'ds18b20']);
    expect(i2c.get(1)).not.toMatchObject({ data: 21 });
  });

  it('tells sensors of one kind apart', () => {
    const { sensors } = planSensors(findBoard('esp32'), ['ds18b20', 'ds18b20', 'ds18b20']);
    expect(sensors.map(({ name }) => name)).toEqual(['ds18b20', 'ds18b20-2', 'ds18b20-3']);
    expect(new Set(sensors.map(({ place }) => place['pin'])).size).toBe(3);
  });

  it('shows an example of each sensor that can be written as it stands', () => {
    const linux = findBoard('espruino-linux');
    for (const type of SENSORS.filter(({ connection }) => connection !== 'analog')) {
      expect(() => planSensors(linux, [exampleOf(type)]), exampleOf(type)).not.toThrow();
    }
  });

  it('does not sleep on a board that cannot', () => {
    expect(() => checkSleep(findBoard('espruino-linux'), [])).toThrow(
      /--sleep: Espruino on Linux does not sleep \(use one of esp32, /,
    );
  });

  it('says when all pins are taken', () => {
    const pins = createPins(findBoard('esp32-cyd'));
    expect([pins.take('output', 'a'), pins.take('output', 'b')].sort()).toEqual([22, 27]);
    expect(() => pins.take('output', 'c')).toThrow(/c: no pin of esp32-cyd is free for it/);
  });
});
