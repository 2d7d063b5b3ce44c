// Every board that Mote knows.

import type { BoardData } from './board.ts';
import { esp32 } from './esp32.ts';
import { espruinoEmulator } from './espruino-emulator.ts';
import { espruinoLinux } from './espruino-linux.ts';
import { jerryscript } from './jerryscript.ts';

export const boards: readonly BoardData[] = [esp32, espruinoLinux, espruinoEmulator, jerryscript];
