// The power goes away at every program and erase of a scenario, in every way in which such an operation can be torn. What is
// found afterwards is judged against a plain list: what was accepted is there, in order and as it was; what was
// acknowledged is not. What comes next works, and what was found once is found again.

import { createRandom, type SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { tornErases, tornPrograms, type Way } from '../../sim/torn.ts';
import { Code } from '../../src/ports/codes.ts';
import {
  append,
  createBench,
  createChip,
  list,
  perform,
  type Held,
  type Operation,
  type Region,
} from './bench.ts';

/** What the outbox was told, and has to keep to. */
interface Model {
  /** Accepted and not acknowledged, in order. */
  held: Held[];
  /** What is being done. */
  pending:
    | { readonly kind: 'append'; readonly payload: string; readonly qos: number }
    | { readonly kind: 'acknowledge' | 'receive'; readonly sequence: number }
    | undefined;
  appended: number;
  /**
   * A message that was never accepted, but found: on a part with ECC, which takes no second program that would make it stay,
   * it may be gone the next time.
   */
  torn?: string | undefined;
  /** Of a record whose mark was torn: it may be read as none, and as one the next time; never the other way round. */
  unsure?: number | undefined;
}

export interface SweepOptions {
  readonly region: Region;
  readonly seed: number;
  /** Appends, acknowledgements and others of the scenario. */
  readonly operations: number;
  /** Of the ways to tear an operation, the share that is tried. */
  readonly share: number;
  /** Of the cuts, the share in which everything that follows is cut too. */
  readonly nestedShare: number;
  /** Of the ways to tear an operation of those, the share that is tried. */
  readonly nestedWays?: number;
}

export interface SweepResult {
  cuts: number;
  nested: number;
  violations: string[];
}

const copyModel = (model: Model): Model => ({ ...model, held: [...model.held] });

/** @returns why `found` is not what `model` allows, undefined when it is. */
function judgeList(model: Model, found: readonly Held[]): string | undefined {
  const { pending } = model;
  let at = 0;
  for (const want of model.held) {
    const have = found[at];
    const isPending =
      pending !== undefined && pending.kind !== 'append' && pending.sequence === want.sequence;
    if (have?.sequence === want.sequence) {
      if (have.payload !== want.payload || have.qos !== want.qos) return `altered: ${want.payload}`;
      if (
        have.received !== want.received &&
        !(isPending && pending.kind === 'receive') &&
        want.sequence !== model.unsure
      ) {
        return `${want.payload} is ${have.received ? '' : 'not '}received`;
      }
      at++;
    } else if (
      want.payload !== model.torn &&
      want.sequence !== model.unsure &&
      (!isPending || pending.kind !== 'acknowledge')
    ) {
      return `lost: ${want.payload}`;
    }
  }
  const last = found[at];
  if (last !== undefined && pending?.kind === 'append' && last.payload === pending.payload) at++;
  return found[at] === undefined ? undefined : `not accepted, or again: ${found[at]!.payload}`;
}

interface Branch {
  readonly nor: Nor;
  readonly operation: Operation;
  readonly model: Model;
}

const waysOf = (operation: Operation, region: Region, random: SeededRandom): Way[] =>
  operation.kind === 'program'
    ? tornPrograms(operation.data.length, region.unit, random)
    : tornErases(region.pageBytes, region.unit, random);

function tear(branch: Branch, way: Way, region: Region): Nor {
  const nor = branch.nor.fork();
  nor.interrupt = () => way.torn;
  perform(nor, region, branch.operation);
  nor.interrupt = undefined;
  nor.powerUp();
  return nor;
}

/** Restart on `nor`, and go on. @param onOperation hears of each program and erase. @returns what is wrong. */
function restart(
  nor: Nor,
  region: Region,
  model: Model,
  onOperation: (operation: Operation, model: Model) => void,
): string | undefined {
  const first = createBench(nor, region);
  first.before = (operation) => onOperation(operation, model);
  const code = first.outbox.open(7);
  if (code !== Code.Ok) return `open: ${code}`;
  const found = list(first.outbox);
  const wrong = judgeList(model, found);
  if (wrong !== undefined) return wrong;
  // From here on this is what there is.
  const torn = region.ecc && model.pending?.kind === 'append' ? model.pending.payload : model.torn;
  const { pending } = model;
  const unsure = pending !== undefined && pending.kind !== 'append' ? pending.sequence : model.unsure;
  const next: Model = { ...copyModel(model), held: found, pending: undefined, torn, unsure };
  first.before = (operation) => onOperation(operation, next);
  if (first.outbox.count() < found.length) return `count ${first.outbox.count()} of ${found.length}`;
  first.outbox.idle();

  const second = createBench(nor, region);
  second.before = (operation) => onOperation(operation, next);
  second.outbox.open(8);
  const again = list(second.outbox);
  const settled = found.map((one) => {
    if (one.sequence !== unsure) return one;
    const later = again.find(({ sequence }) => sequence === unsure);
    return later && { ...one, received: later.received || one.received };
  });
  const stays = (one: Held | undefined) => one !== undefined && one.payload !== torn;
  if (JSON.stringify(again.filter(stays)) !== JSON.stringify(settled.filter(stays))) {
    return `not the same again: ${JSON.stringify(found)} ${JSON.stringify(again)}`;
  }
  next.held = again;
  const newest = next.held.at(-1)?.sequence ?? 0;
  for (let i = 0; i < 3; i++) {
    second.outbox.idle();
    const payload = `after ${i}`;
    next.pending = { kind: 'append', payload, qos: 1 };
    const sequence = append(second.outbox, payload);
    next.pending = undefined;
    if (sequence === Code.Full) break;
    if (sequence < 0) return `append afterwards: ${sequence}`;
    if (newest > 0 && sequence <= newest) return `sequence ${sequence} after ${newest}`;
    next.held.push({ sequence, payload, qos: 1, received: false });
  }
  while (next.held.length > 0) {
    const { sequence } = next.held[0]!;
    next.pending = { kind: 'acknowledge', sequence };
    const acknowledged = second.outbox.acknowledge(sequence);
    const isUnsure = next.held[0]!.payload === torn || sequence === unsure;
    if (acknowledged !== Code.Ok && !isUnsure) return `acknowledge ${sequence}: ${acknowledged}`;
    next.pending = undefined;
    next.held.shift();
  }
  second.outbox.idle();
  const third = createBench(nor, region);
  third.before = (operation) => onOperation(operation, next);
  if (third.outbox.open(9) !== Code.Ok) return 'open at the end';
  const left = list(third.outbox);
  if (left.length > 0) return `left: ${JSON.stringify(left)}`;
  next.pending = { kind: 'append', payload: 'end', qos: 1 };
  third.outbox.idle();
  const sequence = append(third.outbox, 'end');
  return sequence > 0 ? undefined : `append at the end: ${sequence}`;
}

/** Run the scenario. @param onOperation hears of each program and erase, before it happens. */
export function runScenario(
  nor: Nor,
  { region, seed, operations }: SweepOptions,
  onOperation: (operation: Operation, model: Model) => void,
): void {
  const random = createRandom(seed);
  const model: Model = { held: [], pending: undefined, appended: 0 };
  const start = () => {
    const bench = createBench(nor, region);
    bench.before = (operation) => onOperation(operation, model);
    const code = bench.outbox.open(random.integer(1, 1e6));
    if (code !== Code.Ok) throw new Error(`open: ${code}`);
    return bench.outbox;
  };
  let outbox = start();
  for (let i = 0; i < operations; i++) {
    const draw = random.next();
    if (draw < 0.04) {
      outbox = start();
    } else if (draw < 0.5 || model.held.length === 0) {
      const payload = `m${model.appended} `.padEnd(random.integer(3, 60), 'abcdefg');
      const qos = random.chance(0.3) ? 2 : 1;
      model.pending = { kind: 'append', payload, qos };
      const sequence = append(outbox, payload, qos);
      model.pending = undefined;
      if (sequence > 0) {
        model.held.push({ sequence, payload, qos, received: false });
        model.appended++;
      } else if (sequence !== Code.Full) throw new Error(`append: ${sequence}`);
    } else {
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
      }
      model.pending = undefined;
    }
    if (random.chance(0.5)) outbox.idle();
  }
}

