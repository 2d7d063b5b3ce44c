// `npm run package`: the npm package as it is published, in out/package. Of the host code what the command and the library reach, without
// names and white space that only its authors need; of the device code all, since firmware is compiled from it, without the remarks
// inside of functions. What is published is what is checked, packed and installed: nothing is published from here.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { minify } from 'terser';
import ts from 'typescript';
import { PACKED_SOURCES } from '../flash/sim/scene-build.ts';
import { packageReadme } from './package-readme.ts';

/** Bytes, unpacked, without dependencies. */
const BYTES_MAX = 1_500_000;

const OUT = join('out', 'package');

/** What is called by its path, or imported by its name. */
const ENTRIES = [
  ...['mote', 'index', 'testing'].map((name) => `dist/flash/${name}.js`),
  ...['thread', 'prepare-thread', 'broker-process'].map((name) => `dist/flash/fleet/${name}.js`),
];
const DECLARED = ['dist/flash/index.d.ts', 'dist/flash/testing.d.ts'];

/** Sources that firmware is compiled from. */
const DEVICE = 'src';
/** Those of the world around one in a real engine: packed into one file. */
const AROUND = ['sim/chips', 'sim/device', 'sim/environment', 'sim/rig'];

const WHOLE = ['LICENSE', 'THIRD_PARTY.md', 'boards/jerryscript', 'types'];

/** Of package.json: the rest is for those who work on Mote. */
const PUBLIC = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'type',
  'engines',
  'bin',
  'exports',
  'dependencies',
];

function put(file: string, text: string | Buffer): void {
  const path = join(OUT, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** @returns `entries` and all files that they import, by themselves or through others. */
function reachedFrom(entries: readonly string[], importsOf: (file: string) => string[]): string[] {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    importsOf(file).forEach(visit);
  };
  entries.forEach(visit);
  return [...reached];
}

const relativeTo = (file: string, specifier: string) => join(dirname(file), specifier);

/** @returns the declarations that a file of declarations imports. */
function importsOfDeclaration(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => relativeTo(file, fileName.replace(/\.(js|ts)$/, '.d.ts')));
}

/** @returns whether an import is of a package, or of Node itself. */
const isForeign = (specifier: string) => !/^(\.|\/|dist\/)/.test(specifier);

/** The host code in as few files as its lazy imports leave, each under the name of the first that it holds. */
async function putHost(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((file) => [file.slice(0, -'.js'.length), file])),
    external: isForeign,
    platform: 'node',
    // Some are imported lazily by one command and at once by another.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'dist/flash/parts/[name]-[hash].js',
  });
  await bundle.close();
  for (const chunk of output) {
    if (chunk.type !== 'chunk') throw new Error(`${chunk.fileName} is no code`);
    put(chunk.fileName, await minified(chunk.code));
  }
}

async function minified(text: string): Promise<string> {
  // The makers of the simulated world are named in programs that are written for it.
  const renamed = /function (create\w*\$\w+)\(/.exec(text);
  if (renamed !== null) throw new Error(`two functions that make something have the name of ${renamed[1]}`);
  const { code } = await minify(text, {
    module: true,
    ecma: 2020,
    keep_classnames: true,
    keep_fnames: /^create/,
    compress: { ecma: 2020, passes: 2 },
    format: { comments: /^!/ },
  });
  return `${code}\n`;
}

/** Ranges of comments, wherever a parser says that they are. */
function commentsOf(source: ts.SourceFile): ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const ranges = [
      ...(ts.getLeadingCommentRanges(source.text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.end) ?? []),
    ];
    if (node.kind <= ts.SyntaxKind.LastToken) for (const range of ranges) found.set(range.pos, range);
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return [...found.values()].sort((a, b) => b.pos - a.pos);
}

/** Where a comment tells those who import something what it is: on it, and inside of types and tables. */
function toldOf(source: ts.SourceFile): (pos: number) => boolean {
  const ranges = source.statements
    .filter(
      (one) =>
        ts.canHaveModifiers(one) &&
        ts.getModifiers(one)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
    )
    .map((one) => ({ from: one.pos, to: ts.isFunctionDeclaration(one) ? one.getStart(source) : one.end }));
  return (pos) => ranges.some(({ from, to }) => pos >= from && pos < to);
}

