// The counter's flash is the file that Espruino on Linux takes for its own, whichever engine counts: what the one has
// queued, the other delivers, and both go on from there.

import { join } from 'node:path';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { openFlash } from '../../sim/node/flash.ts';
import type { Flash } from '../../src/ports/flash.ts';

const FILE = 'espruino.flash';
/**
 * A file of Espruino's Storage, of one byte: size, name of 28 bytes, and the byte. An engine that finds no file at the
 * beginning of its flash, but something behind it, takes all of that for damage and erases it.
 */
const STORED = Uint8Array.from([
  1,
  0,
  0,
  0,
  ...Buffer.from('counter'.padEnd(28, '\0') + '\n'.padEnd(4, '\xff'), 'latin1'),
]);

/** Open the outbox's pages in a state directory. Throws the system's error when it cannot. */
export function openCounterFlash(directory: string): Flash {
  const { base, bytes, pageBytes: pageSize, programUnit, outbox } = espruinoLinux.flash!;
  const path = join(directory, FILE);
  const all = openFlash(path, { base, pageSize, pages: bytes / pageSize, programUnit });
  const first = new Uint8Array(STORED.length);
  all.read(base, first, 0, first.length);
  if (first.every((byte) => byte === 0xff)) all.write(base, STORED, 0, STORED.length);
  all.close();
  const layout = { base: outbox.address, pageSize, pages: outbox.bytes / pageSize, programUnit };
  return openFlash(path, layout, { at: outbox.address - base });
}
