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
import { dirname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { rolldown } from 'rolldown';
import { minify } from 'terser';
import ts from 'typescript';
import { PACKED_PAGE } from '../flash/page/files.ts';
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

/** What the page of `mote sim` serves: packed, too. */
const PAGE = 'flash/page/assets';

/** What it replays seeds of the system simulation with. */
const SYSTEM = 'test/system/firmware';

const WHOLE = ['LICENSE', 'THIRD_PARTY.md', 'boards/jerryscript', 'types', SYSTEM];

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

/** What only docs and tests read of tables: the folder, and the member. */
const UNREAD = [
  [join('flash', 'check', 'rules'), 'pair'],
  [join('flash', 'brokers'), 'sources'],
] as const;

/** @returns the code of a table without a member of its entries. */
function without(member: string, file: string, code: string): string {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  let rest = code;
  const visit = (node: ts.Node): void => {
    const isUnread = ts.isPropertyAssignment(node) && node.name.getText(source) === member;
    if (isUnread) rest = rest.replace(code.slice(node.pos, node.end), '').replace(/,\s*,/, ',');
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return rest;
}

/** The host code in as few files as its lazy imports leave, each under the name of the first that it holds. */
async function putHost(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((file) => [file.slice(0, -'.js'.length), file])),
    external: isForeign,
    platform: 'node',
    plugins: [
      {
        name: 'without-unread',
        transform(code, id) {
          const [, member] = UNREAD.find(([folder]) => id.includes(folder)) ?? [];
          return member === undefined ? null : without(member, id, code);
        },
      },
    ],
    // Some are imported lazily by one command and at once by another.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'dist/flash/parts/[name]-[hash].js',
    minify: { compress: true, mangle: false, codegen: false },
  });
  await bundle.close();
  const makers = makersAround();
  for (const chunk of output) {
    if (chunk.type !== 'chunk') throw new Error(`${chunk.fileName} is no code`);
    put(chunk.fileName, await minified(chunk.code, makers));
  }
}

/** The makers of the simulated world, which are named in programs that are written for it (sim/scene/program.ts). */
function makersAround(): string[] {
  const texts = AROUND.flatMap(filesIn).map((file) => readFileSync(file, 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(/^export function (create\w+)/gm)].map(([, name]) => name!),
  );
}

async function minified(text: string, makers: readonly string[]): Promise<string> {
  const renamed = /function (create\w*)\$\w+\(/.exec(text)?.[1];
  if (renamed !== undefined && makers.includes(renamed)) {
    throw new Error(`two functions that make something have the name of ${renamed}`);
  }
  const { code } = await minify(text, {
    module: true,
    ecma: 2020,
    keep_classnames: true,
    keep_fnames: new RegExp(`^(${makers.join('|')})$`),
    compress: {
      ecma: 2020,
      passes: 4,
      unsafe_arrows: true,
      unsafe_methods: true,
      keep_fargs: false,
      hoist_funs: true,
    },
    format: { comments: /^!/ },
  });
  return `${code}\n`;
}

/** Where a text tells those who import something what it is: on it, and inside of types and tables. */
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

/** @returns the words and signs of a file, in their order. */
function tokensOf(source: ts.SourceFile): ts.Node[] {
  const tokens: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child));
    if (children.length > 0) children.forEach(visit);
    else if (node.getStart(source) < node.end || node.kind === ts.SyntaxKind.EndOfFileToken) {
      tokens.push(node);
    }
  };
  visit(source);
  return tokens;
}

/** Remarks between two words that stay. What has an @ or a third slash is for compilers. */
function keptOf(text: string, token: ts.Node, isTold: boolean): string[] {
  const ranges = [
    ...(ts.getTrailingCommentRanges(text, token.pos) ?? []),
    ...(ts.getLeadingCommentRanges(text, token.pos) ?? []),
  ];
  return [...new Map(ranges.map((range) => [range.pos, range])).values()]
    .map(({ pos, end }) => text.slice(pos, end))
    .filter(
      (comment) =>
        comment.startsWith('///') ||
        /@(inline|hot|apart|ts-)/.test(comment) ||
        (isTold && comment.startsWith('/**')),
    );
}

