// What a firmware knows of the board that it is built for. `mote build --board` puts the board's values here.

import type { FlashGeometry } from './ports/flash.ts';

/** What it draws; source and meaning in boards/board.ts. All 0: nobody says. */
export interface Currents {
  readonly bootMs: number;
  readonly activeMa: number;
  readonly radioMa: number;
  readonly sleepUa: number;
}

export const CURRENTS: Currents = { bootMs: 0, activeMa: 0, radioMa: 0, sleepUa: 0 };

/** The board has flash that belongs to the outbox. */
export const HAS_OUTBOX_FLASH: boolean = false;
export const OUTBOX_FLASH: FlashGeometry = { base: 0, pageSize: 0, pages: 0, programUnit: 4, ecc: false };
/** Bytes that a TLS connection takes, and the largest piece of them where the engine's variables are not what they come from. */
export const TLS_BYTES: number = 0;
export const TLS_BLOCK_BYTES: number = 0;
