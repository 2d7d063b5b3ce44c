// `mote build` as a function: a firmware in TypeScript becomes one ES5 program for a board, with its source map, or one
// clear error. Nothing here writes a file.

import { gzipSync } from 'node:zlib';
import { findBoard } from '../boards.ts';
import { findBroker } from '../brokers.ts';
import { checkBundle, type Finding } from '../check/check.ts';
import { MoteError } from '../errors.ts';
import { checkForBoard } from './board-check.ts';
import { checkForBroker } from './broker-check.ts';
import { bundleModules } from './bundle.ts';
import { createCompiler, type Code, type Compiled, type Form } from './compile.ts';
import { displayName, locateFirmware, PACKAGE_NAME } from './firmware.ts';
import { checkFit } from './fit.ts';
import { guardSource } from './guard.ts';
import { CHOSEN, minifyCode, READABLE, withShortProperties } from './minify.ts';
import { keptNames, type Reflection } from './names.ts';
import { settingsFile, type Settings } from './settings.ts';
import { moduleSizes, type SizeRow } from './sizes.ts';
import { watchFolders } from './watch.ts';

export type { SizeRow } from './sizes.ts';

export interface BuildOptions {
  /** Folder with main.ts (and settings.json), or a .ts file. */
  firmware: string;
  /** Default esp32. */
  board?: string;
  /** Laid over settings.json and secrets.json. */
  settings?: Record<string, unknown>;
  /** How bytes are held. Default 'string', which Espruino needs; 'array' for a firmware on sockets that take Uint8Arrays. */
  form?: Form;
  /** Replaces constants of src/features.ts. */
  features?: Record<string, boolean>;
  /** Name of a broker that the firmware is held against; null: none. Default: what settings.json says in broker.profile. */
  brokerProfile?: string | null;
  /** Default true. */
  minify?: boolean;
  /** Told what is being done, in a few words. */
  onProgress?: (step: string) => void;
}

export interface BuildResult {
  /** The program: ASCII, ES5, one function that is called at once. */
  code: string;
  /** Its source map, with the sources in it. */
  map: string;
  /** Every module that has bytes in the bundle or gave constants to it. */
  files: string[];
  /** The settings that were compiled in; empty without settings.json. */
  settings: Settings;
  sizes: SizeRow[];
  bytes: number;
  gzipBytes: number;
  milliseconds: number;
  /** Builtins that the engine lacks and the bundle brings along, such as Math.trunc. */
  polyfills: string[];
  warnings: Finding[];
}

/** A bundle before anyone decided whether its findings matter. */
export interface Bundle extends Code {
  compiled: Compiled;
  reflections: Reflection[];
  polyfills: string[];
  /** What its board lacks. */
  boardFindings: Finding[];
  /** What its broker does not take. */
  brokerFindings: Finding[];
}

interface Builder {
  bundle(): Promise<Bundle>;
  build(): Promise<BuildResult>;
  /** Folders whose files went into the last build, or the attempt at one. */
  folders(): string[];
}

/** Rooms whose functions run for every reading or packet, as the map names them from here and from another project. */
const HOT = ['bytes', 'mqtt', 'outbox', 'telemetry', 'sensors', 'link'].flatMap((room) => [
  `src/${room}/`,
  `${PACKAGE_NAME}/src/${room}/`,
]);

/** What positions refer to where no source is known. */
const BUNDLE_NAME = 'firmware.js';

/** One warning for each place that keeps names from being shortened. */
function toFinding({ construct, file, line, column }: Reflection): Finding {
  return {
    rule: 'names-kept',
    severity: 'warning',
    file,
    line,
    column,
    message: `${construct} looks at property names, so no name in the firmware's own files is shortened`,
    fix: 'write the fields out one by one, if size matters',
  };
}

/** Throw the first error among the findings. @returns the warnings. */
function refuse(findings: readonly Finding[]): Finding[] {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) return [...findings];
  const more = errors.length === 1 ? '' : `; ${errors.length - 1} more of this kind follow`;
  throw new MoteError(
    `${first.rule}: ${first.message}`,
    `${first.fix}${more}`,
    `${first.file}:${first.line}:${first.column}`,
  );
}

/** @returns the name of the broker that a firmware is for, and what says so; undefined when nothing does. */
function brokerOf(settings: Settings, folder: string, option: string | null | undefined) {
  if (option === null) return undefined;
  if (option !== undefined) return { id: option, where: '--broker-profile' };
  const { broker } = settings;
  const id = typeof broker === 'object' && broker !== null ? (broker as Settings)['profile'] : undefined;
  if (typeof id !== 'string' || id === '') return undefined;
  return { id, where: `${displayName(settingsFile(folder))} broker.profile` };
}

