// The recording of console sessions, as it lies in the repository.

import { createHash } from 'node:crypto';
import { SESSIONS } from './sessions.ts';

export interface Step {
  readonly typed: string;
  readonly said: string;
}

export interface ConsoleTranscript {
  /** Version and commit, as the engine gives them. */
  readonly engine: string;
  /** What identifies the sessions that were recorded. */
  readonly sessions: string;
  readonly said: Readonly<Record<string, readonly Step[]>>;
}

/** Path from the root of the repository, where tests and scripts run. */
export const CONSOLE_TRANSCRIPT = 'test/contract/espruino-console.json';

/** In the place of what is typed, where the power comes. */
export const POWER = '(power)';

export const sessionsHash = () => createHash('sha256').update(JSON.stringify(SESSIONS)).digest('hex');
