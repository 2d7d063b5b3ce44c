// The counter's two files in its state directory, as Node reads and writes them; Espruino has its own in examples/counter.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../../examples/counter/store.ts';

/** @returns whether `write` did not throw. */
function succeeds(write: () => void): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}

export function createFiles(directory: string): Files {
  const path = (index: number) => join(directory, `counter.${index}`);
  return {
    read(index) {
      try {
        return readFileSync(path(index), 'latin1');
      } catch {
        return '';
      }
    },
    replace: (index, text) => succeeds(() => writeFileSync(path(index), text, 'latin1')),
    append: (index, text) => succeeds(() => appendFileSync(path(index), text, 'latin1')),
  };
}
