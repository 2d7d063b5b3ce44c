// What every command goes through, whatever it asks for: is it short enough, and from somebody who may?

import { EMPTY, type Bytes } from '../../bytes/bytes.ts';
import { Code } from '../../ports/codes.ts';
import { createFlatReader, type FlatReader } from './flat.ts';

/** Bytes of the longest document that is looked at, signature included. */
export const DOCUMENT_MAX = 768;

/**
 * @param isKept the broker keeps it and sends it again and again: it does no harm as long as nothing newer came.
 * @returns what was signed, a part of `payload`, or a negative Code: it is not to be believed.
 */
export type Verify = (topic: Bytes, payload: Bytes, isKept: boolean) => Bytes | number;

export interface Gate {
  readonly reader: FlatReader;
  /** No sensor is to be sampled more often, milliseconds. */
  readonly leastMs: number;
  /** Begin to read a document. @param isKept see Verify. @returns 0, Code.TooLong, or what `verify` says; `reader` stands before its first member then. */
  open(topic: Bytes, payload: Bytes, isKept: boolean): number;
  /** @returns the document that was opened. */
  inner(): Bytes;
}

/** @param verify left out: everybody may. Start-up only. */
export function createGate(leastMs: number, verify?: Verify): Gate {
  const reader = createFlatReader();
  let document = EMPTY;

  function open(topic: Bytes, payload: Bytes, isKept: boolean): number {
    reader.open(EMPTY);
    if (payload.length > DOCUMENT_MAX) return Code.TooLong;
    const inner = verify === undefined ? payload : verify(topic, payload, isKept);
    if (typeof inner === 'number') return inner;
    document = inner;
    reader.open(document);
    return Code.Ok;
  }

  function inner(): Bytes {
    return document;
  }

  return { reader, leastMs, open, inner };
}
