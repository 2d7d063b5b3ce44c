// What an outbox has counted, judged against a plain list of what it was told, with a cut at every program and erase, in what
// follows a cut, and in what follows that: stored = acknowledged + waiting + given up, exactly, unless it says that it is not sure.
import { describe, expect, it } from 'vitest';
import { createRandom, type SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { EMPTY, type Bytes } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';
import {
  append,
  appendTogether,
  createBench,
  createChip,
  list,
  perform,
  topics,
  waysOf,
  type Held,
  type Operation,
  type Region,
} from './bench.ts';
import { IS_FULL, TIMEOUT_MS, told } from './settings.ts';

interface Ledger {
  stored: number;
  acknowledged: number;
  /** What is being done: payloads that may be taken, or one that may be acknowledged. */
  appending: readonly string[];
  acknowledging: number;
  /** Sequences that are held, in order, as far as a look at them told. */
  held: number[];
}

interface Sweep {
  readonly region: Region;
  readonly random: SeededRandom;
  /** Share of the ways of a first cut, of a second and so on, that are tried. */
  readonly shares: readonly number[];
  readonly operations: number;
  cuts: number;
  nested: number;
  unsure: number;
  inexact: number;
  drops: number;
  readonly violations: string[];
}

const figuresOf = (outbox: FlashOutbox) => ({ ...outbox.counters() });

/** What the list says of what stands there after a start. */
function settle(ledger: Ledger, found: readonly Held[]): void {
  const last = found.slice(-ledger.appending.length);
  const isTaken =
    ledger.appending.length > 0 && ledger.appending.every((payload, i) => last[i]?.payload === payload);
  if (isTaken) ledger.stored += ledger.appending.length;
  const isAcknowledged =
    ledger.acknowledging > 0 && !found.some(({ sequence }) => sequence === ledger.acknowledging);
  if (isAcknowledged) ledger.acknowledged++;
  ledger.appending = [];
  ledger.acknowledging = 0;
  ledger.held = found.map(({ sequence }) => sequence);
}

/** @returns what is wrong. */
function judge(sweep: Sweep, outbox: FlashOutbox, ledger: Ledger, depth: number): string | undefined {
  const seen = figuresOf(outbox);
  const found = list(outbox);
  settle(ledger, found);
  const given = ledger.stored - ledger.acknowledged - found.length;
  const wanted = { stored: ledger.stored, waiting: found.length, oldest: given };
  // One cut alone is never what it has doubts about.
  if (seen.isUnsure && depth > 1) {
    sweep.unsure++;
    if (seen.oldest !== given) sweep.inexact++;
    if (seen.oldest > given) return `more than were given up: ${seen.oldest} of ${given}`;
    wanted.oldest = seen.oldest;
  }
  const { stored, waiting, oldest } = seen;
  if (stored === wanted.stored && waiting === wanted.waiting && oldest === wanted.oldest) return undefined;
  return `${JSON.stringify({ stored, waiting, oldest })}, not ${JSON.stringify(wanted)}`;
}

/** Outboxes that hold what they had no room for. */
const gathered = new WeakSet<FlashOutbox>();

function appendSome({ random }: Sweep, outbox: FlashOutbox, ledger: Ledger): void {
  // What found no room stays together, until the next start.
  const count = !gathered.has(outbox) && random.chance(0.2) ? random.integer(2, 3) : 1;
  const payloads = Array.from({ length: count }, (_, i) =>
    `m${ledger.stored + i} `.padEnd(random.integer(1, 12), 'x'),
  );
  ledger.appending = payloads;
  const code =
    count === 1 ? append(outbox, payloads[0]!, random.chance(0.2) ? 2 : 1) : appendTogether(outbox, payloads);
  if (code > 0) ledger.stored += count;
  else if (code !== Code.Full) throw new Error(`append: ${code}`);
  else if (count > 1) gathered.add(outbox);
  ledger.appending = [];
}

const record: OutboxRecord<Bytes> = { sequence: 0, topic: topics[1]!, payload: EMPTY, received: false };

function acknowledgeOne({ random }: Sweep, outbox: FlashOutbox, ledger: Ledger): void {
  let sequence = 0;
  for (let ahead = random.chance(0.7) ? 0 : random.integer(0, 7); ahead >= 0; ahead--) {
    if (outbox.peek(sequence, record) !== Code.Ok) break;
    ({ sequence } = record);
  }
  if (sequence === 0) return;
  ledger.acknowledging = sequence;
  if (outbox.acknowledge(sequence) !== Code.Ok) throw new Error('acknowledge');
  ledger.acknowledged++;
  ledger.acknowledging = 0;
}

function isMark(operation: Operation, { unit }: Region): boolean {
  return (
    operation.kind === 'program' &&
    operation.data.length === unit &&
    operation.data.every((byte) => byte === 0)
  );
}

/** Power on, and go on for a while, with cuts on the way. */
function live(sweep: Sweep, nor: Nor, ledger: Ledger, depth: number, name: string): void {
  const { region, random } = sweep;
  if (sweep.violations.length > 10) return;
  let number = 0;
  const watch = (outbox: ReturnType<typeof createBench>) => {
    outbox.before = (operation) => {
      number++;
      const share = sweep.shares[depth] ?? 0;
      if (share === 0) return;
      for (const way of waysOf(operation, region, random)) {
        // A mark that reads as either each time may be found to be set later: nobody can tell when.
        const isEither = isMark(operation, region) && way.torn.unsure !== undefined;
        if (isEither || !random.chance(share)) continue;
        if (depth === 0) sweep.cuts++;
        else sweep.nested++;
        const chip = nor.fork();
        chip.interrupt = () => way.torn;
        perform(chip, region, operation);
        chip.interrupt = undefined;
        chip.powerUp();
        live(
          sweep,
          chip,
          structuredClone(ledger),
          depth + 1,
          `${name} > ${number} ${operation.kind} ${way.name}`,
        );
      }
    };
  };
  const start = (): FlashOutbox | undefined => {
    const bench = createBench(nor, region);
    watch(bench);
    const code = bench.outbox.open(random.integer(1, 1e6));
    if (code !== Code.Ok) sweep.violations.push(`${name}: open ${code}`);
    const wrong = judge(sweep, bench.outbox, ledger, depth);
    if (wrong !== undefined) sweep.violations.push(`${name}: ${wrong}`);
    return code === Code.Ok && wrong === undefined ? bench.outbox : undefined;
  };
  let outbox = start();
  for (let i = 0; i < (depth === 0 ? sweep.operations : 25) && outbox !== undefined; i++) {
    const draw = random.next();
    if (draw < 0.04) outbox = start();
    else if (draw < 0.75) appendSome(sweep, outbox, ledger);
    else acknowledgeOne(sweep, outbox, ledger);
    if (random.chance(0.5)) outbox?.idle();
  }
  if (outbox === undefined) return;
  sweep.drops += outbox.counters().oldest;
  const wrong = judge(sweep, outbox, ledger, depth);
  if (wrong !== undefined) sweep.violations.push(`${name}, in the end: ${wrong}`);
  start();
}

const SEED = 5;

describe.each([
  { whenFull: 'drop-oldest', pages: 2, unit: 4 },
  { whenFull: 'drop-oldest', pages: 3, unit: 8 },
  { whenFull: 'drop-oldest', pages: 5, unit: 4 },
  { whenFull: 'refuse', pages: 3, unit: 4 },
] as const)('an outbox of $pages pages, unit $unit, $whenFull', ({ whenFull, pages, unit }) => {
  it(
    'knows after every cut of the power what became of all it was given',
    () => {
      const region: Region = { pages, pageBytes: 512, unit, ecc: false, options: { whenFull } };
      const sweep: Sweep = {
        region,
        random: createRandom(SEED),
        shares: IS_FULL ? [1, 0.02, 0.002] : [0.012, 0.003],
        operations: 120,
        cuts: 0,
        nested: 0,
        unsure: 0,
        inexact: 0,
        drops: 0,
        violations: [],
      };
      const ledger = { stored: 0, acknowledged: 0, appending: [], acknowledging: 0, held: [] };
      live(sweep, createChip(region), ledger, 0, 'life');
      const { cuts, nested, unsure, inexact, violations } = sweep;
      told(`counts after cuts, ${whenFull}, ${pages} pages, unit ${unit}`, {
        seed: SEED,
        cuts,
        nested,
        unsure,
        inexact,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
      if (whenFull === 'drop-oldest') expect(sweep.drops).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
