// What the engine says when it starts without a program.

import type { BoardData } from '../../boards/board.ts';
import { VERSION } from '../board/process.ts';

/** Keeps a terminal from wrapping lines. */
const NO_WRAP = '\x1b[?7l';

/** @returns the banner, its first line empty. */
export function banner(data: BoardData): string {
  return `${data.bootCode ? NO_WRAP : ''}
 ____                 _ 
|  __|___ ___ ___ _ _|_|___ ___ 
|  __|_ -| . |  _| | | |   | . |
|____|___|  _|_| |___|_|_|_|___|
         |_| espruino.com
 ${VERSION} (c) 2026 G.Williams

Espruino is Open Source. Our work is supported
only by sales of official boards and donations:
http://espruino.com/Donate
`;
}
