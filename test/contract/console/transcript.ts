// The recording of console sessions, as it lies in the repository.

import { createHash } from 'node:crypto';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { storeFile } from '../../../sim/console/preload.ts';
import { createNor } from '../../../sim/nor.ts';
import type { Nor } from '../../../sim/nor.ts';
import { SESSIONS } from './sessions.ts';
import type { Session } from './sessions.ts';

export interface Step {
  readonly typed: string;
  readonly said: string;
}

export interface Result {
  readonly steps: readonly Step[];
  /** What identifies the content of the flash at the end. */
  readonly flash: string;
}

export interface ConsoleTranscript {
  /** Version and commit, as the engine gives them. */
  readonly engine: string;
  /** What identifies the sessions that were recorded. */
  readonly sessions: string;
  readonly results: Readonly<Record<string, Result>>;
}

/** Path from the root of the repository, where tests and scripts run. */
export const CONSOLE_TRANSCRIPT = 'test/contract/espruino-console.json';

/** In the place of what is typed, where the power comes. */
export const POWER = '(power)';

export const sessionsHash = () => createHash('sha256').update(JSON.stringify(SESSIONS)).digest('hex');

const MAP = espruinoLinux.flash!;

/** @returns the flash of the engine on a host when a session begins. */
export function flashFor({ files = {}, spoilt = {} }: Session): Nor {
  const nor = createNor(MAP);
  for (const [name, content] of Object.entries(files)) storeFile(nor, MAP, name, content);
  for (const [offset, bytes] of Object.entries(spoilt)) {
    // Whole words: what is not named stays.
    const at = Number(offset);
    const start = at - (at % MAP.programUnit);
    const words = new Uint8Array(
      Math.ceil((at - start + bytes.length) / MAP.programUnit) * MAP.programUnit,
    ).fill(0xff);
    words.set(bytes, at - start);
    nor.program(MAP.base + start, words);
  }
  return nor;
}

export function contentOf(nor: Nor): Uint8Array {
  const content = new Uint8Array(MAP.bytes);
  nor.powerUp();
  nor.read(MAP.base, content);
  return content;
}

/** @returns what identifies a content, erased bytes at the end left out. */
export function flashHash(content: Uint8Array): string {
  let end = content.length;
  while (end > 0 && content[end - 1] === 0xff) end--;
  return `${end} bytes ${createHash('sha256').update(content.subarray(0, end)).digest('hex').slice(0, 16)}`;
}
