// The counter's standard output. Which number was printed last is noted in the state directory: the next life begins with the
// one after it, so that a number that was queued but not printed before a kill is printed after it.

import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface Output {
  /** Take a line of the engine: bytes, one character each. All but JSON goes to standard error. */
  print(line: string): void;
  /** @returns the number that is to be printed next. */
  next(): number;
  close(): void;
}

const QUEUED = /^\{"ev":"queued","n":(\d+)\}$/;
const RECORD_BYTES = 16;
/** What Espruino says by itself when a broker is down, and half a line of one that was killed. */
const EVERYDAY = /^ERROR: Connect failed|^$|^\{/;

/**
 * @param first the number to begin with, where nothing was printed before.
 * @param write takes whole lines. @param complain takes what is no line of the counter.
 */
export function openOutput(
  directory: string,
  first: number,
  write: (text: string) => void,
  complain: (text: string) => void,
): Output {
  const file = openSync(join(directory, 'printed'), constants.O_RDWR | constants.O_CREAT);
  const record = Buffer.alloc(RECORD_BYTES);
  const length = readSync(file, record, 0, RECORD_BYTES, 0);
  let printed = first - 1;

  function note(number: number): void {
    printed = number;
    writeSync(file, String(number).padStart(RECORD_BYTES), 0, 'latin1');
  }

  // Also before anything is printed: what is queued in this life has to be printed from this number on in the next.
  note(length === RECORD_BYTES ? Number(record.toString('latin1')) : printed);
  return {
    print(line) {
      if (!line.startsWith('{') || !line.endsWith('}')) {
        if (!EVERYDAY.test(line)) complain(`${line}\n`);
        return;
      }
      const number = QUEUED.exec(line)?.[1];
      if (number !== undefined) note(Number(number));
      write(`${line}\n`);
    },
    next: () => printed + 1,
    close: () => closeSync(file),
  };
}
