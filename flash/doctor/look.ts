// What `mote doctor` looks at on this computer: each thing as a line that says what is there, and what to do where it is missing.
// It looks and changes nothing.

import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import type { PortInfo } from '../port/list.ts';

/** `wrong`: what is needed is not there. `absent`: what only some need. */
export type Verdict = 'ok' | 'wrong' | 'absent';

export interface Look {
  readonly what: string;
  readonly verdict: Verdict;
  /** What is there, or what is wrong. */
  readonly found: string;
  /** Of what is not there: what to do, and who needs it. */
  readonly fix?: string;
}

export const OLDEST_NODE = '20.12';

const RUN_MS = 5000;

export function lookAtNode(version: string): Look {
  const what = 'Node';
  const isNew = version.localeCompare(OLDEST_NODE, 'en', { numeric: true }) >= 0;
  if (isNew) return { what, verdict: 'ok', found: version };
  return {
    what,
    verdict: 'wrong',
    found: `${version} is too old`,
    fix: `install Node ${OLDEST_NODE} or newer`,
  };
}

/** @returns whether all that the package brings along can be found, and what of the package itself. @param root its folder. */
export function lookAtPackage(root = PACKAGE_ROOT): Look {
  const what = 'mote-sdk';
  const { version, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const paths = createRequire(join(root, 'package.json')).resolve.paths('x') ?? [];
  const missing = Object.keys(dependencies).filter(
    (name) => !paths.some((path) => existsSync(join(path, name))),
  );
  const files = ['src/espruino.ts', 'src/tsconfig.json', 'dist/flash/index.js'].filter(
    (file) => !existsSync(join(root, file)),
  );
  const lost = [...missing, ...files];
  if (lost.length === 0) return { what, verdict: 'ok', found: `${version} in ${root}` };
  return {
    what,
    verdict: 'wrong',
    found: `${lost.join(', ')} missing in ${root}`,
    fix: 'install it again: npm ci, or npm install mote-sdk',
  };
}

/** @returns where a program is, looked for as a shell does. */
function find(program: string, path = process.env['PATH'] ?? ''): string | undefined {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  return path
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

/** @returns the first line with a version in what a program says of itself, '' where there is none; undefined: it does not run. */
function versionOf(file: string, args: readonly string[]): string | undefined {
  const { stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', timeout: RUN_MS, input: '' });
  if (error !== undefined) return undefined;
  const line = `${stdout}\n${stderr}`.split('\n').find((one) => /\d+[.v]\d+/.test(one));
  return line?.trim() ?? '';
}

/** A program that only some need. */
export function lookAtProgram(program: string, args: readonly string[], fix: string): Look {
  const file = find(program);
  if (file === undefined) return { what: program, verdict: 'absent', found: 'not installed', fix };
  return { what: program, verdict: 'ok', found: versionOf(file, args) || file };
}

/** An engine that a variable names. @param args that have it say its version; none: it is not asked. */
export function lookAtEngine(
  variable: string,
  args: readonly string[] | undefined,
  fix: string,
  env = process.env,
): Look {
  const file = env[variable];
  if (file === undefined || file === '') return { what: variable, verdict: 'absent', found: 'not set', fix };
  if (!existsSync(file)) {
    return {
      what: variable,
      verdict: 'wrong',
      found: `${file} is not there`,
      fix: 'correct the variable, or unset it',
    };
  }
  if (args === undefined || statSync(file).isDirectory()) {
    return { what: variable, verdict: 'ok', found: file };
  }
  const version = versionOf(file, args);
  if (version !== undefined) {
    return { what: variable, verdict: 'ok', found: version === '' ? file : `${version}, ${file}` };
  }
  return {
    what: variable,
    verdict: 'wrong',
    found: `${file} does not run`,
    fix: 'correct the variable, or unset it',
  };
}

/** On Linux serial ports belong to a group. @param groups of this user. */
export function lookAtGroup(
  platform: NodeJS.Platform,
  isRoot: boolean,
  groups: readonly string[],
): Look | undefined {
  if (platform !== 'linux') return undefined;
  const what = 'serial ports';
  const group = ['dialout', 'uucp'].find((name) => groups.includes(name));
  if (isRoot || group !== undefined) {
    return { what, verdict: 'ok', found: isRoot ? 'open to root' : `open to group ${group}` };
  }
  return {
    what,
    verdict: 'absent',
    found: 'this user is in none of the groups that have them',
    fix: 'sudo usermod -aG dialout $USER, then log in again; for boards on a cable',
  };
}

/** @returns the names of this user's groups; none where there are none. */
export function groupsOfUser(): string[] {
  try {
    return execFileSync('id', ['-Gn'], { encoding: 'utf8', timeout: RUN_MS }).trim().split(/\s+/);
  } catch {
    return [];
  }
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Boards on USB, and whether this user may talk to them. */
export function lookAtPorts(ports: readonly PortInfo[], isMine: (path: string) => boolean = isOpen): Look[] {
  if (ports.length === 0) {
    return [
      {
        what: 'board',
        verdict: 'absent',
        found: 'no USB serial port',
        fix: 'plug one in with a cable that carries data',
      },
    ];
  }
  return ports.map(({ path, name }): Look => {
    const found = name === undefined ? path : `${path} (${name})`;
    const isWindows = /^COM\d+$/i.test(path);
    if (isWindows || isMine(path)) return { what: 'board', verdict: 'ok', found };
    return {
      what: 'board',
      verdict: 'wrong',
      found: `${found} is closed to this user`,
      fix: 'sudo usermod -aG dialout $USER, then log in again',
    };
  });
}

/** @returns all looks at this computer. */
export function lookAround(ports: readonly PortInfo[]): Look[] {
  const isRoot = process.getuid?.() === 0;
  const group = lookAtGroup(process.platform, isRoot, groupsOfUser());
  const engine = (name: string) =>
    `for suites and simulation in the real engine: set it to the path of ${name}`;
  return [
    lookAtNode(process.versions.node),
    lookAtPackage(),
    ...(group === undefined ? [] : [group]),
    ...lookAtPorts(ports),
    lookAtProgram('mosquitto', ['-h'], 'for a broker that outlasts mote sim: apt install mosquitto'),
    lookAtProgram(
      'socat',
      ['-V'],
      'for the console of the virtual board on a pseudo terminal: apt install socat',
    ),
    lookAtEngine('ESPRUINO', ['-e', 'print(process.version)'], engine('an Espruino built for Linux')),
    lookAtEngine('JERRY', ['--version'], engine('the command line tool of JerryScript')),
    lookAtEngine('JERRY_SNAPSHOT', ['--version'], 'for mote snapshot: set it to the path of jerry-snapshot'),
    lookAtEngine(
      'JERRY_DIR',
      undefined,
      'for a C program around JerryScript: set it to the folder of its library and headers',
    ),
  ];
}
