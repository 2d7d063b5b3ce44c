// The TypeScript step: one program over firmware and Mote, checked in full, emitted as ES5 with ES modules.
// It sees settings and features as the build changed them, and resolves `mote-sdk/...` from any folder.

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { BoardData } from '../../boards/board.ts';
import { MoteError } from '../errors.ts';
import { BOARD_FILE, boardText } from './board-text.ts';
import { FEATURES_FILE, featuresText } from './features.ts';
import { displayName, isOwnSource, PACKAGE_NAME, PACKAGE_ROOT, type Firmware } from './firmware.ts';
import { mapOf, withoutMapLink, type Code } from './emitted.ts';
import { absentOnHost } from './host-board.ts';
import { adviceOn, withoutAdvice } from './missing-name.ts';
import { compilePolyfill, fillIn } from './polyfills.ts';
import { readSettings, settingsFile, type Settings } from './settings.ts';

/** How bytes are held: one character each (Espruino), or in Uint8Arrays (JerryScript). */
export type Form = 'string' | 'array';

/** What stands in a file's place in the array form. */
const FORM_FILE = /-string\.ts$/;

/** What a firmware imports, and what it gets on hosts of JerryScript. */
const ESPRUINO = join(PACKAGE_ROOT, 'src', 'espruino.ts');
const JERRYSCRIPT = join(PACKAGE_ROOT, 'src', 'jerryscript.ts');

export interface CompileInput {
  readonly firmware: Firmware;
  readonly board: BoardData;
  readonly settings: Settings;
  readonly features: Readonly<Record<string, boolean>>;
  readonly form: Form;
}

export type { Code } from './emitted.ts';

/** A program as far as it is known before its types are checked. */
export interface Draft {
  readonly program: ts.Program;
  readonly settings: Settings;
  /** @returns the path of the module that `importer` means by `specifier`, or undefined. */
  resolve(specifier: string, importer: string): string | undefined;
}

export interface Compiled extends Draft {
  /** Emitted modules by the path of their .ts file. */
  readonly modules: ReadonlyMap<string, Code>;
  /** @returns a module that only the bundle asks for; undefined when it is none. */
  polyfill(file: string): Code | undefined;
  /** Text of a file as the program sees it. */
  read(file: string): string | undefined;
}

export interface Compiler {
  /**
   * Compile what the files hold now, reusing all that did not change. Throws MoteError for the first error.
   * @param judge told of the program before its types are checked, which takes most of the time; may throw.
   */
  compile(judge?: (draft: Draft) => void): Compiled;
  /** Folders whose files went into the last attempt. */
  folders(): string[];
}

/** What the ports touch of the engine, and no more: every name of it is kept in the bundle. */
const ENGINE_OF_PORTS = join(PACKAGE_ROOT, 'src', 'ports', 'espruino', 'globals.d.ts');
/** All that Espruino has, for a firmware that refers to it; what the ports touch of it is the same by other names. */
const WHOLE_ENGINE = join(PACKAGE_ROOT, 'types', 'espruino.d.ts');
const WHOLE_FOR_PORTS = join(PACKAGE_ROOT, 'types', 'espruino', 'ports.d.ts');
/** What the build brings along. */
const FILLED_TYPES = join(PACKAGE_ROOT, 'types', 'polyfills.d.ts');

const OVERRIDDEN: ts.CompilerOptions = {
  noEmit: false,
  sourceMap: true,
  inlineSources: true,
  skipLibCheck: true,
  // A variable that is not used yet must not keep anyone from trying a build.
  noUnusedLocals: false,
  noUnusedParameters: false,
};

function readOptions(): ts.CompilerOptions {
  const file = join(PACKAGE_ROOT, 'src', 'tsconfig.json');
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error) throw toMoteError([error]);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, join(PACKAGE_ROOT, 'src'));
  return { ...options, ...OVERRIDDEN };
}

