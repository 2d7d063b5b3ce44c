// What a virtual board is put together from.

import type { BoardData } from '../../boards/board.ts';
import type { I2cDevice } from '../chips/i2c-device.ts';
import type { Nor } from '../nor.ts';
import type { CompiledBundle } from './bundle.ts';
import type { World } from './world.ts';

export interface BoardOptions {
  readonly bundle: CompiledBundle;
  readonly world: World;
  readonly board: BoardData;
  /** As getSerial gives it; default: a number of its own in its world. */
  readonly serial?: string;
  /** Chips by bus number. The arrays are not copied: chips may come and go. */
  readonly i2c?: Readonly<Record<number, I2cDevice[]>>;
  /** Called for every line on the console. */
  onConsole(line: string): void;
  /** Called for every exception that the program did not catch, those included that the engine does not report. */
  onError?(error: unknown): void;
  /**
   * Told each time that the program starts, and when it has stopped.
   * @param wakeMs after which it starts again by itself; undefined: it does not.
   */
  onRun?(isRunning: boolean, wakeMs?: number): void;
  /** A chip with content; default: a new one. */
  readonly flash?: Nor;
}
