// What an outbox was told, as a plain list, and whether what it holds is that.

import type { Held } from './bench.ts';

/** What is being done. */
export type Pending =
  | { readonly kind: 'append'; readonly payload: string; readonly qos: number }
  | { readonly kind: 'acknowledge' | 'receive'; readonly sequence: number }
  | { readonly kind: 'restart' };

export interface Model {
  /** Accepted and not acknowledged, in order. */
  held: Held[];
  pending: Pending | undefined;
  /**
   * Messages that were never accepted, but may stand there: on a part with ECC, which takes no second program that would make
   * them stay what they are, they may be found or not, each time.
   */
  torn: ReadonlySet<string>;
  /** Of records whose mark was torn: it may be read as none, and as one the next time; never the other way round. */
  unsure: ReadonlySet<number>;
}

export function createModel(): Model {
  return { held: [], pending: undefined, torn: new Set(), unsure: new Set() };
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

/** @returns why `all` is not what `model` allows, undefined when it is. */
export function judgeList(model: Model, all: readonly Held[]): string | undefined {
  const { pending } = model;
  const found = all.filter((one) => !isTorn(model, one));
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
  const last = found[at];
  if (pending?.kind === 'append' && last?.payload === pending.payload && last.qos === pending.qos) at++;
  return found[at] === undefined ? undefined : `not accepted, or again: ${found[at]!.payload}`;
}

/** @returns the model after a start that found `found`: from there on this is what there is. */
export function afterStart(model: Model, found: Held[], ecc: boolean): Model {
  const { pending } = model;
  const next: Model = { ...model, held: found, pending: undefined };
  if (ecc && pending?.kind === 'append') next.torn = new Set([...model.torn, pending.payload]);
  if (pending?.kind === 'acknowledge' || pending?.kind === 'receive') {
    next.unsure = new Set([...model.unsure, pending.sequence]);
  }
  // A lost session ends some by their marks; which one was torn, nobody knows.
  if (pending?.kind === 'restart') {
    const received = found.filter((one) => one.received).map((one) => one.sequence);
    next.unsure = new Set([...model.unsure, ...received]);
  }
  return next;
}
