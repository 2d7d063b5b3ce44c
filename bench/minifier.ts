// What minifier settings cost on a real Espruino: `npm run bench:minifier`. Writes bench/results/minifier.json and
// docs/minifier.md. flash/build/minify.ts takes its settings from here.

import { findBoard } from '../flash/boards.ts';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { CompressOptions, MinifyOptions } from 'terser';
import { bundleModules } from '../flash/build/bundle.ts';
import { createCompiler, type Code } from '../flash/build/compile.ts';
import { locateFirmware, PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { CHOSEN, minifyCode, READABLE, withShortProperties } from '../flash/build/minify.ts';
import { keptNames } from '../flash/build/names.ts';
import { reportError } from '../flash/cli/output.ts';
import { countInstructions, countVariables, engineVersion, findEngines, type Engines } from './espruino.ts';

interface Setting {
  readonly name: string;
  readonly options: MinifyOptions;
  /** Shorten property names too, where the program allows it. */
  readonly properties: boolean;
}

interface Subject {
  readonly name: string;
  readonly source: Code;
  /** undefined: other programs use its property names. */
  readonly reserved: readonly string[] | undefined;
  /** Jobs that are measured, in the order of the columns. */
  readonly jobs: readonly string[];
  /** What has to be there before the program. */
  readonly globals: string;
  /** Makes the program do `rounds` rounds of a job and print something behind `@@`. */
  script(code: string, job: string, rounds: number): string;
}

interface Row {
  setting: string;
  bytes: number;
  variables?: number;
  /** Instructions a round, by job. */
  instructions: Record<string, number>;
  /** The same under all settings, or something is broken. */
  printed?: string;
  /** Why the program did not run. */
  failure?: string;
}

const KEEP = 'var kept;function keep(program){kept=program}';
const ROUNDS = [50, 250] as const;

const compressed = (changes: CompressOptions): MinifyOptions => ({
  ...CHOSEN,
  compress: { ...(CHOSEN.compress as CompressOptions), ...changes },
});
const withoutOne = (option: keyof CompressOptions): Setting => ({
  name: `chosen, without ${option}`,
  options: compressed({ [option]: false }),
  properties: true,
});

const PROPERTY_NAMES = 'white space, names, property names';
const WHITE_SPACE: MinifyOptions = { ...READABLE, format: { ...READABLE.format, beautify: false } };
const NAMES: MinifyOptions = { ...WHITE_SPACE, mangle: true };

const SETTINGS: readonly Setting[] = [
  { name: 'none', options: READABLE, properties: false },
  { name: 'white space', options: WHITE_SPACE, properties: false },
  { name: 'white space, names', options: NAMES, properties: false },
  { name: PROPERTY_NAMES, options: NAMES, properties: true },
  { name: 'all of compress', options: compressed({ reduce_funcs: true, inline: 3 }), properties: true },
  { name: '**chosen**: without reduce_funcs, inline 1', options: CHOSEN, properties: true },
  { name: 'chosen, with inline 3', options: compressed({ inline: 3 }), properties: true },
  ...(
    [
      'hoist_funs',
      'inline',
      'reduce_vars',
      'collapse_vars',
      'sequences',
      'conditionals',
      'if_return',
      'join_vars',
      'evaluate',
    ] as const
  ).map(withoutOne),
];

async function moteSubject(): Promise<Subject> {
  const firmware = locateFirmware(join(PACKAGE_ROOT, 'bench', 'device', 'publish.ts'));
  const compiled = createCompiler({
    firmware,
    board: findBoard('esp32'),
    settings: {},
    features: {},
    form: 'string',
  }).compile();
  return {
    name: 'Mote: publish a reading of three channels, receive a message of QoS 0',
    source: await bundleModules(firmware.entry, compiled),
    reserved: keptNames(compiled.program).reserved,
    jobs: ['publish', 'receive'],
    globals: `var job="",rounds=0;${KEEP}`,
    script: (code, job, rounds) => `var job="${job}",rounds=${rounds};${KEEP}\n${code}\n;quit();`,
  };
}

/** Espruino's own MQTT module, where its documentation is at hand; its property names are its interface. */
function espruinoSubject(docs: string): Subject {
  const text = readFileSync(join(docs, 'modules', 'MQTT.js'), 'latin1');
  const client = '{write:function(b){sent+=b.length},on:function(){},end:function(){}}';
  return {
    name: "Espruino's MQTT module: publish one message of QoS 0",
    source: { code: `(function(exports){\n${text}\n})(exports);`, map: '' },
    reserved: undefined,
    jobs: ['publish'],
    globals: 'var exports={};',
    script: (code, _job, rounds) => `var exports={},sent=0;
${code}
var m=exports.create("127.0.0.1",{client_id:"bench"});
m.client=${client};
for(var i=0;i<${rounds};i++)m.publish("bench/outdoor/temperature",'{"value":21.54,"unit":"C"}');
print("@@"+sent);quit();`,
  };
}

async function minified(subject: Subject, { options, properties }: Setting): Promise<string> {
  const short = properties && subject.reserved ? withShortProperties(options, subject.reserved) : options;
  return (await minifyCode(subject.source, short)).code;
}

async function measure(engines: Engines, subject: Subject, setting: Setting): Promise<Row> {
  const code = await minified(subject, setting);
  const row: Row = { setting: setting.name, bytes: code.length, instructions: {} };
  try {
    row.variables = countVariables(engines, subject.globals, code);
    for (const job of subject.jobs) {
      const [low, high] = ROUNDS.map((rounds) =>
        countInstructions(engines, subject.script(code, job, rounds)),
      );
      row.instructions[job] = Math.round((high!.instructions - low!.instructions) / (ROUNDS[1] - ROUNDS[0]));
      row.printed = `${row.printed ?? ''}${high!.marks};`;
    }
  } catch (error) {
    row.failure = (error as Error).message;
  }
  return row;
}

async function measureAll(engines: Engines, subject: Subject): Promise<Row[]> {
  const rows: Row[] = [];
  for (const setting of SETTINGS) {
    // Without property names there are settings that come to the same.
    if (subject.reserved === undefined && setting.name === PROPERTY_NAMES) continue;
    const row = await measure(engines, subject, setting);
    if (row.failure === undefined && row.printed !== rows[0]?.printed && rows.length > 0) {
      row.failure = `prints ${row.printed} instead of ${rows[0].printed}`;
    }
    process.stderr.write(`${JSON.stringify(row)}\n`);
    rows.push(row);
  }
  return rows;
}

function table(subject: Subject, rows: readonly Row[]): string {
  const head = [
    'settings',
    'bytes',
    'variables',
    ...subject.jobs.map((job) => `${job}, thousand instructions`),
  ];
  const body = rows.map((row) => {
    if (row.failure !== undefined) {
      return [row.setting, row.bytes, 'does not run', ...subject.jobs.map(() => '')];
    }
    const counts = subject.jobs.map((job) => ((row.instructions[job] as number) / 1000).toFixed(1));
    return [row.setting, row.bytes, row.variables, ...counts];
  });
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

const INTRODUCTION = `# What minifier settings cost on Espruino

Written by \`npm run bench:minifier\`; \`flash/build/minify.ts\` takes its settings from here.

Espruino runs source text: it reads every character again each time a line runs, and it looks names up by comparing them.
So settings change the speed of a program, not only its size, and the smallest program is not the fastest.
Instructions are those of the engine itself, for one round of the job, call of the job included, counted by valgrind
between ${ROUNDS[0]} and ${ROUNDS[1]} rounds. Variables are what the loaded program occupies when it runs out of flash,
in a build with a board's memory layout.

Two options are decided by more than figures. \`hoist_funs\` is needed: Espruino calls no function that is defined further
below. \`inline\` stays at 1: beyond that terser gives an inlined function's variables a \`var\` behind their first use
(\`return r=n,f(r);var r\`), and Espruino then overwrites a variable \`r\` outside. Where a row says that the program does
not run, it is for one of these reasons; that it runs in another row is luck.
`;

async function main(): Promise<void> {
  const engines = findEngines();
  const docs = process.env['ESPRUINO_DOCS'];
  const subjects = [await moteSubject(), ...(docs === undefined ? [] : [espruinoSubject(docs)])];
  const version = engineVersion(engines);
  const results: { subject: string; rows: Row[] }[] = [];
  const sections: string[] = [INTRODUCTION, `Engine: Espruino ${version}.\n`];
  for (const subject of subjects) {
    const rows = await measureAll(engines, subject);
    results.push({ subject: subject.name, rows });
    sections.push(`## ${subject.name}\n\n${table(subject, rows)}\n`);
  }
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  const json = `${JSON.stringify({ engine: version, rounds: ROUNDS, results }, null, 2)}\n`;
  writeFileSync(join(PACKAGE_ROOT, 'bench', 'results', 'minifier.json'), json);
  const page = join(PACKAGE_ROOT, 'docs', 'minifier.md');
  writeFileSync(
    page,
    await format(sections.join('\n'), { ...(await resolveConfig(page)), parser: 'markdown' }),
  );
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
