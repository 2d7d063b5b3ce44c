// The fuzz tests of test/fuzz for as long as one likes: `npm run fuzz -- [seconds for each property] [seed]`. Runs both forms of
// bytes, stops at the first failure, and writes what it did to docs/fuzz.md.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';

const FORMS = ['string', 'array'];
const DEFAULT_SECONDS = 60;
const PAGE = join(PACKAGE_ROOT, 'docs', 'fuzz.md');
const LOG = join(PACKAGE_ROOT, 'out', 'fuzz.jsonl');

/** What one property did, as test/fuzz/settings.ts writes it. */
interface Told {
  what: string;
  figures: Record<string, number>;
}

/** @returns what the properties of one form did, undefined when one failed; what vitest says goes to our own output. */
function run(form: string, seed: number, seconds: number): Told[] | undefined {
  mkdirSync(join(PACKAGE_ROOT, 'out'), { recursive: true });
  rmSync(LOG, { force: true });
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--project', form, '--project', `${form}-v5`, 'test/fuzz'],
    {
      cwd: PACKAGE_ROOT,
      stdio: 'inherit',
      env: { ...process.env, FUZZ_SEED: String(seed), FUZZ_SECONDS: String(seconds), FUZZ_LOG: LOG },
    },
  );
  if (status !== 0) return undefined;
  const lines = readFileSync(LOG, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Told).sort((a, b) => a.what.localeCompare(b.what));
}

/** @returns docs/fuzz.md. @param told what was done, by form. */
async function page(told: ReadonlyMap<string, Told[]>, seed: number, seconds: number): Promise<string> {
  const rows = [...told].flatMap(([form, list]) =>
    list.map(({ what, figures }) => {
      const list = Object.entries(figures).map(([name, figure]) => `${figure.toLocaleString('en')} ${name}`);
      return `| ${what} | ${form} | ${list.join(', ')} |`;
    }),
  );
  const text = `<!-- Written by bench/fuzz.ts: npm run fuzz -->

# Fuzzing

\`npm test\` runs a fixed sample of each property in both forms of bytes, from one seed that it prints; \`npm run fuzz -- SECONDS SEED\`
runs each for as long as it is told to, from a new seed unless one is given. \`FUZZ_SEED=… npx vitest run test/fuzz\` repeats the sample
of another seed. What is checked stands in \`test/fuzz/\`:

- \`decoder.test.ts\`: bytes of all kinds, cut anywhere, against a decoder that is told from the specification and nothing else.
- \`session.test.ts\`: a client, a model broker and an observer through every order of publishing, acknowledging, losing connections
  and sessions, standing still, and time passing over the wrap of its clock; then with bytes in between that no broker sends.
- \`differential.test.ts\`: \`mqtt-packet\` beside ours, both ways; each packet that one takes and the other refuses has its reason there.
- \`properties.v5.test.ts\`: properties that a firmware gives for CONNECT, will and topics, as \`mqtt-packet\` reads them and as the
  specification allows them.
- \`spoken.v5.test.ts\`: what a broker says in MQTT 5.0, written by \`mqtt-packet\`, cut anywhere, then with something wrong in it; what
  a client has to make of it is told by a reader that is written from the specification alone (\`spec5.ts\`, \`peer5.ts\`).
- \`session.v5.test.ts\`: sessions of MQTT 5.0 with a broker that reads and writes with \`mqtt-packet\`: what it asks for changes with each
  connection, messages come out of RAM or flash, are refused and grow too old, and each ends delivered, rejected or expired.
- \`session-features.v5.test.ts\`: the same in firmware that leaves out flash, requests, QoS 2 or streams.
- \`corpus.txt\`: what once went wrong, and what is known to go wrong elsewhere. It goes through the decoder with every cut, and through
  decoder and client in Duktape and in a real Espruino, where the events have to be those of Node.

The last long run, ${seconds} s for each property, seed ${seed}, on ${new Date().toISOString().slice(0, 10)}; nothing failed:

| property | form | what it did |
|---|---|---|
${rows.join('\n')}
`;
  return format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seconds = Number(process.argv[2] ?? DEFAULT_SECONDS);
  const seed = Number(process.argv[3] ?? Date.now() % 0x7fffffff);
  console.log(`SEED=${seed}, ${seconds} s for each property`);
  const told = new Map<string, Told[]>();
  for (const form of FORMS) {
    const list = run(form, seed, seconds);
    if (list === undefined) {
      console.error(`SEED=${seed} failed with the ${form} form; ${PAGE} stays as it was`);
      process.exit(1);
    }
    told.set(form, list);
  }
  writeFileSync(PAGE, await page(told, seed, seconds));
  console.log(`wrote ${PAGE}`);
}
