// Questions to Espruino's console, whatever the firmware prints meanwhile: each answer is one line that says what it answers,
// and has a checksum. Nothing here knows what is asked.

import { ExitCode, MoteError } from '../errors.ts';
import { checksum } from '../outbox/checksum.ts';
import type { Port } from './port.ts';

const NOTHING = new Uint8Array();
/** No more than an answer and what may be printed around it. */
const KEPT = 8192;

/** A command that echoes nothing, and prints one line whatever stands on the console. */
const commandFor = (tag: number, expression: string) =>
  `\x10(function(b){print("\\nMOTE ${tag} "+E.CRC32(b)+" "+btoa(E.toString(b)))})(${expression})\n`;

/** @returns the bytes of an answer to `tag`, undefined when there is none in `text`, or it is damaged. */
function findAnswer(text: string, tag: number): Uint8Array | undefined {
  for (const match of text.matchAll(/MOTE (\d+) (\d+) ([A-Za-z\d+/=]*)\r?\n/g)) {
    const bytes = Buffer.from(match[3]!, 'base64');
    if (Number(match[1]) === tag && checksum(NOTHING, bytes) === Number(match[2])) return bytes;
  }
  return undefined;
}

/**
 * Ask once.
 * @param tag a number that no other question has that may still be answered.
 * @param expression what the board evaluates, one line: a string or bytes, at most 512 of them.
 * @param onText is told all that comes, answers too.
 * @returns the bytes, undefined when no whole answer came in time. Throws MoteError when the port is lost.
 */
export function ask(
  port: Port,
  tag: number,
  expression: string,
  answerMs: number,
  onText: (text: string) => void = () => {},
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => finish(undefined), answerMs);
    const finish = (bytes: Uint8Array | undefined) => {
      clearTimeout(timer);
      port.onText = () => {};
      resolve(bytes);
    };
    port.onText = (more) => {
      onText(more);
      text = (text + more).slice(-KEPT);
      const bytes = findAnswer(text, tag);
      if (bytes !== undefined) finish(bytes);
    };
    port.onEnd = (why) => {
      clearTimeout(timer);
      const fix = 'plug it in and try again';
      reject(new MoteError(`lost while it was read: ${why}`, fix, undefined, ExitCode.Environment));
    };
    port.write(commandFor(tag, expression));
  });
}
