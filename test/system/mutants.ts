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
/** Seeds that a mutant gets when its own does not show it any more. */
const SEEDS_MAX = 30;
const BUSY_SEEDS_MAX = 4;
/** Seeds without a mutant: that it is the mutant that is noticed. */
const UNCHANGED_SEEDS = 5;

export interface Mutant {
  readonly name: string;
  /** The violation that is meant: another one does not count. */
  readonly expected: RegExp;
  /** A seed that shows it; it is tried first. */
  readonly seed: number;
  /** Also tried in `npm test`: one each for readings, limits and commands. Broker and account have tests of their own. */
  readonly isQuick?: boolean;
  /** It takes a full outbox to see it. */
  readonly isForBusy?: boolean;
  /** Under src/. */
  readonly file: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'what is sent counts as delivered',
    isQuick: true,
    seed: 1,
    expected: /the broker lacks|the broker never got it/,
    file: 'mqtt/client.ts',
    edits: [
      [
        '    }\n    cursor = sequence;\n    return true;',
        '    }\n    cursor = sequence;\n    outbox.acknowledge(sequence);\n    return true;',
      ],
    ],
  },
  {
    name: 'an acknowledged message stays in the outbox',
    seed: 1,
    expected: /messages are in the outbox for good|at most were not acknowledged/,
    file: 'mqtt/client.ts',
    edits: [['if (!STREAM || sequences[place] > 0) outbox.ack', 'if (sequences[place] < 0) outbox.ack']],
  },
  {
    name: 'what comes again has no DUP',
    seed: 2,
    expected: /MQTT-3\.3\.1-1 /,
    file: 'mqtt/client.ts',
    edits: [
      ['id, again ? DUP : 0)', 'id, 0)'],
      ['if (again || size > SHORT_MAX', 'if (size > SHORT_MAX'],
    ],
  },
  {
    name: 'a connection goes on behind what the one before has sent',
    seed: 23,
    expected: /mote\/\w+\/n \d+ comes after \d+|MQTT-4\.6\.0-1 /,
    file: 'mqtt/client.ts',
    edits: [['room = cursor = 0;', 'room = 0;']],
  },
  {
    name: 'PUBREC is not noted',
    seed: 10,
    expected: /MQTT-4\.3\.3-1 PUBLISH/,
    file: 'mqtt/client.ts',
    edits: [['if (!STREAM || sequence > 0) outbox.receive', 'if (sequence < 0) outbox.receive']],
  },
  {
    name: 'a lost session is not noticed',
    seed: 3,
    expected: /MQTT-4\.3\.3-1 PUBREL/,
    file: 'mqtt/client.ts',
    edits: [['counters.finished += outbox.restart();', '']],
  },
  {
    name: 'nobody asks whether the broker is still there',
    seed: 1,
    expected: /nothing is in the way, and no message|MQTT-3\.1\.2-2[34] /,
    file: 'mqtt/client.ts',
    edits: [
      [
        'if ((V5 ? pingMs : pingIntervalMs) === 0) return NEVER_MS;',
        'if (pingIntervalMs >= 0) return NEVER_MS;',
      ],
    ],
  },
  {
    name: 'a PINGRESP may come as late as it likes',
    seed: 11,
    expected: /nothing is in the way, and no message/,
    file: 'mqtt/client.ts',
    edits: [['ends[1] = after(now, PINGRESP_TIMEOUT_MS);', '']],
  },
  {
    name: 'checksums are not looked at',
    seed: 1,
    expected: /were ever taken|is published, and nobody accepted it/,
    file: 'outbox/log.ts',
    edits: [['if (low === 0 && high === 0) return bytes;', 'return bytes;']],
  },
  {
    name: 'what the outbox does not take counts as taken',
    seed: 40,
    expected: /the broker lacks|the broker never got it/,
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
    seed: 2,
    expected: /attempts to connect within a minute/,
    file: 'link/backoff.ts',
    edits: [['return wait > 0 ? wait : 1;', 'return wait > 0 ? 100 : 1;']],
  },
  {
    name: 'it does not join a network again',
    seed: 3,
    expected: /nothing is in the way, and no message|after all this the broker has the mote as/,
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
    isQuick: true,
    seed: 1,
    expected: /timers: \d+, more than/,
    file: 'ports/espruino/timer.ts',
    edits: [['if (id !== 0) clearTimeout(id);', 'if (id === 1) clearTimeout(id);']],
  },
  {
    name: 'it leaves Wi-Fi with each connection that ends',
    seed: 1,
    expected: /joins again, and the access point had not been away/,
    file: 'link/link.ts',
    edits: [['if (hasWifi && backoff.ceilingUa !== undefined && wait > 1) {', 'if (hasWifi && wait > 1) {']],
  },
  {
    name: 'the packet identifier of a command is not kept',
    isQuick: true,
    seed: 2,
    expected: /the mote has command \d+ twice/,
    file: 'mqtt/client.ts',
    edits: [['        keepOpen(place);\n', '']],
  },
  {
    name: 'identifiers in flash are all believed after a loss of power',
    seed: 9320,
    isForBusy: true,
    expected: /the mote never had command \d+/,
    file: 'mqtt/client.ts',
    edits: [['doubted = open.length;\n  }', '}']],
  },
  {
    name: 'a command that comes again is handled again',
    seed: 2,
    expected: /the mote has command \d+ twice/,
    file: 'mqtt/client.ts',
    edits: [
      [
        '      confirm(first, id);\n      return false;\n    }\n    const isFull',
        '      return canAnswer();\n    }\n    const isFull',
      ],
    ],
  },
  {
    name: 'a command is acknowledged and not handled',
    seed: 1,
    expected: /the mote never had command \d+/,
    file: 'mqtt/client.ts',
    edits: [
      [
        '        route.take(cut(pieceView, bytes, from, end - from), route.name, first);\n        confirm(first, id);',
        '        if ((idValue(id) & 7) !== 5) route.take(cut(pieceView, bytes, from, end - from), route.name, first);\n        confirm(first, id);',
      ],
    ],
  },
  {
    name: 'a message is sent again on the same connection',
    seed: 1,
    expected: /MQTT-4\.4\.0-1 /,
    file: 'mqtt/client.ts',
    edits: [
      [
        'for (let i = 0; i < IN_FLIGHT_MAX; i++) if (isTaken(i)) return;\n    cursor = 0;',
        'leaveInFlight();\n    lastSent = cursor;\n    cursor = 0;',
      ],
    ],
  },
  {
    name: 'records come out of the outbox out of order',
    seed: 1,
    expected: /mote\/\w+\/n \d+ comes after \d+/,
    file: 'outbox/flash.ts',
    edits: [
      [
        '    const bytes = V5 ? walkAged(sequence, out) : walk(sequence);\n    if (bytes.length === 0) return Code.Empty;\n    out.received',
        '    let bytes = walk(sequence);\n    if (bytes.length > 0 && (found & 3) === 0) bytes = step();\n    if (bytes.length === 0) bytes = walk(sequence);\n    if (bytes.length === 0) return Code.Empty;\n    out.received',
      ],
    ],
  },
  {
    name: 'the account does not count what was refused',
    seed: 80,
    expected: /the account at the end: refused/,
    isForBusy: true,
    file: 'parts/account.ts',
    edits: [['if (code < 0) refused++;', '']],
  },
  {
    name: 'the account does not count what was sent twice',
    seed: 8,
    expected: /the account at the end: duplicates/,
    file: 'parts/account.ts',
    edits: [['= base[Count.Duplicates] + sent.unanswered;', '= base[Count.Duplicates];']],
  },
  {
    name: 'the account counts connections that did not come about',
    seed: 1,
    expected: /the account at the end: connects/,
    file: 'parts/account.ts',
    edits: [
      [
        'onStage(stage) {\n',
        'onStage(stage) {\n        if (stage === Stage.Opening || stage === Stage.Waiting) connects++;\n',
      ],
    ],
  },
  {
    name: 'what was ever taken is one too many',
    seed: 1,
    expected: /messages were ever taken/,
    file: 'outbox/flash.ts',
    edits: [
      [
        'figures.stored = isOpen ? log.given() : 0;',
        'figures.stored = isOpen ? log.given() + (held > 0 ? 1 : 0) : 0;',
      ],
    ],
  },
  {
    name: 'the account says one message too many',
    seed: 1,
    expected: /the account at the end: stored/,
    file: 'parts/account.ts',
    edits: [['given = of.stored - counts[Count.Moved];', 'given = of.stored + 1 - counts[Count.Moved];']],
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

/**
 * @returns the violation that is expected of a mutant, and with which seed it comes; undefined: it does not.
 * @param mutant undefined: none, and then any violation.
 */
export async function tryMutant(mutant: Mutant | undefined): Promise<string | undefined> {
  const buildCopy = await (copied ??= copyAll());
  const file = mutant === undefined ? 'features.ts' : mutant.file;
  if (mutant !== undefined) writeFileSync(`${COPY}src/${file}`, mutate(mutant));
  try {
    const isForBusy = mutant?.isForBusy === true;
    const settings = isForBusy ? BUSY : {};
    const { code } = await buildCopy({ firmware: `${COPY}test/system/firmware`, settings });
    const bundle = compileBundle(code, 'firmware.js');
    const others = Array.from({ length: 400 }, (_, i) => i + 1)
      .filter((seed) => isBusy(seed) === isForBusy)
      .slice(0, isForBusy ? BUSY_SEEDS_MAX : SEEDS_MAX);
    for (const seed of mutant === undefined ? others.slice(0, UNCHANGED_SEEDS) : [mutant.seed, ...others]) {
      const { violations } = runSystem({ bundle, seed, schedule: drawSchedule(seed) });
      const wrong = violations.find((what) => mutant === undefined || mutant.expected.test(what));
      if (wrong !== undefined) return `seed ${seed}: ${wrong}`;
    }
    return undefined;
  } finally {
    cpSync(`${ROOT}src/${file}`, `${COPY}src/${file}`);
  }
}
