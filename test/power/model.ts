// What an outbox was told, as a plain list, and whether what it holds is that.

import { Code } from '../../src/ports/codes.ts';
import { STATE_KEYS, StateKey } from '../../src/ports/outbox.ts';
import type { Held } from './bench.ts';

/** What is being done. */
export type Pending =
  | { readonly kind: 'append'; readonly payloads: readonly string[]; readonly qos: number }
  | { readonly kind: 'acknowledge' | 'receive'; readonly sequence: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'remember'; readonly key: number; readonly value: string };

export interface Model {
  /** Accepted and not acknowledged, in order. */
  held: Held[];
  /** Acknowledged: of these flash need not know so many, which may be there again. */
  acknowledged: readonly Held[];
  later: number;
  /** The part has ECC. */
  ecc: boolean;
  /** There is a clock: one of the keys is what the outbox keeps of boots. */
  hasBoots: boolean;
  pending: Pending | undefined;
  /**
   * Messages that were never accepted, but may stand there: on a part with ECC, which takes no second program that would make
   * them stay what they are, they may be found or not, each time.
   */
  torn: ReadonlySet<string>;
  /** Of records whose mark was torn: it may be read as none, and as one the next time; never the other way round. */
  unsure: ReadonlySet<number>;
  /** What is kept, by key. */
  state: ReadonlyMap<number, string>;
  /** Values by key that were never accepted, but may be found on a part with ECC, each time: "key value". */
  tornState: ReadonlySet<string>;
}

/** @param later acknowledgements that flash need not know of. */
export function createModel(ecc: boolean, later = 0, hasBoots = false): Model {
  return {
    held: [],
    acknowledged: [],
    later,
    ecc,
    hasBoots,
    pending: undefined,
    torn: new Set(),
    unsure: new Set(),
    state: new Map(),
    tornState: new Set(),
  };
}

export function copyModel(model: Model): Model {
  return { ...model, held: [...model.held] };
}

/** @returns whether what is being done to `want` may have come to its end. */
function isPending({ pending }: Model, want: Held, kind: 'acknowledge' | 'receive'): boolean {
  return pending?.kind === kind && pending.sequence === want.sequence;
}

/** @returns whether `want` need not be there. */
export function mayBeGone(model: Model, want: Held): boolean {
  const isForgotten = model.pending?.kind === 'restart' && want.received;
  return (
    model.torn.has(want.payload) ||
    model.unsure.has(want.sequence) ||
    isPending(model, want, 'acknowledge') ||
    isForgotten
  );
}

/** @returns why `have` is not what `want` may be. */
function judgeOne(model: Model, want: Held, have: Held): string | undefined {
  if (have.payload !== want.payload || have.qos !== want.qos) return `altered: ${want.payload}`;
  if (have.received === want.received || isPending(model, want, 'receive')) return undefined;
  if (model.unsure.has(want.sequence) && have.received) return undefined;
  return `${want.payload} is ${have.received ? '' : 'not '}received`;
}

/** @returns whether `one` was never accepted, and was not there the last time. */
export function isTorn({ torn, held }: Model, one: Held): boolean {
  return torn.has(one.payload) && !held.some(({ sequence }) => sequence === one.sequence);
}

/** @returns whether `one` was acknowledged, and flash did not know it. */
function isBack({ held, acknowledged }: Model, one: Held): boolean {
  const isIn = (list: readonly Held[]) => list.some(({ sequence }) => sequence === one.sequence);
  return isIn(acknowledged) && !isIn(held);
}

/** @returns why what is there again is not as it was. */
function judgeBack(model: Model, all: readonly Held[]): string | undefined {
  const back = all.filter((one) => isBack(model, one));
  if (back.length > model.later) return `${back.length} are back`;
  for (const one of back) {
    const want = model.acknowledged.find(({ sequence }) => sequence === one.sequence)!;
    const wrong = judgeOne(model, want, one);
    if (wrong !== undefined) return `back, but ${wrong}`;
  }
  return undefined;
}

