// Sockets, timers, flash file, simulated chip and snapshots of the C host: a C program of their own, under the sanitizers. It needs a
// compiler, which the Duktape host does too.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileHostParts } from '../../bench/host.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { describeEngine } from './describe-engine.ts';

const PROGRAM = join(PACKAGE_ROOT, 'test', 'engines', 'host-parts.c');
const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

describeEngine('dukhost', () => {
  it('do what they say, for every way a connection can end', () => {
    const [program] = compileHostParts(PROGRAM, SANITIZERS) ?? expect.fail('no compiler');
    const folder = mkdtempSync(join(tmpdir(), 'mote-parts-'));
    try {
      expect(execFileSync(program, [folder], { encoding: 'latin1', timeout: 60_000 })).toBe('end\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
