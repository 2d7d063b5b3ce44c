// The files of the page: a table of names that is made once, so that no path ever comes from outside. In the npm package they are packed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import { pageCodes } from './codes.ts';

export interface PageFile {
  readonly type: string;
  read(): Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** In the npm package: texts of the page's files by their names. */
export const PACKED_PAGE = 'page.json.br';
const ASSETS = join(PACKAGE_ROOT, 'flash', 'page', 'assets');

/** Kept libraries as they are published: package, and its file. */
const VENDOR: Readonly<Record<string, readonly [name: string, file: string]>> = {
  'uplot.js': ['uplot', 'dist/uPlot.esm.js'],
  'uplot.css': ['uplot', 'dist/uPlot.min.css'],
  'mqtt.js': ['mqtt', 'dist/mqtt.esm.js'],
};

const require = createRequire(import.meta.url);

/** @returns the folder of an installed package. */
function folderOf(name: string): string | undefined {
  for (const base of require.resolve.paths(name) ?? []) {
    try {
      readdirSync(join(base, name));
      return join(base, name);
    } catch {
      // It may lie further up.
    }
  }
  return undefined;
}

const typeOf = (name: string) => TYPES[extname(name)] ?? 'application/octet-stream';

const fileAt = (path: string): PageFile => ({
  type: typeOf(path),
  read: () => readFileSync(path),
});

/** @returns the page's own files by their names. */
function ownFiles(folder: string): (readonly [name: string, file: PageFile])[] {
  const packed = join(PACKAGE_ROOT, PACKED_PAGE);
  if (!existsSync(packed)) return readdirSync(folder).map((name) => [name, fileAt(join(folder, name))]);
  const texts = JSON.parse(brotliDecompressSync(readFileSync(packed)).toString()) as Record<string, string>;
  return Object.entries(texts).map(([name, text]) => [
    name,
    { type: typeOf(name), read: () => Buffer.from(text) },
  ]);
}

/** @param folder of the page, where it is not packed. @returns files by the path of their address. */
export function pageFiles(folder = ASSETS): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const [name, file] of ownFiles(folder)) {
    if (name === 'index.html') files.set('/', file);
    else if (extname(name) in TYPES && name !== 'tsconfig.json') files.set(`/assets/${name}`, file);
  }
  const codes = Buffer.from(JSON.stringify(pageCodes()));
  files.set('/assets/codes.json', { type: TYPES['.json']!, read: () => codes });
  for (const [name, [owner, file]] of Object.entries(VENDOR)) {
    const at = folderOf(owner);
    if (at !== undefined) files.set(`/vendor/${name}`, fileAt(join(at, file)));
  }
  return files;
}

/** @returns text for an attribute. */
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Put what only this server knows into the page. @param broker address that the page itself connects to. */
export function withMeta(html: string, token: string, broker: string | undefined): string {
  const metas = [
    `<meta name="mote-token" content="${token}">`,
    ...(broker === undefined ? [] : [`<meta name="mote-broker" content="${escaped(broker)}">`]),
  ];
  return html.replace(/<head>/i, (head) => `${head}\n    ${metas.join('\n    ')}`);
}
