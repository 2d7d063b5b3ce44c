// Mutation tests of packets and sessions: `npm run mutation -- [form …]`. Stryker makes mutants of the sources, the tests of
// vitest.mutation.config.ts have to notice each, and docs/mutation.md tells of those that none noticed, each with the reason that
// stands in bench/mutation-reasons.json. Fails below the score that is promised, and when a reason is missing.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';

const FORMS = ['string', 'array'] as const;
type Form = (typeof FORMS)[number];

/** Least score, in percent. */
const PROMISED = 90;
/** Packets and sessions: written once, or once for each form. */
const SOURCES = ['src/mqtt/packet.ts', 'src/mqtt/decoder.ts', 'src/mqtt/session.ts'];
const OF_FORM = ['src/mqtt/form-', 'src/bytes/bytes-'];
const REASONS = join(PACKAGE_ROOT, 'bench', 'mutation-reasons.json');
const RESULTS = join(PACKAGE_ROOT, 'bench', 'results', 'mutation.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'mutation.md');

/** A mutant that no test noticed. */
interface Survivor {
  file: string;
  /** What Stryker did. */
  mutator: string;
  /** The line it is in, the code that it replaces there, and by what. */
  context: string;
  original: string;
  replacement: string;
}

interface Reason extends Omit<Survivor, 'mutator'> {
  reason: string;
}

interface FileResult {
  file: string;
  mutants: number;
  noticed: number;
}

interface FormResult {
  form: Form;
  files: FileResult[];
  survivors: Survivor[];
}

/** A mutant as Stryker's report has it; places count from 1. */
interface Mutant {
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: Place; end: Place };
}

interface Place {
  line: number;
  column: number;
}

/** Mutants by file. */
type Report = ReadonlyMap<string, Mutant[]>;

const short = (text: string): string => text.replace(/\s+/g, ' ').trim();
const isNoticed = ({ status }: Mutant): boolean => ['Killed', 'Timeout', 'RuntimeError'].includes(status);
const isCounted = ({ status }: Mutant): boolean => !['Ignored', 'CompileError'].includes(status);
const idOf = ({ location, replacement }: Mutant): string => JSON.stringify([location, replacement]);

/** Let `tests` (see vitest.mutation.config.ts) look at the mutants of `mutate`: files, or `file:line:column-line:column`. */
async function runStryker(form: Form, tests: 'near' | 'all', mutate: string[]): Promise<Report> {
  process.env['MUTATION_FORM'] = form;
  process.env['MUTATION_TESTS'] = tests;
  process.env['FUZZ_SHARE'] ??= '0.02';
  const report = join(PACKAGE_ROOT, 'out', `mutation-${form}-${tests}.json`);
  const stryker = new Stryker({
    mutate,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: report },
    tempDirName: 'out/stryker',
    ignorePatterns: ['dist', 'coverage', 'out'],
    allowConsoleColors: false,
  });
  await stryker.runMutationTest();
  const { files } = JSON.parse(readFileSync(report, 'utf8')) as {
    files: Record<string, { mutants: Mutant[] }>;
  };
  return new Map(Object.entries(files).map(([file, { mutants }]) => [file, mutants]));
}

function survivorOf(mutant: Mutant, file: string): Survivor {
  const lines = readFileSync(join(PACKAGE_ROOT, file), 'utf8').split('\n');
  const { start, end } = mutant.location;
  const covered = lines.slice(start.line - 1, end.line);
  covered[covered.length - 1] = covered.at(-1)!.slice(0, end.column - 1);
  covered[0] = covered[0]!.slice(start.column - 1);
  return {
    file,
    mutator: mutant.mutatorName,
    context: short(lines[start.line - 1]!),
    original: short(covered.join(' ')),
    replacement: short(mutant.replacement ?? ''),
  };
}

