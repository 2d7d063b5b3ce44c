// A firmware of the tests as a build makes it: TypeScript to ES5, then the minifier, one map from end to end.

import { readFileSync } from 'node:fs';
import { minify } from 'terser';
import ts from 'typescript';

export interface Compiled {
  code: string;
  map: string;
  source: string;
}

/** @param name a file in the folder firmware/. Its place in the map is src/. */
export async function compileFirmware(name: string, isMinified: boolean): Promise<Compiled> {
  const source = readFileSync(new URL(`./firmware/${name}`, import.meta.url), 'utf8');
  const { outputText, sourceMapText = '' } = ts.transpileModule(source, {
    fileName: `src/${name}`,
    compilerOptions: {
      target: ts.ScriptTarget.ES5,
      ignoreDeprecations: '6.0',
      module: ts.ModuleKind.ESNext,
      alwaysStrict: false,
      sourceMap: true,
      removeComments: true,
    },
  });
  // The compiler names the source by its last part only.
  const content = { ...JSON.parse(sourceMapText), sources: [`src/${name}`] } as Record<string, unknown>;
  const plain = outputText.replace(/\/\/# sourceMappingURL.*\s*$/, '').replace(/export \{\};/, '');
  const result = await minify(plain, {
    ecma: 5,
    toplevel: true,
    compress: isMinified && { hoist_funs: true, reduce_funcs: false, inline: false, passes: 2 },
    mangle: isMinified,
    format: isMinified ? {} : { beautify: true },
    sourceMap: { content: JSON.stringify(content), asObject: false },
  });
  return { code: result.code ?? '', map: String(result.map), source };
}
