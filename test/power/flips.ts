// Bits that turn at rest: bits of a region in which much stands are turned, one at a time.

import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant, EMPTY } from '../../src/bytes/bytes.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { BATCH_MAX } from '../../src/ports/outbox.ts';
import { append, BASE, createBench, createChip, list, listState, type Held, type Region } from './bench.ts';

interface Filled {
  readonly nor: Nor;
  readonly held: readonly Held[];
  readonly newest: number;
  readonly state: string;
}

/** @returns what is kept by key, as text. */
function stateOf(outbox: FlashOutbox): string {
  return JSON.stringify([...listState(outbox)]);
}

/** One page is prepared; in each of the others are records that are held, that are acknowledged, and that PUBREC has come for. */
function fill(region: Region, seed: number): Filled {
  const random = createRandom(seed);
  const nor = createChip(region);
  const { outbox } = createBench(nor, region);
  outbox.open(7);
  for (const key of [0, 7, 15]) outbox.remember(key, constant(`kept ${key}`));
  const held: Held[] = [];
  let firstPage = 0;
  for (let more = 4; more > 0; more -= nor.counters.erases < region.pages ? 0 : 1) {
    const payload = `m${held.length} `.padEnd(random.integer(3, 40), 'abcdefg');
    const qos = random.chance(0.4) ? 2 : 1;
    held.push({ sequence: append(outbox, payload, qos), payload, qos, received: false });
    if (nor.counters.erases === 1) firstPage = held.length;
  }
  // Three were taken along from page to page; of these one was kept anew, and one forgotten.
  if (outbox.remember(15, constant('again')) !== Code.Ok) throw new Error('no room for state');
  if (outbox.remember(7, EMPTY) !== Code.Ok) throw new Error('no room to forget');
  const left: Held[] = [];
  held.forEach((one, at) => {
    if (at < firstPage || random.chance(0.4)) {
      outbox.acknowledge(one.sequence);
      return;
    }
    const received = one.qos === 2 && random.chance(0.5);
    if (received) outbox.receive(one.sequence);
    left.push({ ...one, received });
  });
  if (!outbox.idle()) throw new Error('no page was prepared');
  return { nor, held: left, newest: outbox.newest(), state: stateOf(outbox) };
}

/** On parts with ECC a bit behind the last record may be what is left of messages that were sent: their sequences are passed over. */
function isNext({ ecc }: Region, before: number, sequence: number): boolean {
  return sequence === before + 1 || (ecc && sequence === before + 1 + BATCH_MAX);
}

/** @returns what is wrong on a chip in which a bit has turned. */
function judge(nor: Nor, region: Region, { held, newest, state }: Filled): string | undefined {
  const { outbox } = createBench(nor, region);
  const code = outbox.open(8);
  if (code !== Code.Ok) return `open: ${code}`;
  const found = list(outbox);
  if (JSON.stringify(found) !== JSON.stringify(held)) return `found ${JSON.stringify(found)}`;
  if (stateOf(outbox) !== state) return `state ${stateOf(outbox)}`;
  const sequence = append(outbox, 'after');
  if (!isNext(region, newest, sequence)) return `append: ${sequence}`;
  for (const one of [...held.map((one) => one.sequence), sequence]) {
    if (outbox.acknowledge(one) !== Code.Ok) return `acknowledge ${one}`;
  }
  outbox.idle();
  const again = createBench(nor, region).outbox;
  if (again.open(9) !== Code.Ok) return 'open again';
  const left = list(again);
  if (left.length > 0) return `left: ${JSON.stringify(left)}`;
  if (stateOf(again) !== state) return `in the end: state ${stateOf(again)}`;
  return isNext(region, sequence, append(again, 'end')) ? undefined : 'append at the end';
}

/** Turn one bit of each `every`. */
export function flipBits(
  region: Region,
  seed: number,
  every: number,
  violationsMax = 20,
): { flips: number; held: number; violations: string[] } {
  const filled = fill(region, seed);
  const violations: string[] = [];
  let flips = 0;
  for (let bit = seed % every; bit < region.pages * region.pageBytes * 8; bit += every) {
    const nor = filled.nor.fork();
    nor.flip(BASE + (bit >> 3), 1 << (bit & 7));
    flips++;
    let wrong: string | undefined;
    try {
      wrong = judge(nor, region, filled);
    } catch (error) {
      wrong = (error as Error).message;
    }
    if (wrong !== undefined) violations.push(`bit ${bit & 7} of byte ${bit >> 3}: ${wrong}`);
    if (violations.length >= violationsMax) break;
  }
  return { flips, held: filled.held.length, violations };
}
