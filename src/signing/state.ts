// What signing keeps over a loss of power, all of it under one key of the outbox: the block of numbers that was taken last,
// and the highest number that came from outside. Each part is kept without touching the other.

import {
  byteAt,
  createBuffer,
  createView,
  emptied,
  EMPTY,
  join,
  joinText,
  joinWord,
  tail,
  wordAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { Code } from '../ports/codes.ts';
import { STATE_MAX, StateKey, type Outbox } from '../ports/outbox.ts';

/** Stands first, so that what somebody else has kept here is not taken for ours. */
const MARK = 'S';
const MARK_BYTE = 0x53;
const HEAD = 5;

export type SigningStore = Pick<Outbox<Bytes>, 'recall' | 'remember'>;

export interface SigningState {
  /** @returns number of the block that was taken last, 0 before the first. */
  block(): number;
  /** @returns the highest number that came, in decimal, valid until the next call; nothing before the first. */
  highest(): Bytes;
  /** @returns 0; a code of the outbox; Code.Unknown: it keeps nothing over a loss of power. */
  keepBlock(block: number): number;
  keepHighest(decimal: Bytes): number;
}

/** @param outbox is open, and stays so. Start-up only. */
export function createSigningState(outbox: SigningStore): SigningState {
  const view = createView();
  let value = createBuffer(STATE_MAX);

  /** @returns what is kept, nothing when it is not ours. */
  function kept(): Bytes {
    const bytes = outbox.recall(StateKey.Signing);
    return bytes.length >= HEAD && byteAt(bytes, 0) === MARK_BYTE ? bytes : EMPTY;
  }

  function block(): number {
    const bytes = kept();
    return bytes.length === 0 ? 0 : wordAt(bytes, 1) | (wordAt(bytes, 3) << 16);
  }

  function highest(): Bytes {
    const bytes = kept();
    return bytes.length === 0 ? EMPTY : tail(view, bytes, HEAD);
  }

  function keep(number: number, decimal: Bytes): number {
    value = joinText(emptied(value), MARK);
    value = joinWord(joinWord(value, number & 0xffff), number >> 16);
    value = join(value, decimal);
    const code = outbox.remember(StateKey.Signing, value);
    // An outbox in RAM takes everything and keeps nothing.
    return code === Code.Ok && kept().length === 0 ? Code.Unknown : code;
  }

  function keepBlock(number: number): number {
    return keep(number, highest());
  }

  function keepHighest(decimal: Bytes): number {
    return keep(block(), decimal);
  }

  return { block, highest, keepBlock, keepHighest };
}
