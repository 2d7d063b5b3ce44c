// Questions to Espruino's console, whatever the firmware prints meanwhile: each answer is one line that says what it answers,
// and has a checksum. Nothing here knows what is asked.

import { ExitCode, MoteError } from '../errors.ts';
import { checksum } from '../outbox/checksum.ts';
import type { Port } from './port.ts';

const NOTHING = new Uint8Array();
/** No more than an answer and what may be printed around it. */
const KEPT = 8192;
const ANSWER = /MOTE (\d+) (\d+) ([A-Za-z\d+/=]*)\r?\n/g;

/** A command that echoes nothing, and prints one line whatever stands on the console. */
const commandFor = (tag: number, expression: string) =>
  `\x10(function(b){print("\\nMOTE ${tag} "+E.CRC32(b)+" "+btoa(E.toString(b)))})(${expression})\n`;

interface Question {
  resolve(bytes: Uint8Array | undefined): void;
  reject(error: MoteError): void;
}

export interface Asker {
  /**
   * Ask once.
   * @param tag a number that no other question has that may still be answered.
   * @param expression what the board evaluates, one line: a string or bytes, at most 512 of them.
   * @param command prints the answer by itself; default: one that evaluates `expression`.
   * @returns the bytes, undefined when no whole answer came in time. Throws MoteError when the port is lost.
   */
  ask(tag: number, expression: string, answerMs: number, command?: string): Promise<Uint8Array | undefined>;
}

/** Make the one that asks at a port. @param onText is told all that comes, answers too. */
export function createAsker(port: Port, onText: (text: string) => void = () => {}): Asker {
  const questions = new Map<number, Question>();
  let text = '';
  let lost: MoteError | undefined;

  port.onText = (more) => {
    onText(more);
    text = (text + more).slice(-KEPT);
    let end = 0;
    for (const match of text.matchAll(ANSWER)) {
      const bytes = Buffer.from(match[3]!, 'base64');
      if (checksum(NOTHING, bytes) !== Number(match[2])) continue;
      end = match.index + match[0].length;
      questions.get(Number(match[1]))?.resolve(bytes);
    }
    text = text.slice(end);
  };
  port.onEnd = (why) => {
    const fix = 'plug it in and try again';
    lost ??= new MoteError(`lost while it was read: ${why}`, fix, undefined, ExitCode.Environment);
    for (const question of questions.values()) question.reject(lost);
  };

  return {
    async ask(tag, expression, answerMs, command = commandFor(tag, expression)) {
      if (lost !== undefined) throw lost;
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise((resolve, reject) => {
          timer = setTimeout(() => resolve(undefined), answerMs);
          questions.set(tag, { resolve, reject });
          port.write(command);
        });
      } finally {
        clearTimeout(timer);
        questions.delete(tag);
      }
    },
  };
}
