// `mote snapshot` as a function: a firmware becomes a snapshot of JerryScript, the same as C, and what its engine must have. The
// same firmware and the same tool give the same bytes. Writes nothing but in a folder of its own, which it takes away again.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type BuildOptions, type BuildResult } from '../build/build.ts';
import { resolveNames } from '../check/scope.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { arrayFile, C_FILE, H_FILE, headerFile, parseLiterals } from './c-files.ts';
import { checksum, readHeader, SNAPSHOT_VERSION } from './format.ts';
import { findFeatures, type Features } from './manifest.ts';
import { prepareSource, type SnapshotSource } from './source.ts';
import { createTool, findTool, ProgramError, readResult, type Tool } from './tool.ts';

const BOARD = 'jerryscript';
/** Names in the folder that the tool works in: they are in what it writes. */
const PROGRAM = 'firmware.js';
const SNAPSHOT = 'firmware.snapshot';
const LITERALS = 'firmware.literals';
const MANIFEST = 'firmware.json';

const DIFFERS =
  'two runs of the tool gave different bytes: a 32-bit jerry-snapshot leaves addresses in them; take a 64-bit one where builds must be the same';

export interface SnapshotOptions extends Omit<BuildOptions, 'board' | 'form' | 'minify'> {
  /** Path of jerry-snapshot. Default: JERRY_SNAPSHOT. */
  readonly tool?: string | undefined;
  /** A snapshot that runs from read-only memory, on one build of the engine only. Default: not. */
  readonly isStatic?: boolean;
  /** File with the literals that the engine of a static one registers. Default: those of the firmware alone. */
  readonly literals?: string | undefined;
}

export interface Manifest extends Features {
  readonly engine: 'JerryScript';
  /** JERRY_SNAPSHOT_VERSION of engines that take it. */
  readonly snapshotVersion: number;
  readonly kind: 'normal' | 'static';
  readonly bytes: number;
  readonly crc32: string;
  readonly sha256: string;
  /** Bytes of the ES5 program that it was made of. */
  readonly sourceBytes: number;
}

export interface SnapshotResult {
  readonly manifest: Manifest;
  /** What is to be written, by name. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** What is not as it should be, a sentence each. */
  readonly notes: string[];
  readonly build: BuildResult;
}

/** Look at what a tool made. @returns its version. Throws MoteError. */
function checkSnapshot(path: string, bytes: Buffer): number {
  const header = readHeader(bytes);
  const fail = (what: string, fix: string) => new MoteError(what, fix, path, ExitCode.Environment);
  if (typeof header === 'string') {
    throw fail(`what it wrote is no snapshot: ${header}`, 'take the jerry-snapshot of JerryScript 3.0');
  }
  if (header.version !== SNAPSHOT_VERSION) {
    throw fail(
      `it makes snapshots of version ${header.version}; JerryScript 3.0 runs version ${SNAPSHOT_VERSION} only`,
      'take the jerry-snapshot of the JerryScript that will run it: version 3.0',
    );
  }
  return header.version;
}

/** What the tool says of a place in the program, said of the source. */
function atSource(error: unknown, source: SnapshotSource): unknown {
  if (!(error instanceof ProgramError)) return error;
  const lines = source.code.split('\n');
  const before = lines.slice(0, error.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const { file, line, column } = source.locate(before + error.column - 1);
  return new MoteError(
    `jerry-snapshot: ${error.message}`,
    'change it, or report it as a bug of mote',
    `${file}:${line}:${column}`,
  );
}

function readLiterals(file: string): Buffer {
  try {
    const list = readFileSync(file);
    if (parseLiterals(list) !== undefined) return list;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      `cannot read it (${code})`,
      'name a file that `jerry-snapshot litdump` wrote',
      file,
      ExitCode.Environment,
    );
  }
  throw new MoteError('no list of literals', 'name a file that `jerry-snapshot litdump -o FILE` wrote', file);
}

/** Compile twice: a tool that leaves addresses of its own in the result gives two results. */
async function compileTwice(tool: Tool, path: string, folder: string, parameters: readonly string[]) {
  const results: Buffer[] = [];
  for (let i = 0; i < 2; i++) {
    rmSync(join(folder, SNAPSHOT), { force: true });
    await tool.run(folder, ['generate', ...parameters, '-o', SNAPSHOT, PROGRAM]);
    results.push(readResult(path, join(folder, SNAPSHOT)));
  }
  const [first, second] = results as [Buffer, Buffer];
  return { bytes: first, isSame: first.equals(second) };
}

export interface CompiledSnapshot {
  readonly bytes: Buffer;
  readonly version: number;
  /** Two runs of the tool gave the same bytes. */
  readonly isSame: boolean;
  /** The list of a static one. */
  readonly literals: Buffer | undefined;
}

/** Let the tool make a snapshot of a program. Rejects with a MoteError. */
export async function compileSource(
  options: SnapshotOptions,
  source: SnapshotSource,
): Promise<CompiledSnapshot> {
  const path = findTool(options.tool);
  const tool = createTool(path.includes('/') ? resolve(path) : path);
  const { isStatic = false, onProgress = () => {} } = options;
  let literals = isStatic && options.literals !== undefined ? readLiterals(options.literals) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'mote-snapshot-'));
  try {
    writeFileSync(join(folder, PROGRAM), source.code);
    onProgress('compiling with jerry-snapshot');
    if (isStatic && literals === undefined) {
      await compileTwice(tool, path, folder, []);
      await tool.run(folder, ['litdump', '-o', LITERALS, SNAPSHOT]);
      literals = readResult(path, join(folder, LITERALS));
    }
    if (literals !== undefined) writeFileSync(join(folder, LITERALS), literals);
    const parameters = isStatic ? ['-s', '--load-literals-list-format', LITERALS] : [];
    const { bytes, isSame } = await compileTwice(tool, path, folder, parameters);
    return { bytes, isSame, version: checkSnapshot(path, bytes), literals };
  } catch (error) {
    throw atSource(error, source);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Build a firmware and make a snapshot of it. Rejects with a MoteError. */
export async function makeSnapshot(options: SnapshotOptions): Promise<SnapshotResult> {
  const { isStatic = false } = options;
  // Before the build, which takes longer.
  findTool(options.tool);
  if (options.literals !== undefined && !isStatic) {
    throw new MoteError(
      'a normal snapshot needs no literals',
      'add --static, or leave --literals out',
      undefined,
      ExitCode.Usage,
    );
  }
  const built = await build({ ...options, board: BOARD, form: 'array' });
  const source = prepareSource(built.code, built.map, isStatic);
  const { bytes, isSame, version, literals } = await compileSource(options, source);
  const input = {
    snapshot: bytes,
    version,
    crc32: checksum(bytes),
    literals: literals && parseLiterals(literals),
  };
  const features = findFeatures({ ...source.tree, scopes: resolveNames(source.tree), hot: new Set() });
  const manifest: Manifest = {
    engine: 'JerryScript',
    snapshotVersion: version,
    kind: isStatic ? 'static' : 'normal',
    bytes: bytes.length,
    crc32: input.crc32,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sourceBytes: source.code.length,
    ...features,
  };
  return {
    manifest,
    files: {
      [SNAPSHOT]: bytes,
      [C_FILE]: arrayFile(input),
      [H_FILE]: headerFile(input),
      [MANIFEST]: `${JSON.stringify(manifest, null, 2)}\n`,
      ...(literals !== undefined && { [LITERALS]: literals }),
    },
    notes: isSame ? [] : [DIFFERS],
    build: built,
  };
}
