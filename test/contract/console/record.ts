// `npm run transcript:console`: type the console sessions on the Espruino that ESPRUINO names, and keep what it says.

import { writeFileSync } from 'node:fs';
import { runOnEngine } from './engine.ts';
import { SESSIONS } from './sessions.ts';
import { CONSOLE_TRANSCRIPT, sessionsHash } from './transcript.ts';
import type { ConsoleTranscript, Step } from './transcript.ts';

const binary = process.env.ESPRUINO;
if (binary === undefined) {
  console.error('no engine to record (set ESPRUINO to the path of a Linux Espruino)');
  process.exitCode = 3;
} else {
  const about = (await runOnEngine(binary, ['\x10print(process.version,process.env.GIT_COMMIT)\n'])).at(-1)!;
  const said: Record<string, Step[]> = {};
  for (const { name, steps } of SESSIONS) said[name] = await runOnEngine(binary, steps);
  const engine = about.said.split('\r\n')[0]!.replace('\r\x1b[J', '');
  const transcript: ConsoleTranscript = { engine, sessions: sessionsHash(), said };
  writeFileSync(CONSOLE_TRANSCRIPT, `${JSON.stringify(transcript, null, 2)}\n`);
  console.log(`${CONSOLE_TRANSCRIPT}: ${Object.values(said).flat().length} steps from Espruino ${engine}`);
}