/** Columns of a range count from 0. */
const range = (file: string, { location: { start, end } }: Mutant): string =>
  `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;

/** First the tests that are about packets, which are fast; then all of them look at what is left. */
async function runForm(form: Form): Promise<FormResult> {
  const sources = [...SOURCES, ...OF_FORM.map((path) => `${path}${form}.ts`)];
  const near = await runStryker(form, 'near', sources);
  const left = [...near].flatMap(([file, mutants]) =>
    mutants.filter((mutant) => isCounted(mutant) && !isNoticed(mutant)).map((mutant) => range(file, mutant)),
  );
  const all =
    left.length === 0 ? new Map<string, Mutant[]>() : await runStryker(form, 'all', [...new Set(left)]);
  const result: FormResult = { form, files: [], survivors: [] };
  for (const [file, mutants] of near) {
    const noticedLater = new Set((all.get(file) ?? []).filter(isNoticed).map(idOf));
    const counted = mutants.filter(isCounted);
    const survivors = counted.filter((mutant) => !isNoticed(mutant) && !noticedLater.has(idOf(mutant)));
    result.files.push({ file, mutants: counted.length, noticed: counted.length - survivors.length });
    result.survivors.push(...survivors.map((mutant) => survivorOf(mutant, file)));
  }
  result.survivors.sort((a, b) => key(a).localeCompare(key(b)));
  return result;
}

/** What a reason is about: not a line number, so that it outlives changes elsewhere in the file. */
const key = ({ file, context, original, replacement }: Omit<Survivor, 'mutator'>): string =>
  JSON.stringify([file, context, original, replacement]);

function reasons(): Map<string, string> {
  const list = JSON.parse(readFileSync(REASONS, 'utf8')) as Reason[];
  return new Map(list.map((entry) => [key(entry), entry.reason]));
}

const percent = (part: number, whole: number): string => ((100 * part) / Math.max(1, whole)).toFixed(1);

function total({ files }: FormResult): FileResult {
  const sum = (pick: (file: FileResult) => number) => files.reduce((all, file) => all + pick(file), 0);
  return { file: 'all', mutants: sum(({ mutants }) => mutants), noticed: sum(({ noticed }) => noticed) };
}

const code = (text: string): string => `\`\` ${text.replaceAll('|', '\\|') || ' '} \`\``;

/** @returns docs/mutation.md from the results and the reasons. */
export async function mutationDocument(): Promise<string> {
  const results = JSON.parse(readFileSync(RESULTS, 'utf8')) as FormResult[];
  const why = reasons();
  const tables = results.flatMap((result) =>
    [...result.files, total(result)].map(
      ({ file, mutants, noticed }) =>
        `| ${file === 'all' ? '**all**' : `\`${file}\``} | ${result.form} | ${mutants} | ${noticed} | ${percent(noticed, mutants)} % |`,
    ),
  );
  const survivors = results.flatMap(({ form, survivors: list }) =>
    list.map(
      (survivor) =>
        `| \`${survivor.file}\` | ${form} | ${code(survivor.context)} | ${code(survivor.original)} | ${code(survivor.replacement)} | ${why.get(key(survivor)) ?? '**none yet**'} |`,
    ),
  );
  const text = `<!-- Written by bench/mutation.ts: npm run mutation -->

# Mutation tests

Stryker changes the sources of packets and sessions in one place at a time; the tests of \`test/mqtt\`, \`test/bytes\`, \`test/conformance\`
and \`test/fuzz\` have to fail each time. \`npm run mutation\` repeats it, fails below ${PROMISED} %, and fails when a mutant that survives has no reason.
Nothing is left out of the score: a mutant that cannot be told from the original counts as one that survived.

| source | form | mutants | noticed | score |
|---|---|---|---|---|
${tables.join('\n')}

## Survivors

| source | form | line | there | instead | why no test can tell, or need |
|---|---|---|---|---|---|
${survivors.join('\n')}
`;
  return format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = FORMS.filter((form) => process.argv.length < 3 || process.argv.includes(form));
  const results: FormResult[] = [];
  for (const form of wanted) results.push(await runForm(form));
  if (wanted.length === FORMS.length) {
    writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(PAGE, await mutationDocument());
  }
  const why = reasons();
  for (const result of results) {
    const { mutants, noticed } = total(result);
    const unexplained = result.survivors.filter((survivor) => !why.has(key(survivor)));
    console.log(`${result.form}: ${noticed} of ${mutants} noticed, ${percent(noticed, mutants)} %`);
    for (const survivor of unexplained) console.log(`  no reason: ${key(survivor)}`);
    if ((100 * noticed) / mutants < PROMISED || unexplained.length > 0) process.exitCode = 1;
  }
}
