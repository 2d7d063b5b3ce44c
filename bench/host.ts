// Our own hosts of engines, in C, which see every allocation: compiled with the machine's compiler into out/, once for each
// state of source and engine, and run.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';

const SOURCES = join(PACKAGE_ROOT, 'bench', 'host');
/** What Mote gives to C hosts of JerryScript. */
const BOARD = join(PACKAGE_ROOT, 'boards', 'jerryscript');
const FLASH_SOURCES = ['codes.h', 'values.h', 'values.c', 'flash.h', 'flash.c', 'flash-file.c'].map((file) =>
  join(BOARD, file),
);
const COUNT_SOURCES = ['heap-count.h', 'heap-count.c'].map((file) => join(SOURCES, file));
const OUT = join(PACKAGE_ROOT, 'out', 'engines');
const COMPILER = 'gcc';
const STRICT = ['-pedantic', '-O2', '-Wall', '-Wextra', '-Werror'];
const LIMIT_MS = 800_000;

/** A program and its first parameters: an emulator comes before what it runs; sources follow. */
export type Command = readonly [string, ...string[]];

interface Build {
  readonly name: string;
  /** Our sources. */
  readonly sources: readonly string[];
  /** Everything that decides what comes out, beside our source. */
  readonly depends: readonly string[];
  /** A program that compiles where the engine is there. */
  readonly probe: string;
  /** Parameters in front of the source and behind it. */
  readonly parameters: readonly string[];
  readonly libraries: readonly string[];
  /** Functions of the engine that our sources stand in front of. */
  readonly wrapped: readonly string[];
}

function gcc(parameters: readonly string[], input = ''): void {
  execFileSync(COMPILER, [...parameters], { stdio: ['pipe', 'ignore', 'pipe'], input });
}

/** @returns the path of the compiled host, undefined without compiler or engine. */
function compile(build: Build): string | undefined {
  const { name, sources, depends, probe, parameters, libraries, wrapped } = build;
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(source));
  for (const item of [...depends, ...parameters, ...libraries, ...wrapped]) hash.update(item);
  const path = join(OUT, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(path)) return path;
  mkdirSync(OUT, { recursive: true });
  // Test files may compile at the same time; each renames its own.
  const own = `${path}.${process.pid}`;
  try {
    gcc([...parameters, '-o', own, '-x', 'c', '-', ...libraries], probe);
  } catch {
    return undefined;
  }
  // From here on a failure is a mistake in our sources.
  const units = sources.filter((source) => source.endsWith('.c'));
  const wraps = wrapped.map((function_) => `-Wl,--wrap=${function_}`);
  gcc([...parameters, ...STRICT, '-o', own, ...units, ...wraps, ...libraries]);
  renameSync(own, path);
  return path;
}

/** @returns the host of the Duktape that is installed, undefined without compiler or library. */
export function compileDukhost(): string | undefined {
  return compile({
    name: 'dukhost',
    sources: [join(SOURCES, 'dukhost.c')],
    depends: [],
    probe: '#include <duktape.h>\nint main(void) { return 0; }\n',
    parameters: ['-std=c89'],
    libraries: ['-lduktape'],
    wrapped: [],
  });
}

/** Functions of JerryScript that hand out memory. heap-count.c stands in front of each. */
const WRAPPED = [
  'jmem_heap_alloc_block',
  'jmem_heap_alloc_block_null_on_error',
  'jmem_heap_realloc_block',
  'jmem_pools_alloc',
];

const NO_JERRY =
  'set JERRY_DIR to the include and lib folders of a JerryScript 3.0, built as static libraries without LTO';

/** A 32-bit program may need an emulator here. */
function runnable(path: string, parameters: readonly string[] = []): Command {
  // The shell takes over a program that the kernel refuses: only our own words tell that it ran.
  const { stderr } = spawnSync(path, parameters, { encoding: 'latin1', timeout: LIMIT_MS });
  if (stderr.startsWith('usage:')) return [path];
  const emulator = process.env['QEMU_I386'];
  if (emulator !== undefined && emulator !== '') return [emulator, path];
  const fix = 'set QEMU_I386 to a user-mode emulator';
  throw new MoteError('this machine runs no 32-bit program', fix, path, ExitCode.Environment);
}

/**
 * @param directory with the include and lib folders of a JerryScript of either word size.
 * @returns how to run its host. Throws MoteError when `directory` names no JerryScript.
 */
export function compileJerryhost(directory: string): Command {
  const lib = join(directory, 'lib');
  const core = join(lib, 'libjerry-core.a');
  const fail = (what: string) => new MoteError(what, NO_JERRY, directory, ExitCode.Environment);
  if (!existsSync(core)) throw fail('no JerryScript library');
  const archive = createHash('sha256').update(readFileSync(core)).digest('hex');
  for (const width of [[], ['-m32']]) {
    const path = compile({
      name: 'jerryhost',
      sources: [join(SOURCES, 'jerryhost.c'), ...COUNT_SOURCES, ...FLASH_SOURCES],
      depends: [archive],
      probe: '#include <jerryscript.h>\nint main(void) { jerry_init(JERRY_INIT_EMPTY); return 0; }\n',
      parameters: ['-std=c99', ...width, `-I${join(directory, 'include')}`, `-I${BOARD}`, `-I${SOURCES}`],
      libraries: [`-L${lib}`, '-ljerry-core', '-ljerry-port', '-lm'],
      wrapped: WRAPPED,
    });
    if (path !== undefined) return runnable(path);
  }
  throw fail(`${COMPILER} cannot link it, neither as it is nor with -m32`);
}

