// Keeps a count beside the messages in flash, where records have checksums and a loss of power is no matter.

import { createBuffer, emptied, joinWord, wordAt, type Bytes } from '../bytes/bytes.ts';
import { Code } from '../ports/codes.ts';
import type { CountStore } from '../ports/count-store.ts';
import type { Outbox } from '../ports/outbox.ts';

/** Two words of each part. */
const SIZE = 8;
/** What the upper words can be. */
const LOW_TOP = 0x7ff;
const HIGH_TOP = 0x3ff;

/**
 * @param outbox is open, and stays so. One in RAM keeps nothing; one in flash that is full of messages, and refuses new ones, takes no
 * count either until some have left. Espruino's own files are no way out: a loss of power while they are compacted erases all of them.
 * @param key of the firmware's, 11 or 12, and up to 15 where it has no configuration. In flash a key takes one value in ten seconds; `save` says Code.Busy to others.
 */
export function createCountStore(
  outbox: Pick<Outbox<Bytes>, 'recall' | 'remember'>,
  key: number,
): CountStore {
  let bytes = createBuffer(SIZE);

  function load(parts: Int32Array): number {
    const kept = outbox.recall(key);
    // Another firmware may have kept something else here.
    if (kept.length !== SIZE || wordAt(kept, 2) > LOW_TOP || wordAt(kept, 6) > HIGH_TOP) return Code.Empty;
    parts[0] = wordAt(kept, 0) | (wordAt(kept, 2) << 16);
    parts[1] = wordAt(kept, 4) | (wordAt(kept, 6) << 16);
    return Code.Ok;
  }

  function save(parts: Int32Array): number {
    bytes = joinWord(emptied(bytes), parts[0] & 0xffff);
    bytes = joinWord(bytes, parts[0] >> 16);
    bytes = joinWord(bytes, parts[1] & 0xffff);
    bytes = joinWord(bytes, parts[1] >> 16);
    return outbox.remember(key, bytes);
  }

  return { load, save };
}
