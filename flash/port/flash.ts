// Reads the flash of a running board through Espruino's console. The firmware goes on meanwhile, and may print what it likes.

import { ExitCode, MoteError } from '../errors.ts';
import { createAsker } from './console.ts';
import type { Port } from './port.ts';

/** Bytes of an answer: as base64 it is shorter than any buffer on the way. */
const CHUNK = 192;
const ANSWER_MS = 2000;
const TRIES = 3;

/**
 * @param name of the port, for errors. @param onProgress is told how many bytes are there.
 * @returns `bytes` bytes of flash from `address` on. Throws MoteError when the board does not answer.
 */
export async function readFlash(
  port: Port,
  name: string,
  address: number,
  bytes: number,
  {
    onProgress = () => {},
    answerMs = ANSWER_MS,
  }: { onProgress?: (done: number) => void; answerMs?: number } = {},
): Promise<Uint8Array> {
  const asker = createAsker(port);
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += CHUNK) {
    const length = Math.min(CHUNK, bytes - at);
    let part: Uint8Array | undefined;
    for (let tries = 0; part === undefined && tries < TRIES; tries++) {
      const expression = `require("Flash").read(${length},${address + at})`;
      const answer = await asker.ask(address + at, expression, answerMs);
      if (answer?.length === length) part = answer;
    }
    if (part === undefined) {
      throw new MoteError(
        at === 0 ? 'no Espruino console answers there' : `no answer after ${at} of ${bytes} bytes`,
        'check that the console is on this port and open, or read the flash with esptool.py read_flash and inspect the file',
        name,
        ExitCode.Environment,
      );
    }
    all.set(part, at);
    onProgress(at + length);
  }
  return all;
}