/** @returns whether two signs would be read as another one, had they nothing between them. */
const areOne = (before: string, next: string) =>
  /[\w$]$/.test(before) && /^[\w$]/.test(next)
    ? true
    : /[-+*/<>=?&|.!]$/.test(before) && /^[-+*/<>=?&|.!]/.test(next);

/** Types of what a function returns that follow from its body. */
const INFERRED: ReadonlySet<ts.SyntaxKind | undefined> = new Set([
  ts.SyntaxKind.VoidKeyword,
  ts.SyntaxKind.BooleanKeyword,
]);

/** @returns `text` without types that a compiler finds by itself, and `readonly` of members: they are for authors. */
function withoutWords(file: string, text: string, isInner: boolean): string {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const isTold = toldOf(source);
  const gone: { from: number; to: number }[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!isInner && isTold(node.getStart(source))) return;
    if (ts.isFunctionDeclaration(node) && node.body && INFERRED.has(node.type?.kind)) {
      gone.push({ from: node.type!.pos - 1, to: node.type!.end });
    }
    if (!ts.isPropertySignature(node)) return;
    const word = node.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword);
    if (word !== undefined) gone.push({ from: word.getStart(source), to: word.end });
  };
  visit(source);
  return gone
    .sort((a, b) => b.from - a.from)
    .reduce((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), text);
}

/**
 * @param isInner what it exports is told to nobody.
 * @returns a text without remarks for its authors, and without white space but where people read it: a statement is a line.
 */
function compact(file: string, whole: string, isInner: boolean): string {
  const text = withoutWords(file, whole, isInner);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const isTold = toldOf(source);
  let rest = '';
  let before = '';
  for (const token of tokensOf(source)) {
    const from = token.getStart(source);
    const next = text.slice(from, token.end);
    const isRead = !isInner && isTold(from);
    const gap = text.slice(token.pos, from);
    const kept = keptOf(text, token, !isInner && isTold(token.pos));
    if (kept.length > 0) rest += `\n${kept.join('\n').replace(/\n +/g, '\n ')}\n`;
    else if (isRead) rest += gap.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/\s*\n\s*/g, '\n');
    else if (/[;}]$/.test(before) && gap.includes('\n')) rest += '\n';
    else if (areOne(before, next)) rest += ' ';
    // Behind the last of a list.
    if (!isRead && before === ',' && /^[)}\]]$/.test(next) && rest.endsWith(',')) rest = rest.slice(0, -1);
    rest += next;
    before = next;
  }
  const compacted = `${rest.trim()}\n`;
  const again = ts.createSourceFile(file, compacted, ts.ScriptTarget.Latest, true);
  const words = (one: ts.SourceFile) =>
    tokensOf(one)
      .map((token) => token.getText(one))
      .join('\0')
      .replace(/,\0(?=[)}\]])/g, '');
  if (words(source) !== words(again)) {
    throw new Error(`${file}: another text when it is compacted`);
  }
  return withOneImport(compacted);
}

/** Types of a module beside its values, where both are imported. */
function withOneImport(text: string): string {
  const typesOf = new Map<string, string>();
  for (const [, names, module] of text.matchAll(/^import type\{([^}]*)\}from('[^']*');$/gm)) {
    typesOf.set(module!, names!);
  }
  const joined = new Set<string>();
  return text
    .replace(/^import\{([^}]*)\}from('[^']*');$/gm, (line, names: string, module: string) => {
      const types = typesOf.get(module);
      if (types === undefined || joined.has(module)) return line;
      joined.add(module);
      return `import{${names},${types.replace(/[^,]+/g, 'type $&')}}from${module};`;
    })
    .replace(/^import type\{[^}]*\}from('[^']*');\n/gm, (line, module: string) =>
      joined.has(module) ? '' : line,
    );
}

