// Programs that say who they are, and how a test asks.

import { openBoard } from '../../../flash/upload/board.ts';
import { upload, type UploadOptions, type Uploaded } from '../../../flash/upload/upload.ts';

/** A program that says who it is, and that it works. */
export const program = (name: string, rest = 'global.moteHealthy&&moteHealthy();') =>
  `var name="${name}";print("I am ${name}");${rest}`;

/** @returns what runs on the board at a port, and how many files it has. */
export async function whoRuns(port: string): Promise<{ name: string | null; files: number }> {
  const board = await openBoard(port);
  try {
    const name = await board.ask<string | null>('global.name||null');
    const files = await board.ask<number>('require("Storage").list().length');
    return { name, files };
  } finally {
    await board.close();
  }
}

/** Upload and leave. */
export async function send(
  port: string,
  code: string,
  options: Partial<UploadOptions> = {},
): Promise<Uploaded> {
  const board = await openBoard(port);
  try {
    return await upload(board, { code, trialMin: 1, ...options });
  } finally {
    await board.close();
  }
}
