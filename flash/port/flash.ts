// Reads the flash of a running board through Espruino's console. The firmware goes on meanwhile, and may print what it likes:
// each answer is one line that says what it is, and has a checksum.

import { ExitCode, MoteError } from '../errors.ts';
import { checksum } from '../outbox/checksum.ts';
import type { Port } from './port.ts';

/** Bytes of an answer: as base64 it is shorter than any buffer on the way. */
const CHUNK = 192;
const ANSWER_MS = 2000;
const TRIES = 3;
const NOTHING = new Uint8Array();

/** A command that echoes nothing, and prints one line whatever stands on the console. */
const commandFor = (address: number, length: number) =>
  `\x10(function(b){print("\\nMOTE ${address} "+E.CRC32(b)+" "+btoa(E.toString(b)))})(require("Flash").read(${length},${address}))\n`;

/** @returns the bytes of an answer for `address`, undefined when there is none in `text`, or it is damaged. */
function findAnswer(text: string, address: number, length: number): Uint8Array | undefined {
  for (const match of text.matchAll(/MOTE (\d+) (\d+) ([A-Za-z\d+/=]*)\r?\n/g)) {
    const bytes = Buffer.from(match[3]!, 'base64');
    if (Number(match[1]) !== address || bytes.length !== length) continue;
    if (checksum(NOTHING, bytes) === Number(match[2])) return bytes;
  }
  return undefined;
}

/** Ask once. @returns the bytes, undefined when no whole answer came in time. */
function ask(port: Port, address: number, length: number, answerMs: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => finish(undefined), answerMs);
    const finish = (bytes: Uint8Array | undefined) => {
      clearTimeout(timer);
      port.onText = () => {};
      resolve(bytes);
    };
    port.onText = (more) => {
      // No more than an answer and what may be printed around it.
      text = (text + more).slice(-16 * CHUNK);
      const bytes = findAnswer(text, address, length);
      if (bytes !== undefined) finish(bytes);
    };
    port.onEnd = (why) => {
      clearTimeout(timer);
      reject(
        new MoteError(
          `lost while it was read: ${why}`,
          'plug it in and try again',
          undefined,
          ExitCode.Environment,
        ),
      );
    };
    port.write(commandFor(address, length));
  });
}

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
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += CHUNK) {
    const length = Math.min(CHUNK, bytes - at);
    let part: Uint8Array | undefined;
    for (let tries = 0; part === undefined && tries < TRIES; tries++) {
      part = await ask(port, address + at, length, answerMs);
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
