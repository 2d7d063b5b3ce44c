// The module "crypto", of which firmware uses SHA-256.

import { createHash } from 'node:crypto';
import type { Machine } from './machine.ts';
import { bytesOf } from './bytes.ts';

export function createCrypto({ realm }: Machine): object {
  return realm.methods({
    SHA256(data: unknown): object {
      return new realm.Uint8Array(createHash('sha256').update(bytesOf(realm, data)).digest()).buffer;
    },
  });
}
