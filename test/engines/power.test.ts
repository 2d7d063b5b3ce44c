// The outbox in a real Espruino that dies at every write to its flash: each time a new engine starts on the same file, has all that was
// accepted, and goes on.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeEngine } from './describe-engine.ts';
import { judge, readDone, type Done } from './power-judge.ts';
import { finishErase, FLASH_FILE, start, type Cut, type Operation } from './power-start.ts';

/** How much of an operation is done when the power goes away. */
function cutsOf({ kind, bytes }: Operation, at: number): Cut[] {
  const half = bytes >> 1;
  if (kind === 'erase') {
    return [
      { at, from: 0, to: 0 },
      { at, from: 0, to: half },
      { at, from: half, to: bytes },
      { at, from: 0, to: bytes },
    ];
  }
  const counts = bytes > 24 ? [0, 6, half, bytes - 1, bytes] : [0, half + 1, bytes];
  return counts.map((to) => ({ at, from: 0, to }));
}

/** Two starts a cut; under an emulator, on a busy machine, each takes a second or two. */
const LIMIT_MS = 1_800_000;

/** After each so many operations, what follows a cut is cut as well. */
const REPAIRS = 7;

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mote-power-'));
  directories.push(directory);
  return directory;
}

/** Start from a copy of the flash file `image`, to the end or to the cut. */
async function startFrom(binary: string, image: string, from: number, cut?: Cut) {
  const cwd = createDirectory();
  const file = join(cwd, FLASH_FILE);
  copyFileSync(image, file);
  const found = await start(binary, cwd, from, cut);
  const operation = found.operations.at(-1)!;
  if (cut !== undefined) {
    expect(found.wasCut).toBe(true);
    finishErase(cwd, operation, cut);
  }
  return { ...found, file, operation, end: () => rmSync(cwd, { recursive: true }) };
}

interface Figures {
  operations: number;
  erases: number;
  cuts: number;
  /** Cuts of a start that repairs what a cut has left. */
  repairs: number;
  /** Messages that came twice. */
  twice: number;
}

/** Say which cut it was that a check failed after. */
function naming<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** Cut the start that follows a cut at each operation by which it repairs, and start once more. */
async function cutRepairs(
  binary: string,
  image: string,
  before: Done,
  opening: readonly Operation[],
  figures: Figures,
) {
  for (const [i, { bytes }] of opening.entries()) {
    const cut = { at: i + 1, from: 0, to: bytes >> 1 };
    const second = await startFrom(binary, image, before.next, cut);
    const third = await startFrom(binary, second.file, before.next);
    naming(`repair ${cut.at}`, () => judge(before, third));
    figures.repairs++;
    second.end();
    third.end();
  }
}

/** Cut each operation whose number `every` divides. */
async function cutAll(binary: string, every: number): Promise<Figures> {
  const blank = createDirectory();
  // The program is in the engine's storage from here on, and nothing in the outbox.
  await start(binary, blank, 1, { at: 1, from: 0, to: 0 });
  const image = join(blank, FLASH_FILE);
  const { operations, lines } = await startFrom(binary, image, 1);
  expect(lines.slice(-2)).toEqual(['left 0', 'end']);
  const erases = operations.filter(({ kind }) => kind === 'erase').length;
  const figures = { operations: operations.length, erases, cuts: 0, repairs: 0, twice: 0 };
  const cuts = operations.flatMap((operation, i) => ((i + 1) % every === 0 ? cutsOf(operation, i + 1) : []));
  for (const cut of cuts) {
    const first = await startFrom(binary, image, 1, cut);
    const { kind, address, bytes } = first.operation;
    const what = `${kind} ${cut.at} at ${address}, bytes ${cut.from} to ${cut.to} of ${bytes}`;
    const before = naming(what, () => readDone(first.lines));
    const again = await startFrom(binary, first.file, before.next);
    const repeated = naming(what, () => judge(before, again));
    figures.cuts++;
    figures.twice += repeated;
    const done = cut.to - cut.from;
    if (cut.at % REPAIRS === 0 && done > 0 && done < bytes) {
      const opening = again.operations.slice(0, again.opening);
      await cutRepairs(binary, first.file, before, opening, figures);
    }
    first.end();
    again.end();
  }
  return figures;
}

/** One engine sees every operation, the others some: they differ in sizes and assertions only. */
const ENGINES = [
  { name: 'espruino', every: 1 },
  { name: 'espruino-mcu', every: 7 },
  { name: 'espruino-assert', every: 7 },
];

for (const { name, every } of ENGINES) {
  describeEngine(name, (engine) => {
    it('loses no message, whichever write to its flash it dies at', { timeout: LIMIT_MS }, async () => {
      const { operations, erases, cuts, repairs, twice } = await cutAll(engine.find() ?? '', every);
      console.log(
        `${name}: ${cuts} cuts in ${operations} writes and erases, ${repairs} in starts after them; ${twice} messages came twice`,
      );
      expect(repairs).toBeGreaterThan(5);
      // Every page was used, and one of them again.
      expect(erases).toBeGreaterThan(3);
      expect(cuts).toBeGreaterThan((2 * operations) / every);
    });
  });
}
