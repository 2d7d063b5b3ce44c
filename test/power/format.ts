// The power goes away while a flash is formatted: a blank one, one with somebody else's bytes, one with a log. What is found
// afterwards is an empty log, or what was there before: of a log, which was given up, perhaps not all.

import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { Code } from '../../src/ports/codes.ts';
import {
  append,
  BASE,
  createBench,
  createChip,
  list,
  perform,
  waysOf,
  type Held,
  type Operation,
  type Region,
} from './bench.ts';

/** `few`: a log that has not come to its last page. */
export type Content = 'blank' | 'foreign' | 'few' | 'log';

interface Before {
  readonly nor: Nor;
  readonly held: readonly Held[];
}

function fill(region: Region, content: Content, seed: number): Before {
  const nor = createChip(region);
  if (content === 'blank') return { nor, held: [] };
  if (content === 'foreign') {
    const random = createRandom(seed);
    const bytes = Uint8Array.from({ length: region.pageBytes }, () => random.integer(0, 255));
    for (let slot = 0; slot < region.pages; slot++) nor.program(BASE + slot * region.pageBytes, bytes);
    return { nor, held: [] };
  }
  const { outbox } = createBench(nor, region);
  outbox.open(7);
  const most = content === 'few' ? 8 : 500;
  for (let i = 0; i < most && append(outbox, `old ${i}`) > 0; i++);
  for (let i = 1; i < 5; i++) outbox.acknowledge(i);
  return { nor, held: list(outbox) };
}

/** @returns what is wrong after a cut. */
function judge(nor: Nor, region: Region, content: Content, held: readonly Held[]): string | undefined {
  const { outbox } = createBench(nor, region);
  const code = outbox.open(9);
  if (code === Code.Foreign && content === 'foreign') {
    if (outbox.format(10) !== Code.Ok) return 'format again';
  } else if (code !== Code.Ok) {
    return `open: ${code}`;
  }
  const found = list(outbox);
  const known = new Set(held.map((one) => JSON.stringify(one)));
  const strange = found.find((one) => !known.has(JSON.stringify(one)));
  if (strange !== undefined) return `found ${JSON.stringify(strange)}`;
  for (const { sequence } of found) outbox.acknowledge(sequence);
  if (append(outbox, 'new') < 0) return 'append';
  const again = createBench(nor, region).outbox;
  if (again.open(11) !== Code.Ok) return 'open again';
  const left = list(again).map((one) => one.payload);
  return left.join() === 'new' ? undefined : `left ${left.join()}`;
}

function judgeSafely(nor: Nor, region: Region, content: Content, held: readonly Held[]): string | undefined {
  try {
    return judge(nor, region, content, held);
  } catch (error) {
    return (error as Error).message;
  }
}

/** Cut a format at each operation, in a share of the ways. */
export function sweepFormat(
  region: Region,
  content: Content,
  seed: number,
  share: number,
): { cuts: number; violations: string[] } {
  const { nor, held } = fill(region, content, seed);
  const random = createRandom(seed);
  const violations: string[] = [];
  let cuts = 0;
  let number = 0;
  const cut = (operation: Operation) => {
    const before = nor.fork();
    number++;
    for (const { name, torn } of waysOf(operation, region, random)) {
      if (!random.chance(share)) continue;
      cuts++;
      const chip = before.fork();
      chip.interrupt = () => torn;
      perform(chip, region, operation);
      chip.interrupt = undefined;
      chip.powerUp();
      const wrong = judgeSafely(chip, region, content, held);
      if (wrong !== undefined && violations.length < 20) {
        violations.push(`operation ${number}, ${name}: ${wrong}`);
      }
    }
  };
  const bench = createBench(nor, region);
  if (content === 'log' || content === 'few') bench.outbox.open(8);
  bench.before = cut;
  const code = bench.outbox.format(8);
  if (code !== Code.Ok) violations.push(`format: ${code}`);
  return { cuts, violations };
}
