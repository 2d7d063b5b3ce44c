// Sessions on the console of a real engine: what was recorded still holds, its flash included.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runOnEngine } from '../contract/console/engine.ts';
import { SESSIONS } from '../contract/console/sessions.ts';
import { CONSOLE_TRANSCRIPT } from '../contract/console/transcript.ts';
import type { ConsoleTranscript } from '../contract/console/transcript.ts';
import { describeEngine } from './describe-engine.ts';

const { results } = JSON.parse(readFileSync(CONSOLE_TRANSCRIPT, 'utf8')) as ConsoleTranscript;

describeEngine('espruino', (engine) => {
  it.each(SESSIONS)('says on its console what was recorded: $name', async (session) => {
    expect(await runOnEngine(engine.find()!, session)).toEqual(results[session.name]);
  });
});
