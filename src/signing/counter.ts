// Numbers of signed messages: each is greater than all before, over restarts and losses of power too, and none is given
// twice. Flash is written once for a thousand of them: what a loss of power leaves of a thousand is never used.

import { joinInteger, joinText, type Bytes } from '../bytes/bytes.ts';
import { Code } from '../ports/codes.ts';
import type { SigningState } from './state.ts';

/** Numbers that are taken at a time. Three digits: the number is that of the block and the place in it, side by side. */
export const COUNTER_BLOCK = 1000;
/** Beyond 2^27, and 10^11 messages: no board gets there. */
const BLOCK_MAX = 0x7ffffff;

export interface SignedCounter {
  /** Take a block. @returns 0, or a code: it could not be kept; `next` tries again. */
  reserve(): number;
  /** Go to the next number. @returns 0, or a code: there is none, because it could not be kept. */
  next(): number;
  /** @returns `head` and behind it the number in decimal. */
  joinTo(head: Bytes): Bytes;
}

/** Start-up only. Call `reserve` before the first number. */
export function createSignedCounter(state: SigningState): SignedCounter {
  let block = 0;
  /** The last one that was given: none of a block, or all. */
  let place = COUNTER_BLOCK - 1;

  function reserve(): number {
    const taken = state.block() + 1;
    if (taken > BLOCK_MAX) return Code.Range;
    const code = state.keepBlock(taken);
    if (code !== Code.Ok) return code;
    block = taken;
    place = -1;
    return Code.Ok;
  }

  function next(): number {
    if (place === COUNTER_BLOCK - 1) {
      const code = reserve();
      if (code !== Code.Ok) return code;
    }
    place++;
    return Code.Ok;
  }

  function joinTo(head: Bytes): Bytes {
    const zeros = place < 10 ? '00' : place < 100 ? '0' : '';
    return joinInteger(joinText(joinInteger(head, block), zeros), place);
  }

  return { reserve, next, joinTo };
}
