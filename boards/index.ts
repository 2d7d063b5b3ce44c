// Every board that Mote knows.

import type { BoardData } from './board.ts';
import { esp32 } from './esp32.ts';
import { esp32C3 } from './esp32-c3.ts';
import { esp32Cyd } from './esp32-cyd.ts';
import { esp32S3 } from './esp32-s3.ts';
import { esp32Wrover } from './esp32-wrover.ts';
import { espruinoLinux } from './espruino-linux.ts';
import { jerryscript } from './jerryscript.ts';

export const boards: readonly BoardData[] = [
  esp32,
  esp32Wrover,
  esp32Cyd,
  esp32C3,
  esp32S3,
  espruinoLinux,
  jerryscript,
];
