// What long tests have done, kept for the docs: one file of bench/results a kind of test, sorted by name.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Figures = Readonly<Record<string, number | string | readonly string[]>>;

function known(file: URL): Record<string, Figures> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Figures>;
  } catch {
    return {};
  }
}

/** Say what was done. */
export function say(what: string, figures: Figures): void {
  const list = Object.entries(figures).map(([name, figure]) => `${name} ${String(figure)}`);
  console.log(`${what}: ${list.join(', ')}`);
}

/** Keep what was done in the place of what was done before. @param name of the file in bench/results, without its end. */
export function keep(name: string, what: string, figures: Figures): void {
  const folder = new URL('../bench/results/', import.meta.url);
  const file = new URL(`${name}.json`, folder);
  mkdirSync(fileURLToPath(folder), { recursive: true });
  const results = { ...known(file), [what]: { ...figures, date: new Date().toISOString().slice(0, 10) } };
  const sorted = Object.entries(results).sort(([a], [b]) => a.localeCompare(b));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}
