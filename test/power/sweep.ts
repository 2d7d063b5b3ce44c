// The power goes away at every program and erase of a scenario, in every way in which such an operation can be torn. What is
// found afterwards is judged against a plain list: what was accepted is there, in order and as it was; what was
// acknowledged is not. What comes next works, and what was found once is found again.

import type { ManualClock } from '../../sim/manual.ts';
import { createRandom, type SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import type { Way } from '../../sim/torn.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import {
  append,
  appendTogether,
  createBench,
  createChip,
  list,
  listState,
  perform,
  takenAt,
  waysOf,
  type Held,
  type Operation,
  type Region,
} from './bench.ts';
import {
  afterStart,
  copyModel,
  createModel,
  isTorn,
  judgeList,
  judgeState,
  mayBeGone,
  noteAcknowledged,
  noteState,
  type Model,
} from './model.ts';

export interface SweepOptions {
  readonly region: Region;
  readonly seed: number;
  /** Appends, acknowledgements and others of the scenario. */
  readonly operations: number;
  /** State is kept beside the messages. */
  readonly hasState?: boolean;
  /** Of the appends, the share of those of several messages together. */
  readonly togetherShare?: number;
  /** The one of the region, where that has one: time passes in the scenario. */
  readonly clock?: ManualClock;
  /** Of the ways to tear an operation, the share that is tried. */
  readonly share: number;
  /** Try only those that leave bits between 0 and 1. */
  readonly isUnsure?: boolean;
  /** Of the cuts, the share in which everything that follows is cut too. */
  readonly nestedShare: number;
  /** Of the ways to tear an operation of those, the share that is tried. */
  readonly nestedWays?: number;
  /** Stop when so many violations are found. */
  readonly violationsMax?: number;
}

export interface SweepResult {
  cuts: number;
  nested: number;
  violations: string[];
}

interface Branch {
  readonly nor: Nor;
  readonly operation: Operation;
  readonly model: Model;
}

/** @returns the chip after an operation that the power went away in. */
export function tear(branch: Pick<Branch, 'nor' | 'operation'>, way: Way, region: Region): Nor {
  const nor = branch.nor.fork();
  nor.interrupt = () => way.torn;
  perform(nor, region, branch.operation);
  nor.interrupt = undefined;
  nor.powerUp();
  return nor;
}

type OnOperation = (operation: Operation, model: Model) => void;

/** A start after a cut, and what follows. */
interface Life {
  readonly nor: Nor;
  readonly region: Region;
  readonly onOperation: OnOperation;
  model: Model;
}

function power(life: Life, nonce: number): FlashOutbox {
  const bench = createBench(life.nor, life.region);
  bench.before = (operation) => life.onOperation(operation, life.model);
  const code = bench.outbox.open(nonce);
  if (code !== Code.Ok) throw new Error(`open: ${code}`);
  return bench.outbox;
}

/** The first start: what is there is what may be. */
function startFirst(life: Life): void {
  const outbox = power(life, 7);
  const found = list(outbox, life.region.options?.clock);
  const state = listState(outbox);
  const wrong = judgeList(life.model, found) ?? judgeState(life.model, state);
  if (wrong !== undefined) throw new Error(wrong);
  // Whose mark reads as either each time may be counted, and not be found.
  const doubtful = life.model.torn.size + life.model.held.filter((one) => mayBeGone(life.model, one)).length;
  const extra = outbox.count() - found.length;
  // Of a torn record that reads as either each time, the first messages may have been read, and the rest not.
  const { pending } = life.model;
  const vanished = life.region.ecc && pending?.kind === 'append' ? pending.payloads.length : 0;
  if (extra < -vanished || extra > doubtful) throw new Error(`count ${outbox.count()} of ${found.length}`);
  life.model = afterStart(life.model, found, state, life.region.ecc);
  outbox.idle();
}

/** The second start: what was found once is found again. */
function startAgain(life: Life): FlashOutbox {
  const outbox = power(life, 8);
  const found = list(outbox, life.region.options?.clock);
  const state = listState(outbox);
  const wrong = judgeList(life.model, found) ?? judgeState(life.model, state);
  if (wrong !== undefined) throw new Error(`not the same again: ${wrong}`);
  life.model.held = found;
  life.model.state = state;
  return outbox;
}

function appendSome({ model, region }: Life, outbox: FlashOutbox): void {
  const newest = model.held.at(-1)?.sequence ?? 0;
  for (let i = 0; i < 3; i++) {
    outbox.idle();
    const payload = `after ${i}${takenAt(region)}`;
    model.pending = { kind: 'append', payloads: [payload], qos: 1 };
    const sequence = append(outbox, payload);
    model.pending = undefined;
    if (sequence === Code.Full) break;
    if (sequence < 0) throw new Error(`append afterwards: ${sequence}`);
    if (newest > 0 && sequence <= newest) throw new Error(`sequence ${sequence} after ${newest}`);
    model.held.push({ sequence, payload, qos: 1, received: false });
  }
}

