// Firmwares with one thing wrong, each a small edit of the sources: what shows that the oracles would tell.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { build } from '../../flash/build/build.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { BUSY } from '../../bench/system/bundle.ts';
import { runSystem } from '../../sim/system/run.ts';
import { drawSchedule, isBusy } from '../../sim/system/schedule.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPY = `${ROOT}out/mutants/system/`;
/** Seeds that a mutant gets. */
const SEEDS_MAX = 30;
const BUSY_SEEDS_MAX = 4;

export interface Mutant {
  readonly name: string;
  /** It takes a full outbox to see it. */
  readonly isForBusy?: boolean;
  /** Under src/. */
  readonly file: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'what is sent counts as delivered',
    file: 'mqtt/client.ts',
    edits: [
      [
        '    cursor = sequence;\n    return true;',
        '    cursor = sequence;\n    outbox.acknowledge(sequence);\n    return true;',
      ],
    ],
  },
  {
    name: 'an acknowledged message stays in the outbox',
    file: 'mqtt/client.ts',
    edits: [['if (!STREAM || sequences[place] > 0) outbox.ack', 'if (sequences[place] < 0) outbox.ack']],
  },
  {
    name: 'what comes again has no DUP',
    file: 'mqtt/client.ts',
    edits: [
      ['id, again ? DUP : 0)', 'id, 0)'],
      ['if (again || size > SHORT_MAX', 'if (size > SHORT_MAX'],
    ],
  },
  {
    name: 'a connection goes on behind what the one before has sent',
    file: 'mqtt/client.ts',
    edits: [['room = cursor = 0;', 'room = 0;']],
  },
  {
    name: 'PUBREC is not noted',
    file: 'mqtt/client.ts',
    edits: [['if (!STREAM || sequence > 0) outbox.receive', 'if (sequence < 0) outbox.receive']],
  },
  {
    name: 'a lost session is not noticed',
    file: 'mqtt/client.ts',
    edits: [['counters.finished += outbox.restart();', '']],
  },
  {
    name: 'nobody asks whether the broker is still there',
    file: 'mqtt/client.ts',
    edits: [['if (pingIntervalMs === 0) return NEVER_MS;', 'if (pingIntervalMs >= 0) return NEVER_MS;']],
  },
  {
    name: 'a PINGRESP may come as late as it likes',
    file: 'mqtt/client.ts',
    edits: [['ends[1] = after(now, PINGRESP_TIMEOUT_MS);', '']],
  },
  {
    name: 'checksums are not looked at',
    file: 'outbox/log.ts',
    edits: [['if (low === 0 && high === 0) return bytes;', 'return bytes;']],
  },
  {
    name: 'what the outbox does not take counts as taken',
    isForBusy: true,
    file: 'mqtt/client.ts',
    edits: [
      [
        'outbox.append(to, payload, timeAt);\n    if (sequence < 0) return refuse(sequence);',
        'outbox.append(to, payload, timeAt);\n    if (sequence < 0) return Code.Ok;',
      ],
    ],
  },
  {
    name: 'it tries again at once',
    file: 'link/backoff.ts',
    edits: [['return wait > 0 ? wait : 1;', 'return wait > 0 ? 100 : 1;']],
  },
  {
    name: 'it does not join a network again',
    file: 'link/link.ts',
    edits: [
      [
        'if (wifiIsUp) connect();\n    else join();',
        'if (wifiIsUp) connect();\n    else if (waited === 0) join();',
      ],
    ],
  },
  {
    name: 'a timer is left behind with each connection',
    file: 'ports/espruino/timer.ts',
    edits: [['if (id !== 0) clearTimeout(id);', 'if (id === 1) clearTimeout(id);']],
  },
];

/** @returns the text of a mutant's file. Throws when it has another text than the edits are for. */
export function mutate({ name, file, edits }: Mutant): string {
  let text = readFileSync(`${ROOT}src/${file}`, 'utf8');
  for (const [from, to] of edits) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${name}: its text is ${parts.length - 1} times in ${file}`);
    text = parts.join(to);
  }
  return text;
}

/** A copy of all that a build needs, with its own build: device code is known by where it lies. */
async function copyAll(): Promise<typeof build> {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  for (const part of ['package.json', 'src', 'flash', 'boards', 'test/system/firmware']) {
    cpSync(ROOT + part, COPY + part, { recursive: true });
  }
  const module = (await import(/* @vite-ignore */ `${COPY}flash/build/build.ts`)) as { build: typeof build };
  return module.build;
}

let copied: Promise<typeof build> | undefined;

/** @returns what is wrong with a mutant, and with which seed; undefined: nothing that the oracles see. @param mutant undefined: none. */
export async function tryMutant(
  mutant: Mutant | undefined,
  seedsMax = SEEDS_MAX,
): Promise<string | undefined> {
  const buildCopy = await (copied ??= copyAll());
  const file = mutant === undefined ? 'features.ts' : mutant.file;
  if (mutant !== undefined) writeFileSync(`${COPY}src/${file}`, mutate(mutant));
  try {
    const isForBusy = mutant?.isForBusy === true;
    const settings = isForBusy ? BUSY : {};
    const { code } = await buildCopy({ firmware: `${COPY}test/system/firmware`, settings });
    const bundle = compileBundle(code, 'firmware.js');
    const seeds = Array.from({ length: 400 }, (_, i) => i + 1).filter((seed) => isBusy(seed) === isForBusy);
    for (const seed of seeds.slice(0, isForBusy ? BUSY_SEEDS_MAX : seedsMax)) {
      const [wrong] = runSystem({ bundle, seed, schedule: drawSchedule(seed) }).violations;
      if (wrong !== undefined) return `seed ${seed}: ${wrong}`;
    }
    return undefined;
  } finally {
    cpSync(`${ROOT}src/${file}`, `${COPY}src/${file}`);
  }
}
