// Puts together what the workers have done, says it, and keeps it for the docs when it was all of it.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { keep, say } from '../results.ts';
import { SHARDS, joinTallies } from './settings.ts';
import type { Tally } from './settings.ts';

const OUT = new URL('../../out/system/', import.meta.url);

declare module 'vitest' {
  interface ProvidedContext {
    isFull: boolean;
  }
}

/** @returns what is done at the end. */
export default function setup(project: TestProject): () => void {
  const isFull = project.config.provide.isFull;
  rmSync(fileURLToPath(OUT), { recursive: true, force: true });
  return () => {
    const files = Array.from({ length: SHARDS }, (_, shard) => new URL(`${shard}.json`, OUT));
    if (!files.every((file) => existsSync(file))) return;
    const tally = joinTallies(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Tally));
    const { faults, violations, ...figures } = tally;
    const histogram = Object.entries(faults).sort(([, a], [, b]) => b - a);
    const all = {
      ...figures,
      virtualHours: Math.round(figures.virtualHours),
      violations: violations.length,
      ...Object.fromEntries(histogram.map(([kind, count]) => [`fault ${kind}`, count])),
    };
    say('system simulation', all);
    if (isFull) keep('system', 'seeds', all);
  };
}