function createBuilder(options: BuildOptions): Builder {
  const { settings = {}, features = {}, form = 'string', minify = true, onProgress = () => {} } = options;
  const firmware = locateFirmware(options.firmware);
  const board = findBoard(options.board ?? 'esp32');
  const compiler = createCompiler({ firmware, board, settings, features, form });

  /** @param judge told of what board and broker do not take, each as soon as it is known. */
  async function bundle(judge: (findings: Finding[]) => void = () => {}): Promise<Bundle> {
    onProgress('checking types');
    let boardFindings: Finding[] = [];
    const compiled = compiler.compile((draft) => {
      boardFindings = checkForBoard(draft, firmware.folder, board);
      judge(boardFindings);
    });
    guardSource(compiled);
    const broker = brokerOf(compiled.settings, firmware.folder, options.brokerProfile);
    const brokerFindings =
      broker === undefined
        ? []
        : checkForBroker(compiled, firmware.folder, findBroker(broker.id, broker.where));
    judge(brokerFindings);
    onProgress('joining modules');
    const joined = await bundleModules(firmware.entry, compiled);
    onProgress(minify ? 'shortening' : 'ordering');
    const { reserved, reflections } = keptNames(compiled.program);
    const code = await minifyCode(joined, minify ? withShortProperties(CHOSEN, reserved) : READABLE);
    return {
      ...code,
      compiled,
      polyfills: joined.polyfills,
      reflections: minify ? reflections : [],
      boardFindings,
      brokerFindings,
    };
  }

  /** What is asked for and cannot be must not be left out in silence. */
  function refuseTls(code: string): void {
    if (board.capabilities.tls !== undefined || !/\brequire\(["']tls["']\)/.test(code)) return;
    throw new MoteError(
      `the firmware asks for encryptedButUnverified, and ${board.name} has no TLS of its own`,
      'take openTls() away; a host program of JerryScript can encrypt its own sockets',
      displayName(firmware.entry),
    );
  }

  async function buildOnce(): Promise<BuildResult> {
    const started = performance.now();
    const { code, map, compiled, reflections, polyfills, boardFindings, brokerFindings } =
      await bundle(refuse);
    onProgress(`checking for ${board.name}`);
    refuseTls(code);
    const engineFindings = checkBundle(code, { file: BUNDLE_NAME, map, profile: board.engine, hot: HOT });
    const sizes = moduleSizes(code, map);
    const fitFindings = checkFit(board, code.length, sizes, displayName(firmware.entry));
    const findings = refuse([...boardFindings, ...brokerFindings, ...engineFindings, ...fitFindings]);
    return {
      code,
      map,
      files: sourceFiles(compiled),
      settings: compiled.settings,
      sizes,
      bytes: code.length,
      gzipBytes: gzipSync(code, { level: 9 }).length,
      milliseconds: Math.round(performance.now() - started),
      polyfills,
      warnings: [...findings, ...reflections.map(toFinding)],
    };
  }

  return { bundle: () => bundle(), build: buildOnce, folders: () => compiler.folders() };
}

function sourceFiles({ program }: Compiled): string[] {
  return program
    .getSourceFiles()
    .filter((source) => !source.isDeclarationFile)
    .map((source) => displayName(source.fileName));
}

/** Build a firmware without refusing anything of it. Rejects with a MoteError. */
export async function bundleOnly(options: BuildOptions): Promise<Bundle> {
  return createBuilder(options).bundle();
}

/** Build a firmware. Rejects with a MoteError: a wrong option, a TypeScript error, or what the engine cannot run. */
export async function build(options: BuildOptions): Promise<BuildResult> {
  return createBuilder(options).build();
}

/**
 * Build, and build again whenever a source or a setting changes. Resolves after the first result was reported.
 * Rejects only when there is no such firmware or board: all else is reported, and mended by a change.
 */
export async function watch(
  options: BuildOptions,
  onResult: (result: BuildResult | MoteError) => void,
): Promise<{ close(): void }> {
  const builder = createBuilder(options);

  async function attempt(): Promise<void> {
    let result: BuildResult | MoteError;
    try {
      result = await builder.build();
    } catch (error) {
      result = error instanceof MoteError ? error : unexpected(error);
    }
    onResult(result);
  }

  return watchFolders(() => builder.folders(), attempt);
}

function unexpected(error: unknown): MoteError {
  return new MoteError(`the build failed: ${String(error)}`, 'report it to the authors of Mote');
}
