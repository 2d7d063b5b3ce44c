// JerryScript with a count of its allocations: compiles jerryhost.c against the engine's own library into out/.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute } from './pairs.ts';

const SOURCE = fileURLToPath(new URL('./jerryhost.c', import.meta.url));
const OUT = fileURLToPath(new URL('../../../out/engines/', import.meta.url));

/** What the engine takes memory with; the host stands in front of each. */
const ALLOCATORS = [
  'jmem_pools_alloc',
  'jmem_heap_alloc_block',
  'jmem_heap_alloc_block_null_on_error',
  'jmem_heap_realloc_block',
];

/** @returns the directory of a JerryScript library for this machine, undefined when no variable names one. */
export function jerryDirectory(): string | undefined {
  return process.env['JERRY_DIR64'] || process.env['JERRY_DIR'] || undefined;
}

/** @returns the path of the compiled host. */
export function compileJerryHost(directory: string): string {
  const hash = createHash('sha256').update(readFileSync(SOURCE)).update(directory).digest('hex').slice(0, 12);
  const path = join(OUT, `jerryhost-${hash}`);
  if (existsSync(path)) return path;
  mkdirSync(OUT, { recursive: true });
  const own = `${path}.${process.pid}`;
  execFileSync('gcc', [
    ...['-O1', '-Wall', '-Wextra', '-Werror', '-o', own, SOURCE, `-I${directory}/include`],
    `-Wl,${ALLOCATORS.map((name) => `--wrap=${name}`).join(',')}`,
    ...[`-L${directory}/lib`, '-ljerry-core', '-ljerry-port', '-lm'],
  ]);
  renameSync(own, path);
  return path;
}

const CALLS = 100;

/** @returns how often a program's function `hot` takes memory, once it has run a few times. */
export async function countAllocations(host: string, code: string): Promise<string> {
  const { output } = await execute(
    host,
    `function ok() {}
${code}
for (var i = 0; i < 10; i++) { hot(5); }
var before = allocations();
for (i = 0; i < ${CALLS}; i++) { hot(5); }
print("@@" + (allocations() - before));`,
  );
  const count = /@@(\d+)/.exec(output)?.[1];
  return count === undefined ? `fails: ${output.trim()}` : `${count} allocations in ${CALLS} calls`;
}

export const NO_ALLOCATION = `0 allocations in ${CALLS} calls`;