/** Cut everything. */
export function sweep(options: SweepOptions): SweepResult {
  const { region, seed, share, nestedShare, nestedWays = 0.05 } = options;
  const result: SweepResult = { cuts: 0, nested: 0, violations: [] };
  const random = createRandom(seed ^ 0x5eed);
  const nor = createChip(region);
  const note = (text: string) => {
    if (result.violations.length < 20) result.violations.push(text);
  };
  let number = 0;
  runScenario(nor, options, (operation, model) => {
    const branch: Branch = { nor: nor.fork(), operation, model: copyModel(model) };
    number++;
    for (const way of waysOf(operation, region, random)) {
      if (!random.chance(share)) continue;
      result.cuts++;
      const name = `operation ${number} (${operation.kind}), ${way.name}`;
      const isNested = random.chance(nestedShare);
      const chip = tear(branch, way, region);
      const branches: Branch[] = [];
      const wrong = restart(chip, region, copyModel(branch.model), (inner, innerModel) => {
        if (isNested) branches.push({ nor: chip.fork(), operation: inner, model: copyModel(innerModel) });
      });
      if (wrong !== undefined) note(`${name}: ${wrong}`);
      branches.forEach((inner, at) => {
        for (const innerWay of waysOf(inner.operation, region, random)) {
          if (!random.chance(nestedWays)) continue;
          result.nested++;
          const innerWrong = restart(tear(inner, innerWay, region), region, copyModel(inner.model), () => {});
          if (innerWrong === undefined) continue;
          note(`${name}; then operation ${at} (${inner.operation.kind}), ${innerWay.name}: ${innerWrong}`);
        }
      });
    }
  });
  return result;
}