/** Files of declarations: those of the engine, and those that lie beside the firmware. */
function declarationFiles(folder: string, engine: string): string[] {
  return [join(PACKAGE_ROOT, 'src', 'ports', engine), folder].flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.endsWith('.d.ts'))
      .sort()
      .map((name) => join(place, name)),
  );
}

/** @param engine whose names, or the lack of whose, may be what is missing. */
function toMoteError(diagnostics: readonly ts.Diagnostic[], engine?: BoardData['engine']): MoteError {
  const [first] = diagnostics as readonly [ts.Diagnostic];
  const message = withoutAdvice(ts.flattenDiagnosticMessageText(first.messageText, ' ').replace(/\s+/g, ' '));
  const more = diagnostics.length - 1;
  const advice = engine === 'espruino' ? adviceOn(message) : undefined;
  const fix = advice ?? (more === 0 ? 'correct it' : `correct it, and ${more} more after it`);
  let where: string | undefined;
  if (first.file !== undefined && first.start !== undefined) {
    const { line, character } = first.file.getLineAndCharacterOfPosition(first.start);
    where = `${displayName(first.file.fileName)}:${line + 1}:${character + 1}`;
  }
  const absent = engine === 'jerryscript' ? absentOnHost(message) : undefined;
  return absent === undefined
    ? new MoteError(`TS${first.code}: ${message}`, fix, where)
    : new MoteError(absent.what, absent.fix, where);
}

