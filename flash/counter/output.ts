// The counter's standard output. A number that was promised but not printed before a kill is printed after it: what was
// printed last is noted in the state directory.

import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { queuedLine } from '../../examples/counter/lines.ts';

export interface Output {
  /** Take a line of the engine: bytes, one character each. All but JSON goes to standard error. */
  print(line: string): void;
  /** Print the promises up to `queued` that were not printed yet. */
  catchUp(queued: number): void;
  close(): void;
}

const QUEUED = /^\{"ev":"queued","n":(\d+)\}$/;
const RECORD_BYTES = 16;
/** What Espruino says by itself when a broker is down. */
const EVERYDAY = /^ERROR: Connect failed|^$/;

/** @param write takes whole lines; @param complain takes what is no line of the counter. */
export function openOutput(
  directory: string,
  write: (text: string) => void,
  complain: (text: string) => void,
): Output {
  const file = openSync(join(directory, 'printed'), constants.O_RDWR | constants.O_CREAT);
  const record = Buffer.alloc(RECORD_BYTES);
  const length = readSync(file, record, 0, RECORD_BYTES, 0);
  let printed = length === RECORD_BYTES ? Number(record.toString('latin1')) : undefined;

  const output: Output = {
    print(line) {
      if (!line.startsWith('{')) {
        if (!EVERYDAY.test(line)) complain(`${line}\n`);
        return;
      }
      const number = QUEUED.exec(line)?.[1];
      if (number !== undefined) {
        printed = Number(number);
        writeSync(file, number.padStart(RECORD_BYTES), 0, 'latin1');
      }
      write(`${line}\n`);
    },
    catchUp(queued) {
      if (printed === undefined) return;
      for (let n = printed + 1; n <= queued; n++) output.print(queuedLine(n));
    },
    close: () => closeSync(file),
  };
  return output;
}