/** @throws Error when device code is none any more, as a project's compiler sees it. */
function checkDevice(): void {
  const { options } = ts.convertCompilerOptionsFromJson(
    (JSON.parse(readFileSync(join(DEVICE, 'tsconfig.json'), 'utf8')) as { compilerOptions: object })
      .compilerOptions,
    OUT,
  );
  const files = filesIn(join(OUT, DEVICE)).filter((file) => file.endsWith('.ts'));
  const found = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
  if (found.length === 0) return;
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => OUT,
    getNewLine: () => '\n',
  };
  throw new Error(
    `the packed device code does not compile\n${ts.formatDiagnostics(found.slice(0, 5), host)}`,
  );
}

/** A tab in the place of two spaces. */
function withTabs(text: string): string {
  return text.replace(/^(?: {2})+/gm, (indent) => '\t'.repeat(indent.length / 2));
}

/** @returns a program in C without the remarks inside of it; what a file is for, and headers, keep theirs. */
function withoutLines(text: string): string {
  const top = /^\/\*[\s\S]*?\*\/\n/.exec(text)?.[0] ?? '';
  return top + text.slice(top.length).replace(/^[ \t]*\/\*[\s\S]*?\*\/\n/gm, '');
}

/** @returns files in a folder and the folders in it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** @returns the text of a file, as short as it may be. */
async function shortened(file: string): Promise<string> {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.ts')) return compact(file, text, true);
  if (file.endsWith('.js')) return (await minify(text, { module: true, ecma: 2020 })).code ?? text;
  if (file.endsWith('.css')) return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s*\n\s*/g, '\n');
  return text;
}

/** Texts of files in one file. @param nameOf a file there. */
async function putPacked(
  name: string,
  files: readonly string[],
  nameOf: (file: string) => string,
): Promise<void> {
  const texts: Record<string, string> = {};
  for (const file of files) texts[nameOf(file)] = await shortened(file);
  const bytes = Buffer.from(JSON.stringify(texts));
  const { BROTLI_PARAM_MODE, BROTLI_MODE_TEXT, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = {
    [BROTLI_PARAM_MODE]: BROTLI_MODE_TEXT,
    [BROTLI_PARAM_LGWIN]: 24,
    [BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  put(name, brotliCompressSync(bytes, { params }));
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
    else put(file, compact(file, text, isInner(file)));
  }
  await putPacked(PACKED_SOURCES, AROUND.flatMap(filesIn), (file) => file);
  await putPacked(PACKED_PAGE, filesIn(PAGE), (file) => relative(PAGE, file));
  for (const name of WHOLE.filter((one) => existsSync(one))) {
    cpSync(name, join(OUT, name), { recursive: true });
  }
  for (const file of filesIn(SYSTEM).filter((name) => name.endsWith('.ts'))) {
    put(file, compact(file, readFileSync(file, 'utf8'), true));
  }
  for (const file of ['types', 'boards', 'dist'].flatMap((folder) => filesIn(join(OUT, folder)))) {
    const text = readFileSync(file, 'utf8');
    if (/\.(d\.ts|c|h)$/.test(file)) {
      writeFileSync(file, withTabs(file.endsWith('.c') ? withoutLines(text) : text));
    }
  }
  put(
    'README.md',
    packageReadme(readFileSync('README.md', 'utf8'), (file) => existsSync(join(OUT, file))),
  );
  return filesIn(OUT).reduce((sum, file) => sum + statSync(file).size, 0);
}

const bytes = await writePackage();
checkDevice();
const parts = ['dist', 'src', 'types', 'boards'].map((folder) => {
  const sum = filesIn(join(OUT, folder)).reduce((all, file) => all + statSync(file).size, 0);
  return `${folder} ${Math.round(sum / 1000)}`;
});
console.log(`${resolve(OUT)}: ${bytes} bytes of ${BYTES_MAX} (thousands: ${parts.join(', ')})`);
if (bytes > BYTES_MAX) {
  console.error('error: the package is larger than it may be; see what is in it that nobody needs');
  process.exitCode = 1;
}
