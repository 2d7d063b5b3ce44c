// The outbox over the flash of Espruino, with all that the features that are built in can do,
// beside what outbox-ports.ts has. Its size is measured.

import { OUTBOX_FLASH } from '../../src/board.ts';
import { TIME } from '../../src/features.ts';
import { createFlashOutbox, type FlashOutbox, type FlashOutboxOptions } from '../../src/outbox/flash.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { openFlashBytes } from '../../src/ports/espruino/flash.ts';

declare function expose(outbox: Partial<FlashOutbox>): void;
/** Not known to the build, so that all that may be asked for is in it. */
declare const asked: FlashOutboxOptions;

const RECORD_MAX = 1024;
const outbox = createFlashOutbox(openFlashBytes(OUTBOX_FLASH), RECORD_MAX, {
  whenFull: asked.whenFull,
  lazyAcknowledgements: asked.lazyAcknowledgements,
  clock: TIME ? createClock() : undefined,
});
expose(outbox);