function acknowledgeAll({ model }: Life, outbox: FlashOutbox): void {
  for (let one = model.held[0]; one !== undefined; one = model.held[0]) {
    const { sequence } = one;
    const isUnsure = mayBeGone(model, one);
    model.pending = { kind: 'acknowledge', sequence };
    const code = outbox.acknowledge(sequence);
    if (code !== Code.Ok && !isUnsure) throw new Error(`acknowledge ${sequence}: ${code}`);
    model.pending = undefined;
    model.held.shift();
    noteAcknowledged(model, one);
  }
  if (outbox.settle!() !== Code.Ok) throw new Error('settle');
  model.acknowledged = [];
  outbox.idle();
}

/** Keep values for two keys: one that has one, mostly, and one that has none. */
function rememberSome({ model }: Life, outbox: FlashOutbox): void {
  for (const key of [1, 15]) remember(model, outbox, key, `after ${key}`);
}

/** The last start: nothing comes back, what is kept is kept, and there is room. */
function startLast(life: Life): void {
  const { model } = life;
  const outbox = power(life, 9);
  const wrong = judgeState(model, listState(outbox));
  if (wrong !== undefined) throw new Error(`in the end: ${wrong}`);
  const left = list(outbox, life.region.options?.clock).filter((one) => !isTorn(model, one));
  if (left.length > 0) throw new Error(`left: ${JSON.stringify(left)}`);
  const payload = `end${takenAt(life.region)}`;
  model.pending = { kind: 'append', payloads: [payload], qos: 1 };
  outbox.idle();
  const sequence = append(outbox, payload);
  if (sequence < 0) throw new Error(`append at the end: ${sequence}`);
}

