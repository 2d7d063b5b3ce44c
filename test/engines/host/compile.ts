// Compiles the Duktape host with the machine's own compiler into out/, once for each state of its source.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./dukhost.c', import.meta.url));
const OUT = fileURLToPath(new URL('../../../out/engines/', import.meta.url));
const COMPILER = 'gcc';
const PROBE = '#include <duktape.h>\nint main(void) { return 0; }\n';

function gcc(parameters: string[], input = ''): void {
  execFileSync(COMPILER, ['-std=c89', '-pedantic', '-O2', ...parameters, '-lduktape'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    input,
  });
}

/** @returns the path of the compiled host, undefined without compiler or library. */
export function compileHost(): string | undefined {
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12);
  const path = join(OUT, `dukhost-${hash}`);
  if (existsSync(path)) return path;
  mkdirSync(OUT, { recursive: true });
  // Test files may compile at the same time; each renames its own.
  const own = `${path}.${process.pid}`;
  try {
    gcc(['-o', own, '-x', 'c', '-'], PROBE);
  } catch {
    return undefined;
  }
  // From here on a failure is a mistake in our source.
  gcc(['-Wall', '-Wextra', '-Werror', '-o', own, SOURCE]);
  renameSync(own, path);
  return path;
}
