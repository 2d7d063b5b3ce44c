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
import { displayName, PACKAGE_NAME, PACKAGE_ROOT, type Firmware } from './firmware.ts';
import { fillIn, POLYFILLS } from './polyfills.ts';
import { readSettings, settingsFile, type Settings } from './settings.ts';

/** How bytes are held: one character each (Espruino), or in Uint8Arrays (JerryScript). */
export type Form = 'string' | 'array';

/** What stands in a file's place in the array form. */
const FORM_FILE = /-string\.ts$/;

export interface CompileInput {
  readonly firmware: Firmware;
  readonly board: BoardData;
  readonly settings: Settings;
  readonly features: Readonly<Record<string, boolean>>;
  readonly form: Form;
}

/** JavaScript and its source map. */
export interface Code {
  readonly code: string;
  readonly map: string;
}

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

function declarationsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.d.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/** All that Espruino has, for a firmware that refers to it; what the ports touch of it is the same by other names. */
const WHOLE_ENGINE = join(PACKAGE_ROOT, 'types', 'espruino.d.ts');
const WHOLE_FOR_PORTS = join(PACKAGE_ROOT, 'types', 'espruino', 'ports.d.ts');
/** What the build brings along. */
const FILLED_TYPES = join(PACKAGE_ROOT, 'types', 'polyfills.d.ts');
/** What the ports touch, and no more: every name of it is kept in the bundle. */
const ENGINE_OF_PORTS = join(PACKAGE_ROOT, 'src', 'ports', 'espruino', 'globals.d.ts');

function toMoteError(diagnostics: readonly ts.Diagnostic[]): MoteError {
  const [first] = diagnostics as readonly [ts.Diagnostic];
  const message = ts.flattenDiagnosticMessageText(first.messageText, ' ').replace(/\s+/g, ' ');
  const more = diagnostics.length - 1;
  const fix = more === 0 ? 'correct it' : `correct it, and ${more} more after it`;
  let where: string | undefined;
  if (first.file !== undefined && first.start !== undefined) {
    const { line, character } = first.file.getLineAndCharacterOfPosition(first.start);
    where = `${displayName(first.file.fileName)}:${line + 1}:${character + 1}`;
  }
  return new MoteError(`TS${first.code}: ${message}`, fix, where);
}

function withoutMapLink(text: string): string {
  return text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
}

/** @returns a polyfill as ES5: it stands alone, and is in no program that does not use it. */
function compilePolyfill(file: string, text: string, options: ts.CompilerOptions): Code {
  const { outputText, sourceMapText = '' } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: options,
  });
  const map = JSON.stringify({ ...JSON.parse(sourceMapText), sources: [file] });
  return { code: withoutMapLink(outputText), map };
}

/** Make a compiler for one firmware; keep it for quick rebuilds. */
export function createCompiler(input: CompileInput): Compiler {
  const options = readOptions();
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

  function resolveModule(specifier: string, importer: string): ts.ResolvedModuleFull | undefined {
    // Asked for from inside of the package, its name is a self-reference: no installation is needed.
    const own = specifier === PACKAGE_NAME || specifier.startsWith(`${PACKAGE_NAME}/`);
    const from = own ? join(PACKAGE_ROOT, 'package.ts') : importer;
    const { resolvedModule } = ts.resolveModuleName(specifier, from, options, host, cache);
    if (resolvedModule === undefined) return undefined;
    const { resolvedFileName } = resolvedModule;
    const hasForms = input.form === 'array' && resolvedFileName.startsWith(join(PACKAGE_ROOT, 'src'));
    return {
      ...resolvedModule,
      resolvedFileName: hasForms ? resolvedFileName.replace(FORM_FILE, '-array.ts') : resolvedFileName,
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
      if (name.endsWith('.map')) part.map = JSON.stringify({ ...JSON.parse(text), sources: [file] });
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
    const own = [input.firmware.entry, ...declarationsIn(input.firmware.folder), FILLED_TYPES];
    program = ts.createProgram({ rootNames: [...own, ENGINE_OF_PORTS], options, host });
    if (program.getSourceFile(WHOLE_ENGINE)) {
      program = ts.createProgram({ rootNames: [...own, WHOLE_FOR_PORTS], options, host });
    }
    builder = ts.createEmitAndSemanticDiagnosticsBuilderProgram(program, host, builder);
    const syntax = builder.getSyntacticDiagnostics();
    if (syntax.length > 0) throw toMoteError(syntax);
    judge?.({ program, settings, resolve });
    const diagnostics = builder.getSemanticDiagnostics();
    if (diagnostics.length > 0) throw toMoteError(diagnostics);
    checkSettingsAreUsed();
    emit(builder);
    return {
      program,
      settings,
      modules: emitted,
      polyfill,
      read,
      resolve,
    };
  }

  function polyfill(file: string): Code | undefined {
    const text = dirname(file) === POLYFILLS ? read(file) : undefined;
    return text === undefined ? undefined : compilePolyfill(file, text, options);
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
