// `npm run transcript:console`: type the console sessions on the Espruino that ESPRUINO names, and keep what it says.

import { writeFileSync } from 'node:fs';
import { runOnEngine } from './engine.ts';
import { SESSIONS } from './sessions.ts';
import { CONSOLE_TRANSCRIPT, sessionsHash } from './transcript.ts';
import type { ConsoleTranscript, Result } from './transcript.ts';

const binary = process.env.ESPRUINO;
if (binary === undefined) {
  console.error('no engine to record (set ESPRUINO to the path of a Linux Espruino)');
  process.exitCode = 3;
} else {
  const question = '\x10print(process.version,process.env.GIT_COMMIT)\n';
  const about = (await runOnEngine(binary, { name: 'about', steps: [question] })).steps.at(-1)!;
  const results: Record<string, Result> = {};
  for (const session of SESSIONS) results[session.name] = await runOnEngine(binary, session);
  const engine = about.said.split('\r\n')[0]!.replace('\r\x1b[J', '');
  const transcript: ConsoleTranscript = { engine, sessions: sessionsHash(), results };
  writeFileSync(CONSOLE_TRANSCRIPT, `${JSON.stringify(transcript, null, 2)}\n`);
  console.log(`${CONSOLE_TRANSCRIPT}: ${SESSIONS.length} sessions from Espruino ${engine}`);
}