/** Start on `nor`, and go on. @param onOperation hears of each program and erase. @returns what is wrong. */
function restart(nor: Nor, region: Region, model: Model, onOperation: OnOperation): string | undefined {
  const life: Life = { nor, region, onOperation, model };
  try {
    startFirst(life);
    const outbox = startAgain(life);
    appendSome(life, outbox);
    if (life.model.state.size > 0) rememberSome(life, outbox);
    acknowledgeAll(life, outbox);
    startLast(life);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

function remember(model: Model, outbox: FlashOutbox, key: number, value: string): void {
  model.pending = { kind: 'remember', key, value };
  noteState(model, key, value, outbox.remember(key, constant(value)));
}

/** A scenario that is being played, and what it has to come to. */
interface Play {
  readonly random: SeededRandom;
  readonly model: Model;
  readonly region: Region;
  outbox: FlashOutbox;
  appended: number;
  /** There was no room for those that were gathered. */
  isGathered: boolean;
}

function playTogether(play: Play): void {
  const { random, model, outbox } = play;
  const payloads = Array.from({ length: random.integer(2, 4) }, (_, i) =>
    `m${play.appended}.${i}${takenAt(play.region)} `.padEnd(random.integer(1, 12), 'abcdefg'),
  );
  model.pending = { kind: 'append', payloads, qos: 1 };
  const last = appendTogether(outbox, payloads);
  model.pending = undefined;
  if (last === Code.Full) {
    // They stay together: the next start forgets them.
    play.isGathered = true;
    return;
  }
  if (last < 0) throw new Error(`append together: ${last}`);
  payloads.forEach((payload, i) => {
    model.held.push({ sequence: last - payloads.length + 1 + i, payload, qos: 1, received: false });
  });
  play.appended++;
}

function playAppend(play: Play): void {
  const { random, model } = play;
  const payload = `m${play.appended}${takenAt(play.region)} `.padEnd(random.integer(3, 60), 'abcdefg');
  const qos = random.chance(0.3) ? 2 : 1;
  model.pending = { kind: 'append', payloads: [payload], qos };
  const sequence = append(play.outbox, payload, qos);
  model.pending = undefined;
  if (sequence > 0) {
    model.held.push({ sequence, payload, qos, received: false });
    play.appended++;
  } else if (sequence !== Code.Full) throw new Error(`append: ${sequence}`);
}

function playAnswer({ random, model, outbox }: Play): void {
  const index = random.chance(0.8) ? 0 : random.integer(0, Math.min(7, model.held.length - 1));
  const one = model.held[index]!;
  if (one.qos === 2 && !one.received) {
    model.pending = { kind: 'receive', sequence: one.sequence };
    if (outbox.receive(one.sequence) !== Code.Ok) throw new Error('receive');
    model.held[index] = { ...one, received: true };
  } else {
    model.pending = { kind: 'acknowledge', sequence: one.sequence };
    if (outbox.acknowledge(one.sequence) !== Code.Ok) throw new Error('acknowledge');
    model.held.splice(index, 1);
    noteAcknowledged(model, one);
  }
  model.pending = undefined;
}

function playLostSession({ model, outbox }: Play): void {
  model.pending = { kind: 'restart' };
  outbox.restart();
  model.pending = undefined;
  model.held = model.held.filter((one) => !one.received);
}

function playState({ random, model, outbox }: Play, number: number): void {
  const key = random.integer(0, 4);
  const value = random.chance(0.1) ? '' : `s${number} `.padEnd(random.integer(1, 20), 'xyz');
  remember(model, outbox, key, value);
}

/** A start of which nothing was cut. */
function playStart(play: Play, start: () => FlashOutbox): void {
  const { model } = play;
  play.outbox = start();
  play.isGathered = false;
  if (model.later === 0) return;
  // What flash did not know is there again.
  const found = list(play.outbox, play.region.options?.clock);
  const wrong = judgeList(model, found);
  if (wrong !== undefined) throw new Error(wrong);
  model.held = found;
  model.acknowledged = [];
}

/** Run the scenario. @param onOperation hears of each program and erase, before it happens. */
export function runScenario(
  nor: Nor,
  {
    region,
    seed,
    operations,
    hasState,
    togetherShare = 0,
    clock,
  }: Omit<SweepOptions, 'share' | 'nestedShare'>,
  onOperation: OnOperation,
): Held[] {
  const random = createRandom(seed);
  const model = createModel(region.ecc, region.options?.lazyAcknowledgements, clock !== undefined);
  const start = () => power({ nor, region, model, onOperation }, random.integer(1, 1e6));
  const play: Play = { random, model, region, outbox: start(), appended: 0, isGathered: false };
  for (let i = 0; i < operations; i++) {
    const draw = random.next();
    clock?.advance(2700);
    if (hasState && random.chance(0.25)) playState(play, i);
    if (draw < 0.04) playStart(play, start);
    else if (draw < 0.06) playLostSession(play);
    else if (draw < 0.5 || model.held.length === 0) {
      if (togetherShare > 0 && !play.isGathered && random.chance(togetherShare)) playTogether(play);
      else playAppend(play);
    } else playAnswer(play);
    if (random.chance(0.5)) play.outbox.idle();
  }
  return model.held;
}

/** Cut everything. */
export function sweep(options: SweepOptions): SweepResult {
  const {
    region,
    seed,
    share,
    nestedShare,
    nestedWays = 0.05,
    isUnsure = false,
    violationsMax = 20,
  } = options;
  const result: SweepResult = { cuts: 0, nested: 0, violations: [] };
  const random = createRandom(seed ^ 0x5eed);
  const nor = createChip(region);
  let number = 0;

  const isEnough = () => result.violations.length >= violationsMax;
  const note = (name: string, wrong: string | undefined) => {
    if (wrong !== undefined && !isEnough()) result.violations.push(`${name}: ${wrong}`);
  };

  const cutWhatFollows = (name: string, branches: readonly Branch[]) => {
    branches.forEach((branch, at) => {
      for (const way of waysOf(branch.operation, region, random)) {
        if (!random.chance(nestedWays)) continue;
        result.nested++;
        const wrong = restart(tear(branch, way, region), region, copyModel(branch.model), () => {});
        note(`${name}; then operation ${at} (${branch.operation.kind}), ${way.name}`, wrong);
      }
    });
  };

  const cut = (branch: Branch, way: Way) => {
    result.cuts++;
    const name = `operation ${number} (${branch.operation.kind}), ${way.name}`;
    const isNested = random.chance(nestedShare);
    const chip = tear(branch, way, region);
    const branches: Branch[] = [];
    const wrong = restart(chip, region, copyModel(branch.model), (operation, model) => {
      if (isNested) branches.push({ nor: chip.fork(), operation, model: copyModel(model) });
    });
    note(name, wrong);
    cutWhatFollows(name, branches);
  };

  try {
    runScenario(nor, options, (operation, model) => {
      const branch: Branch = { nor: nor.fork(), operation, model: copyModel(model) };
      number++;
      for (const way of waysOf(operation, region, random)) {
        if (isUnsure && way.torn.unsure === undefined) continue;
        if (random.chance(share) && !isEnough()) cut(branch, way);
      }
    });
  } catch (error) {
    note('scenario', (error as Error).message);
  }
  return result;
}

/** Cut everything in one scenario after another. @returns their sum. */
export function sweepAll(scenarios: readonly SweepOptions[]): SweepResult {
  const sum: SweepResult = { cuts: 0, nested: 0, violations: [] };
  for (const options of scenarios) {
    const { cuts, nested, violations } = sweep(options);
    sum.cuts += cuts;
    sum.nested += nested;
    sum.violations.push(...violations.map((text) => `seed ${options.seed}: ${text}`));
  }
  return sum;
}