/** Device code that nobody imports by its name, and whose types no other file hands on. */
const INNER = new RegExp(
  [
    '^src/(bytes|link|outbox|polyfills|ports/(espruino|jerryscript|codes)|signing|parts/commands/)',
    '^src/mqtt/(?!client\\.ts)',
    '^src/sensors/(.*-(core|compensation|bus|index)|scheduler|steady|acceleration|pulses)\\.ts',
    '^src/telemetry/(publisher|status|phase|number|discovery/(announcer|entity))\\.ts',
    '^src/(compose|discovery)\\.ts',
  ].join('|'),
);
const isInner = (file: string) => INNER.test(file.replace(/\\/g, '/'));

/**
 * @param isInner what it exports is told to nobody.
 * @returns `text` without remarks for its authors. What has an @ or a third slash is for compilers, and stays.
 */
function withoutRemarks(file: string, text: string, isInner: boolean): string {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const isTold = toldOf(source);
  let rest = text;
  for (const { pos, end } of commentsOf(source)) {
    const comment = text.slice(pos, end);
    if (comment.startsWith('///') || /@(inline|hot|apart|ts-)/.test(comment)) continue;
    if (comment.startsWith('/**') && !isInner && isTold(pos)) continue;
    rest = rest.slice(0, pos).trimEnd() === '' ? rest.slice(end) : rest.slice(0, pos) + rest.slice(end);
  }
  return rest
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .replace(/^\n+/, '');
}

/** A tab in the place of two spaces. */
function withTabs(text: string): string {
  return text.replace(/^(?: {2})+/gm, (indent) => '\t'.repeat(indent.length / 2));
}

/** @returns files in a folder and the folders in it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function putManifest(): void {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  const entries = PUBLIC.filter((key) => key in manifest).map((key) => [key, manifest[key]]);
  put('package.json', `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

/** Write the package. @returns bytes in it. */
async function writePackage(): Promise<number> {
  rmSync(OUT, { recursive: true, force: true });
  putManifest();
  await putHost();
  for (const file of reachedFrom(DECLARED, importsOfDeclaration)) {
    put(file, readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  }
  for (const file of filesIn(DEVICE)) {
    const text = readFileSync(file, 'utf8');
    if (!file.endsWith('.ts')) put(file, text);
    else if (isInner(file)) put(file, withoutRemarks(file, text, true).replace(/^ +/gm, ''));
    else put(file, withTabs(withoutRemarks(file, text, false)));
  }
  const around = AROUND.flatMap(filesIn).map((file) => {
    const text = readFileSync(file, 'utf8');
    return [file, file.endsWith('.ts') ? withoutRemarks(file, text, true).replace(/^ +/gm, '') : text];
  });
  put(PACKED_SOURCES, brotliCompressSync(JSON.stringify(Object.fromEntries(around))));
  for (const name of WHOLE.filter((one) => existsSync(one))) {
    cpSync(name, join(OUT, name), { recursive: true });
  }
  for (const file of ['types', 'boards'].flatMap((folder) => filesIn(join(OUT, folder)))) {
    if (/\.(ts|c|h)$/.test(file)) writeFileSync(file, withTabs(readFileSync(file, 'utf8')));
  }
  put(
    'README.md',
    packageReadme(readFileSync('README.md', 'utf8'), (file) => existsSync(join(OUT, file))),
  );
  return filesIn(OUT).reduce((sum, file) => sum + statSync(file).size, 0);
}

const bytes = await writePackage();
const parts = ['dist', 'src', 'types', 'boards'].map((folder) => {
  const sum = filesIn(join(OUT, folder)).reduce((all, file) => all + statSync(file).size, 0);
  return `${folder} ${Math.round(sum / 1000)}`;
});
console.log(`${resolve(OUT)}: ${bytes} bytes of ${BYTES_MAX} (thousands: ${parts.join(', ')})`);
if (bytes > BYTES_MAX) {
  console.error('error: the package is larger than it may be; see what is in it that nobody needs');
  process.exitCode = 1;
}
