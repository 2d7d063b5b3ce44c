// What a firmware knows of the board that it is built for. `mote build --board` puts the board's values here.

import type { FlashGeometry } from './ports/flash.ts';

/** The board has flash that belongs to the outbox. */
export const HAS_OUTBOX_FLASH: boolean = false;
export const OUTBOX_FLASH: FlashGeometry = { base: 0, pageSize: 0, pages: 0, programUnit: 4, ecc: false };
/** Bytes that a TLS connection takes, and the largest piece of them where the engine's variables are not what they come from. */
export const TLS_BYTES: number = 0;
export const TLS_BLOCK_BYTES: number = 0;
