// What the flash outbox holds of Espruino's variables beyond its code, which stays in flash: for `npm run bench:outbox`, where
// there is an Espruino to look at.

import { createContext, runInContext } from 'node:vm';
import { parse, type ExpressionStatement, type FunctionExpression, type Node } from 'acorn';
import { simple } from 'acorn-walk';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { engineVersion, runFiles, type Engines } from './espruino.ts';
import { buildMeasured, type Bundle } from './mqtt/bundle.ts';

const PAGES = [2, 224] as const;
const IN_FLIGHT = 8;
/** Messages that come to all pages, and fit into two. */
const messagesOf = (pages: number) => pages * 4;

interface Choice {
  readonly name: string;
  readonly on: readonly string[];
}

const CHOICES: readonly Choice[] = [
  { name: 'QoS 1 and refusing', on: [] },
  { name: 'everything', on: ['QOS2', 'DROP', 'STATE', 'TIME'] },
];

export interface MemoryRow {
  readonly name: string;
  readonly pages: number;
  readonly hash: string;
  /** Variables of the functions. */
  readonly code: number;
  /** Typed arrays: their bytes, and variables, with those that the engine makes when a kind is used first. */
  readonly arrayBytes: number;
  readonly arrays: number;
  /** All other variables: once it is open, and with messages in flight. */
  readonly open: number;
  readonly inFlight: number;
}

export interface MemoryResult {
  readonly engine: string;
  readonly rows: readonly MemoryRow[];
}

/** @returns the bundles that are measured. */
export function memoryBundles(): { name: string; pages: number; bundle: Promise<Bundle> }[] {
  return CHOICES.flatMap(({ name, on }) =>
    PAGES.map((pages) => {
      const firmware = join(PACKAGE_ROOT, 'bench', 'device', `outbox-memory-${pages}.ts`);
      return { name, pages, bundle: buildMeasured({ name, on }, firmware) };
    }),
  );
}

/** @returns a bundle's functions alone, as they stand in it, and what it exposes of them. */
export function functionsOf(code: string): string {
  const text = ({ start, end }: Node) => code.slice(start, end);
  const statement = parse(code, { ecmaVersion: 5 }).body[0] as ExpressionStatement;
  let main: FunctionExpression | undefined;
  simple(statement, { FunctionExpression: (found) => void (main = found) });
  if (main === undefined || main.start > code.indexOf('{')) throw new Error('a bundle of another form');
  const declared = main.body.body.filter((part) => part.type === 'FunctionDeclaration');
  const names = new Set(declared.map((part) => part.id.name));
  const parts = declared.map(text);
  const isFunction = (value: Node & { name?: string }) =>
    value.type === 'FunctionExpression' || (value.type === 'Identifier' && names.has(value.name!));
  const rest = main.body.body.filter((part) => part.type !== 'FunctionDeclaration');
  for (const part of rest) {
    simple(part, {
      VariableDeclarator({ id, init }) {
        if (init?.type === 'FunctionExpression') parts.push(`var ${text(id)}=${text(init)};`);
        if (init?.type !== 'ObjectExpression') return;
        const members = init.properties.filter((one) => one.type === 'Property' && isFunction(one.value));
        if (members.length > 0) parts.push(`var ${text(id)}={${members.map(text).join()}};`);
      },
      CallExpression(call) {
        if (call.callee.type === 'Identifier' && call.callee.name === 'expose') parts.push(`${text(call)};`);
      },
    });
  }
  return `!function(){${parts.join('')}}();`;
}

/** @returns what makes the typed arrays that the outbox has, as code, and their bytes. */
function arraysOf(code: string): { code: string; bytes: number } {
  const made: string[] = [];
  let bytes = 0;
  const counted = (name: string, size: number) =>
    function (length: number) {
      made.push(`new ${name}(${length})`);
      bytes += length * size;
      return new Array(length).fill(0);
    };
  const globals = {
    expose() {},
    require: () => ({}),
    getTime: () => 0,
    Int32Array: counted('Int32Array', 4),
    Int16Array: counted('Int16Array', 2),
    Uint8Array: counted('Uint8Array', 1),
    E: {},
  };
  runInContext(code, createContext(globals));
  return { code: `[${made.join()}]`, bytes };
}

/** @returns variables that come on top of what was there, as the steps go. */
function countSteps(engines: Engines, code: string, steps: readonly string[]): number[] {
  const main = `var o,s,n=[],i=0,a;for(;i<9;i++)n.push(0);
function expose(outbox,send){o=outbox;s=send}
function note(at){n[at]=process.memory().usage}
require("Storage").write(".bootcde",require("fs").readFileSync("program.js")+"\\n");
note(0);
eval(require("Storage").read(".bootcde"));
note(1);
${steps.map((step, at) => `${step}note(${at + 2});`).join('\n')}
print("@@"+JSON.stringify(n));quit();`;
  const all = JSON.parse(runFiles(engines, { 'main.js': main, 'program.js': code })) as number[];
  return all.slice(1, steps.length + 2).map((count) => count - all[0]!);
}

/** Count everything. */
export async function measureMemory(engines: Engines): Promise<MemoryResult> {
  const rows: MemoryRow[] = [];
  for (const { name, pages, bundle } of memoryBundles()) {
    const { code: program, hash, names } = await bundle;
    const made = arraysOf(program);
    const [code = 0] = countSteps(engines, functionsOf(program), []);
    // The list of them is none of the outbox's: two variables, and one for each element.
    const [none = 0, list = 0] = countSteps(engines, ';', [`a=${made.code};`]);
    const arrays = list - none - 1 - (made.code.match(/new/g) ?? []).length;
    const send = `s(${messagesOf(pages)},${IN_FLIGHT});`;
    const [, open = 0, inFlight = 0] = countSteps(engines, program, [`o.${names['format']}(7);`, send]);
    rows.push({
      name,
      pages,
      hash,
      code,
      arrayBytes: made.bytes,
      arrays,
      open: open - code - arrays,
      inFlight: inFlight - code - arrays,
    });
  }
  return { engine: engineVersion(engines), rows };
}
