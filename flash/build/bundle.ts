// The rollup step: the emitted modules become one function that is called at once, without what nothing uses; and what
// engines want of it beyond that.

import { basename, dirname, resolve } from 'node:path';
import { rollup, type Plugin, type SourceMap } from 'rollup';
import { MoteError } from '../errors.ts';
import { buildCode } from './build-number.ts';
import { arrangeCode } from './arrange.ts';
import type { Code, Compiled } from './compile.ts';
import { displayName } from './firmware.ts';
import { inlineMarked } from './inline.ts';
import { filledBy } from './polyfills.ts';
import { jsonModule, SETTINGS_NAME } from './settings.ts';
import { joinProgram } from './whole/whole.ts';

/** @returns the folder of a settings.json: of other JSON files every text is what it says. */
function settingsFolder(file: string): string | undefined {
  return basename(file) === SETTINGS_NAME ? dirname(file) : undefined;
}

function compiledModules(compiled: Compiled): Plugin {
  return {
    name: 'mote-modules',
    resolveId(specifier, importer) {
      if (importer === undefined) return specifier;
      return compiled.resolve(specifier, importer) ?? null;
    },
    load(file) {
      const module = compiled.modules.get(file) ?? compiled.polyfill(file);
      if (module) return { code: buildCode(file, module.code, compiled.modules), map: module.map };
      const text = file.endsWith('.json') ? compiled.read(file) : undefined;
      if (text !== undefined) return { code: jsonModule(JSON.parse(text), settingsFolder(file)), map: null };
      throw new MoteError(
        `${displayName(file)} holds declarations only`,
        'import the types with `import type`, or the .ts file',
      );
    },
  };
}

/** One program, and what it brings along for the engine. */
export interface Joined extends Code {
  readonly polyfills: string[];
}

/** Join the modules from `entry` on. Throws MoteError. */
export async function bundleModules(entry: string, compiled: Compiled): Promise<Joined> {
  const bundle = await rollup({
    input: entry,
    plugins: [compiledModules(compiled)],
    // Nobody can import from a bundle on a board.
    preserveEntrySignatures: false,
    treeshake: { preset: 'recommended', propertyReadSideEffects: false },
    onLog(_level, log) {
      if (log.code === 'UNRESOLVED_IMPORT') throw new MoteError(log.message, 'import a file or mote-sdk/...');
    },
  });
  try {
    const { output } = await bundle.generate({
      format: 'iife',
      strict: false,
      sourcemap: true,
      sourcemapExcludeSources: false,
      generatedCode: 'es5',
      esModule: false,
      externalLiveBindings: false,
      freeze: false,
      inlineDynamicImports: true,
    });
    const [chunk] = output;
    const map = chunk.map as SourceMap;
    // Rollup names sources from the current folder.
    const sources = map.sources.map((source) => displayName(resolve(source)));
    // Settings hold secrets: they are in the bundle, and must not be in a file that somebody passes on to find an error.
    const sourcesContent = map.sources.map((source, i) =>
      source.endsWith('.json') ? '' : (map.sourcesContent?.[i] ?? ''),
    );
    const code = arrangeCode(
      joinProgram(
        inlineMarked({ code: chunk.code, map: JSON.stringify({ ...map, sources, sourcesContent }) }),
      ),
    );
    return { ...code, polyfills: filledBy(chunk.modules) };
  } finally {
    await bundle.close();
  }
}