/** Make a compiler for one firmware; keep it for quick rebuilds. */
export function createCompiler(input: CompileInput): Compiler {
  const options = readOptions();
  /** Bytes are text for Espruino's ports only. */
  const isOnHost = input.board.engine === 'jerryscript' && input.form === 'array';
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(PACKAGE_ROOT, (name) => name, options);
  /** Parsed files, valid as long as their text is the same. */
  const parsed = new Map<string, ts.SourceFile>();
  const overlay = new Map<string, string>();
  const emitted = new Map<string, Code>();
  let program: ts.Program | undefined;
  let builder: ts.EmitAndSemanticDiagnosticsBuilderProgram | undefined;

  function read(file: string): string | undefined {
    return overlay.get(file) ?? ts.sys.readFile(file);
  }

  host.readFile = read;
  host.getSourceFile = (file, languageVersion) => {
    const text = read(file);
    if (text === undefined) return undefined;
    const known = parsed.get(file);
    if (known?.text === text) return known;
    const source = ts.createSourceFile(file, text, languageVersion, true);
    // By its version a rebuild knows a file that changed.
    Object.assign(source, { version: createHash('sha1').update(text).digest('hex') });
    parsed.set(file, source);
    return source;
  };

  /** @returns what stands in the place of a file of Mote's in this build. */
  function standIn(file: string): string {
    if (input.form !== 'array' || !isOwnSource(file)) return file;
    if (isOnHost && file === ESPRUINO) return JERRYSCRIPT;
    return file.replace(FORM_FILE, '-array.ts');
  }

  function resolveModule(specifier: string, importer: string): ts.ResolvedModuleFull | undefined {
    // Asked for from inside of the package, its name is a self-reference: no installation is needed.
    const own = specifier === PACKAGE_NAME || specifier.startsWith(`${PACKAGE_NAME}/`);
    const from = own ? join(PACKAGE_ROOT, 'package.ts') : importer;
    const { resolvedModule } = ts.resolveModuleName(specifier, from, options, host, cache);
    if (resolvedModule === undefined) return undefined;
    const { resolvedFileName } = resolvedModule;
    return {
      ...resolvedModule,
      resolvedFileName: standIn(resolvedFileName),
      // TypeScript emits nothing for a library, but a library of device code has to be compiled too.
      isExternalLibraryImport: false,
    };
  }
  host.resolveModuleNameLiterals = (literals, importer) =>
    literals.map((literal) => ({ resolvedModule: resolveModule(literal.text, importer) }));

  host.resolveTypeReferenceDirectiveReferences = (references, importer) =>
    references.map((reference) => {
      const name = typeof reference === 'string' ? reference : reference.fileName;
      if (!name.startsWith(`${PACKAGE_NAME}/`)) {
        return ts.resolveTypeReferenceDirective(name, importer, options, host);
      }
      const resolvedFileName = join(PACKAGE_ROOT, `${name.slice(PACKAGE_NAME.length + 1)}.d.ts`);
      return { resolvedTypeReferenceDirective: { primary: true, resolvedFileName } };
    });

  /** Put what this build changes in the place of files. @returns the settings. */
  function layOver(): Settings {
    overlay.clear();
    overlay.set(FEATURES_FILE, featuresText(input.firmware.folder, input.features));
    overlay.set(BOARD_FILE, boardText(input.board));
    const settings = readSettings(input.firmware.folder, input.settings);
    if (settings) overlay.set(settingsFile(input.firmware.folder), JSON.stringify(settings, null, 2));
    return settings ?? {};
  }

  function checkSettingsAreUsed(): void {
    if (Object.keys(input.settings).length === 0) return;
    if (program?.getSourceFile(settingsFile(input.firmware.folder))) return;
    throw new MoteError(
      'settings are given, but nothing imports settings.json',
      "add `import settings from './settings.json'`",
      displayName(input.firmware.entry),
    );
  }

  /** Emit what changed, and what depends on it. */
  function emit(current: ts.EmitAndSemanticDiagnosticsBuilderProgram): void {
    const filling = fillIn(input.board.engine, current.getProgram());
    const parts = new Map<string, { code: string; map: string }>();
    const write: ts.WriteFileCallback = (name, text, _mark, _onError, sources) => {
      const file = sources?.[0]?.fileName;
      if (file === undefined || !/\.js(\.map)?$/.test(name)) return;
      const part = parts.get(file) ?? { code: '', map: '' };
      if (name.endsWith('.map')) part.map = mapOf(text, file);
      else part.code = withoutMapLink(text);
      parts.set(file, part);
    };
    current.emit(undefined, write, undefined, undefined, filling && { before: [filling] });
    for (const [file, part] of parts) emitted.set(file, part);
    for (const file of emitted.keys()) if (!current.getSourceFile(file)) emitted.delete(file);
  }

  function compile(judge?: (draft: Draft) => void): Compiled {
    const settings = layOver();
    cache.clear();
    const rootNames = [
      input.firmware.entry,
      ...declarationFiles(input.firmware.folder, isOnHost ? 'jerryscript' : 'espruino'),
      FILLED_TYPES,
    ];
    program = ts.createProgram({ rootNames, options, host });
    if (program.getSourceFile(WHOLE_ENGINE)) {
      const others = rootNames.filter((name) => name !== ENGINE_OF_PORTS);
      program = ts.createProgram({ rootNames: [...others, WHOLE_FOR_PORTS], options, host });
    }
    builder = ts.createEmitAndSemanticDiagnosticsBuilderProgram(program, host, builder);
    const syntax = builder.getSyntacticDiagnostics();
    if (syntax.length > 0) throw toMoteError(syntax, input.board.engine);
    judge?.({ program, settings, resolve });
    const diagnostics = builder.getSemanticDiagnostics();
    if (diagnostics.length > 0) throw toMoteError(diagnostics, input.board.engine);
    checkSettingsAreUsed();
    emit(builder);
    return {
      program,
      settings,
      modules: emitted,
      polyfill: (file) => compilePolyfill(file, options),
      read,
      resolve,
    };
  }

  function resolve(specifier: string, importer: string): string | undefined {
    return resolveModule(specifier, importer)?.resolvedFileName;
  }

  function folders(): string[] {
    const files = program?.getSourceFiles().map((source) => source.fileName) ?? [];
    const own = files.filter((file) => !program?.isSourceFileDefaultLibrary(program.getSourceFile(file)!));
    return [...new Set([input.firmware.folder, ...own.map((file) => dirname(file))])];
  }

  return { compile, folders };
}