/** `one` was acknowledged. */
export function noteAcknowledged(model: Model, one: Held): void {
  if (model.later > 0) model.acknowledged = [...model.acknowledged, one];
}

/**
 * @returns how many of `payloads`, which were taken together, stand at the end of `found`: none or all. Of a torn record that
 * reads as either each time, as it may on a part with ECC, the first may be read while it was whole.
 */
function countPending(
  found: readonly Held[],
  payloads: readonly string[],
  qos: number,
  ecc: boolean,
): number {
  let count = 0;
  while (payloads[count] !== undefined && found[count]?.payload === payloads[count]) {
    if (found[count]!.qos !== qos) return 0;
    count++;
  }
  return ecc || count === payloads.length ? count : 0;
}

/** @returns why `all` is not what `model` allows, undefined when it is. */
export function judgeList(model: Model, all: readonly Held[]): string | undefined {
  const { pending } = model;
  const found = all.filter((one) => !isTorn(model, one) && !isBack(model, one));
  let at = 0;
  for (const want of model.held) {
    const have = found[at];
    if (have?.sequence === want.sequence) {
      const wrong = judgeOne(model, want, have);
      if (wrong !== undefined) return wrong;
      at++;
    } else if (!mayBeGone(model, want)) {
      return `lost: ${want.payload}`;
    }
  }
  if (pending?.kind === 'append') {
    at += countPending(found.slice(at), pending.payloads, pending.qos, model.ecc);
  }
  if (found[at] !== undefined) return `not accepted, or again: ${found[at]!.payload}`;
  return judgeBack(model, all);
}

/** @returns why `state` is not what `model` allows, undefined when it is. */
export function judgeState(model: Model, state: ReadonlyMap<number, string>): string | undefined {
  const { pending } = model;
  for (let key = 0; key < STATE_KEYS; key++) {
    if (key === StateKey.Boots && model.hasBoots) continue;
    const have = state.get(key) ?? '';
    if (have === (model.state.get(key) ?? '')) continue;
    const isPendingNow = pending?.kind === 'remember' && pending.key === key && pending.value === have;
    if (!isPendingNow && !model.tornState.has(`${key} ${have}`)) {
      return `state ${key} is ${have}, not ${model.state.get(key) ?? ''}`;
    }
  }
  return undefined;
}

/** What `remember` came to. */
export function noteState(model: Model, key: number, value: string, code: number): void {
  model.pending = undefined;
  if (code === Code.Full || code === Code.TooLong) return;
  if (code !== Code.Ok) throw new Error(`remember: ${code}`);
  model.state = new Map([...model.state, [key, value]]);
  model.tornState = new Set([...model.tornState].filter((one) => !one.startsWith(`${key} `)));
}

/** @returns the model after a start that found `found` and `state`: from there on this is what there is. */
export function afterStart(
  model: Model,
  found: Held[],
  state: ReadonlyMap<number, string>,
  ecc: boolean,
): Model {
  const { pending } = model;
  const next: Model = { ...model, held: found, state, pending: undefined };
  // What a part with ECC takes no second program of may be read the other way the next time.
  if (!ecc) next.acknowledged = [];
  if (ecc && pending?.kind === 'remember') {
    const { key, value } = pending;
    // Whichever of both is found now, the other may be next time.
    next.tornState = new Set([...model.tornState, `${key} ${value}`, `${key} ${model.state.get(key) ?? ''}`]);
  }
  if (ecc && pending?.kind === 'append') next.torn = new Set([...model.torn, ...pending.payloads]);
  // What flash did not know at this start, it may at the next.
  const back = ecc ? found.filter((one) => isBack(model, one)).map((one) => one.sequence) : [];
  next.unsure = new Set([...model.unsure, ...back]);
  if (pending?.kind === 'acknowledge' || pending?.kind === 'receive') {
    next.unsure = new Set([...next.unsure, pending.sequence]);
  }
  // A lost session ends some by their marks; which one was torn, nobody knows.
  if (pending?.kind === 'restart') {
    const received = found.filter((one) => one.received).map((one) => one.sequence);
    next.unsure = new Set([...next.unsure, ...received]);
  }
  return next;
}
