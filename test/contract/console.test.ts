// The console of the virtual board, held byte by byte against what the real engine was recorded to say.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runOnBoard } from './console/board.ts';
import { SESSIONS } from './console/sessions.ts';
import { CONSOLE_TRANSCRIPT, sessionsHash } from './console/transcript.ts';
import type { ConsoleTranscript } from './console/transcript.ts';

const { sessions, results } = JSON.parse(readFileSync(CONSOLE_TRANSCRIPT, 'utf8')) as ConsoleTranscript;

describe('the console of the virtual board', () => {
  it('is compared with recordings of these sessions', () => {
    expect(sessions, 'record them anew: npm run transcript:console').toBe(sessionsHash());
  });

  it.each(SESSIONS)('says what the engine says: $name', (session) => {
    expect(runOnBoard(session)).toEqual(results[session.name]);
  });
});
