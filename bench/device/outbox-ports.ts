// What bench/device/outbox-size.ts has beside the outbox.

import { OUTBOX_FLASH } from '../../src/board.ts';
import { TIME } from '../../src/features.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { openFlashBytes } from '../../src/ports/espruino/flash.ts';

declare function expose(...ports: unknown[]): void;

expose(openFlashBytes(OUTBOX_FLASH), TIME ? createClock() : undefined);
