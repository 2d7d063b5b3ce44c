// How much the tests of lost power do: a sample with `npm test`, all of it with `npm run test:power -- --mode full`, which also
// keeps what was done for the docs.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const IS_FULL = process.env['MODE'] === 'full';
/** Time that a test may take. */
export const TIMEOUT_MS = IS_FULL ? 3_600_000 : 60_000;

const RESULTS = fileURLToPath(new URL('../../bench/results/power.json', import.meta.url));

export type Figures = Readonly<Record<string, number | string | readonly string[]>>;

function known(): Record<string, Figures> {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, Figures>;
  } catch {
    return {};
  }
}

/** Say what was done, and keep it when it was all of it. */
export function told(what: string, figures: Figures): void {
  const list = Object.entries(figures).map(([name, figure]) => `${name} ${String(figure)}`);
  console.log(`${what}: ${list.join(', ')}`);
  if (!IS_FULL) return;
  mkdirSync(fileURLToPath(new URL('.', `file://${RESULTS}`)), { recursive: true });
  const results = { ...known(), [what]: { ...figures, date: new Date().toISOString().slice(0, 10) } };
  const sorted = Object.entries(results).sort(([a], [b]) => a.localeCompare(b));
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}
