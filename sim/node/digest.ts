// SHA-256 and base64 from Node, in the form of bytes that a build holds.

import { createHash } from 'node:crypto';
import { constant, toText, type Bytes } from '../../src/bytes/bytes.ts';
import type { Digest } from '../../src/ports/digest.ts';

export function createNodeDigest(): Digest<Bytes> {
  const bufferOf = (bytes: Bytes) => Buffer.from(toText(bytes, 0, bytes.length), 'latin1');
  return {
    sha256: (bytes) => constant(createHash('sha256').update(bufferOf(bytes)).digest().toString('latin1')),
    base64: (bytes) => bufferOf(bytes).toString('base64'),
  };
}
