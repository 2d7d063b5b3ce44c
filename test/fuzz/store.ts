// What holds the messages of a random session: places in RAM, or a flash whose pages are soon used up, so that what is sent comes out of
// it with names and properties of its own.

import { createNor, createNorPort } from '../../sim/nor.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Outbox } from '../../src/ports/outbox.ts';

const PACKET_MAX = 1024;
const BASE = 0x1000;
const PAGE_BYTES = 2048;

/** @param places in RAM; 0: in flash. */
export function createStore(places: number, clock: Clock): Outbox<Bytes> {
  if (places > 0) return createRamOutbox(places, PACKET_MAX, () => clock.now());
  const pages = 6;
  const nor = createNor({
    base: BASE,
    bytes: pages * PAGE_BYTES,
    pageBytes: PAGE_BYTES,
    programUnit: 4,
    ecc: false,
  });
  const flash = createFlashBytes(createNorPort(nor, BASE, pages), PACKET_MAX + 64);
  const outbox = createFlashOutbox(flash, PACKET_MAX, { clock });
  if (outbox.open(1) !== Code.Ok) throw new Error('a flash that does not open');
  return outbox;
}