/** @returns how to run the JerryScript host of JERRY_DIR, undefined when that is not set. */
export function findJerryhost(): Command | undefined {
  const directory = process.env['JERRY_DIR'];
  return directory === undefined || directory === '' ? undefined : compileJerryhost(directory);
}

/** What is linked to the host for Linux beside its own sources. */
export interface MoteHostOptions {
  /** Folder with firmware.c and firmware.h; else it runs snapshots from files. */
  readonly firmware?: string;
  /** Compiler parameters: sanitizers. */
  readonly parameters?: readonly string[];
  /** It counts allocations, and says so at SIGUSR1. Default: it does not. */
  readonly isCounting?: boolean;
}

/** Folder of JerryScript's interface on Duktape. */
const DUK_JERRY = join(SOURCES, 'duk-jerry');

/** @returns the sources in a folder. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.[ch]$/.test(file))
    .sort()
    .map((file) => join(folder, file));
}

/** @returns the C host for Linux on an engine; undefined where that cannot be compiled. */
function compileHostOn(
  engine: Pick<Build, 'name' | 'depends' | 'probe' | 'parameters' | 'libraries'> & {
    readonly sources?: readonly string[];
  },
  { firmware, parameters = [], isCounting = false }: MoteHostOptions,
): string | undefined {
  const builtIn = firmware === undefined ? [] : sourcesIn(firmware);
  const counting = isCounting ? [...COUNT_SOURCES, join(SOURCES, 'heap-tell.c')] : [];
  return compile({
    ...engine,
    sources: [...sourcesIn(BOARD), ...builtIn, ...counting, ...(engine.sources ?? [])],
    parameters: [
      '-std=c99',
      ...engine.parameters,
      ...parameters,
      `-I${BOARD}`,
      `-I${SOURCES}`,
      ...(firmware === undefined ? [] : ['-DMOTE_BUILT_IN', `-I${firmware}`]),
    ],
    wrapped: isCounting ? WRAPPED : [],
  });
}

/**
 * @param directory with the include and lib folders of a JerryScript of either word size.
 * @returns how to run boards/jerryscript/ on it, compiled as its Makefile does. Throws MoteError when `directory` names no JerryScript.
 */
export function compileMoteHost(directory: string, options: MoteHostOptions = {}): Command {
  const lib = join(directory, 'lib');
  const core = join(lib, 'libjerry-core.a');
  const fail = (what: string) => new MoteError(what, NO_JERRY, directory, ExitCode.Environment);
  if (!existsSync(core)) throw fail('no JerryScript library');
  for (const width of [[], ['-m32']]) {
    const engine = {
      name: 'mote-host',
      depends: [createHash('sha256').update(readFileSync(core)).digest('hex')],
      probe: '#include <jerryscript.h>\nint main(void) { jerry_init(JERRY_INIT_EMPTY); return 0; }\n',
      parameters: [...width, `-I${join(directory, 'include')}`],
      libraries: [`-L${lib}`, '-ljerry-core', '-ljerry-port', '-lm'],
    };
    const path = compileHostOn(engine, options);
    // Without a word one with a firmware in it would run.
    if (path !== undefined) return runnable(path, ['--help']);
  }
  throw fail(`${COMPILER} cannot link it, neither as it is nor with -m32`);
}

/** @returns how to run boards/jerryscript/ on Duktape, whose snapshots are sources; undefined without compiler or library. */
export function compileMoteHostOnDuktape(options: MoteHostOptions = {}): Command | undefined {
  const engine = {
    name: 'mote-host-duk',
    sources: sourcesIn(DUK_JERRY),
    depends: [],
    probe: '#include <duktape.h>\nint main(void) { return 0; }\n',
    parameters: [`-I${DUK_JERRY}`],
    libraries: ['-lduktape', '-lm'],
  };
  const path = compileHostOn(engine, options);
  return path === undefined ? undefined : [path];
}

/**
 * Compile a program over the parts of boards/jerryscript/ that need no engine.
 * @returns how to run it, undefined without compiler.
 */
export function compileHostParts(source: string, parameters: readonly string[]): Command | undefined {
  const parts = ['net', 'clock', 'flash-file', 'i2c-linux', 'i2c-bme280', 'snapshot'];
  const path = compile({
    name: 'host-parts',
    sources: [
      source,
      ...sourcesIn(BOARD).filter((file) => file.endsWith('.h')),
      ...parts.map((part) => join(BOARD, `${part}.c`)),
    ],
    depends: [],
    probe: 'int main(void) { return 0; }\n',
    parameters: ['-std=c99', ...parameters, `-I${DUK_JERRY}`, `-I${BOARD}`],
    libraries: [],
    // For names of more than one address.
    wrapped: ['getaddrinfo'],
  });
  return path === undefined ? undefined : [path];
}

/** @returns how to run the Duktape host without a cap on its heap, undefined where it cannot be compiled. */
export function findDukhost(): Command | undefined {
  const path = compileDukhost();
  return path === undefined ? undefined : [path, '0'];
}

export interface HostRun {
  readonly lines: string[];
  readonly stderr: string;
}

/** Run sources in one global scope. Throws when the program fails. */
export function runHost([program, ...parameters]: Command, sources: readonly string[]): HostRun {
  const directory = mkdtempSync(join(tmpdir(), 'mote-host-'));
  try {
    const files = sources.map((source, index) => {
      const file = join(directory, `source${index}.js`);
      writeFileSync(file, source, 'latin1');
      return file;
    });
    const { stdout, stderr, status, error } = spawnSync(program, [...parameters, ...files], {
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 26,
      encoding: 'latin1',
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.trim()}`);
    return { lines: stdout.split('\n').slice(0, -1), stderr };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
