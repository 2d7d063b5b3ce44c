// The client with one of its protections switched off, each a small edit of its source: what shows that the tests would tell.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { createClient } from '../../src/mqtt/client.ts';
import type { Region } from './bench.ts';
import { sweepClient } from './client-sweep.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ClientMutant {
  readonly name: string;
  /** It is a protection of messages from the broker. */
  readonly isInbound?: boolean;
  readonly edits: readonly (readonly [from: string, to: string])[];
}

export const CLIENT_MUTANTS: readonly ClientMutant[] = [
  {
    name: 'after a reboot nothing counts as sent',
    edits: [['let lastSent = outbox.newest();', 'let lastSent = 0;']],
  },
  {
    name: 'what was sent on the connection before counts as not sent',
    edits: [['if (cursor > 0 && (lastSent === 0 || isAfter(cursor, lastSent))) lastSent = cursor;', '']],
  },
  {
    name: 'a connection goes on behind what the one before has sent',
    edits: [['room = cursor = 0;', 'room = 0;']],
  },
  {
    name: 'a message is sent before it is kept',
    edits: [
      [
        'const sequence = outbox.append(topic!, payload);\n      if (sequence < 0) return refuse(sequence);',
        `const early = (outbox.newest() % 32640) + 1;
      const isEarly = caughtUp && size <= room && size <= SHORT_MAX && awaited[early % IN_FLIGHT_MAX] === NO_KEY;
      if (isEarly) wire!.write(shortPublishId(topic!, payload, size, idFrom(early)));
      const sequence = outbox.append(topic!, payload);
      if (sequence < 0) return refuse(sequence);`,
      ],
      ['wire!.write(shortPublishId(topic!, payload, size, id));\n        } catch', '} catch'],
    ],
  },
  {
    name: 'what the outbox does not take counts as taken',
    edits: [
      [
        'outbox.append(topic!, payload);\n      if (sequence < 0) return refuse(sequence);',
        'outbox.append(topic!, payload);\n      if (sequence < 0) return Code.Ok;',
      ],
    ],
  },
  {
    name: 'what is sent is forgotten at once',
    edits: [
      [
        '    }\n    cursor = sequence;\n    return true;',
        '    }\n    cursor = sequence;\n    outbox.acknowledge(sequence);\n    return true;',
      ],
    ],
  },
  {
    name: 'what is acknowledged is kept',
    edits: [
      [
        'if (!STREAM || sequences[place] > 0) outbox.acknowledge(sequences[place]);',
        'if (sequences[place] > 0);',
      ],
    ],
  },
  {
    name: 'PUBREC is not noted',
    edits: [['if (!STREAM || sequence > 0) outbox.receive(sequence);', 'if (sequence > 0);']],
  },
  {
    name: 'PUBREC ends the exchange',
    edits: [
      [
        'return (!QOS2 || byteAt(bytes, at) !== First.Pubrec) && (!STREAM || !isUnsent(place));',
        'return !STREAM || !isUnsent(place);',
      ],
    ],
  },
  {
    name: 'PUBLISH comes again behind PUBREC',
    edits: [['if (QOS2 && record.received) {', 'if (record.sequence < 0) {']],
  },
  {
    name: 'a lost session is not noticed',
    edits: [['counters.finished += outbox.restart();', '']],
  },
  {
    name: 'more is in flight than may be',
    edits: [['export const IN_FLIGHT_MAX = 8;', 'export const IN_FLIGHT_MAX = 12;']],
  },
  {
    name: 'open identifiers are not kept',
    isInbound: true,
    edits: [['if (!STATE || options.cleanSession) return true;', 'if (index >= 0) return true;']],
  },
  {
    name: 'more open identifiers than one key holds are not kept',
    isInbound: true,
    edits: [
      [
        'const from = part * KEPT_TOGETHER;',
        'const from = part * KEPT_TOGETHER;\n    if (part > 0) return true;',
      ],
    ],
  },
  {
    name: 'open identifiers are not read at the start',
    isInbound: true,
    edits: [['const kept = outbox.recall(StateKey.Open + part);', 'const kept = EMPTY;']],
  },
  {
    name: 'open identifiers of the second key go to the places of the first',
    isInbound: true,
    edits: [['while (open.length < part * KEPT_TOGETHER) open.push(NO_ID);', '']],
  },
  {
    name: 'PUBCOMP goes out before the identifier is gone from flash',
    isInbound: true,
    edits: [
      [
        'open[index] = NO_ID;\n    if (keepOpen(index)) return true;',
        'open[index] = NO_ID;\n    answer(PUBCOMP, id);\n    if (keepOpen(index)) return true;',
      ],
      ['    else answer(PUBCOMP, id);', '    else if (index < 0) answer(PUBCOMP, id);'],
    ],
  },
  {
    name: 'PUBCOMP goes out although there was no room to forget the identifier',
    isInbound: true,
    edits: [['if (keepOpen(index)) return true;', 'if (keepOpen(index) || index >= 0) return true;']],
  },
  {
    name: 'PUBREL leaves the identifier open',
    isInbound: true,
    edits: [['open[index] = NO_ID;\n    if (keepOpen', 'if (keepOpen']],
  },
  {
    name: 'PUBREC goes out before the handler has the message',
    isInbound: true,
    edits: [
      [
        'route.take(cut(pieceView, bytes, from, end - from), route.name, first);\n        confirm(first, id);',
        'confirm(first, id);\n        route.take(cut(pieceView, bytes, from, end - from), route.name, first);',
      ],
    ],
  },
  {
    name: 'identifiers of a lost session stay open',
    isInbound: true,
    edits: [
      [
        'for (let i = 0; i < open.length; i++) open[i] = NO_ID;\n    isStale = !keepOpen(0) || !keepOpen(KEPT_TOGETHER);',
        '',
      ],
    ],
  },
  {
    name: 'identifiers of a lost session stay in flash',
    isInbound: true,
    edits: [
      ['open[i] = NO_ID;\n    isStale = !keepOpen(0) || !keepOpen(KEPT_TOGETHER);', 'open[i] = NO_ID;'],
    ],
  },
  {
    name: 'of a lost session the first key is forgotten only',
    isInbound: true,
    edits: [
      [
        'open[i] = NO_ID;\n    isStale = !keepOpen(0) || !keepOpen(KEPT_TOGETHER);',
        'open[i] = NO_ID;\n    isStale = !keepOpen(0);',
      ],
    ],
  },
  {
    name: 'what there was no room to forget is not forgotten later',
    isInbound: true,
    edits: [['if (isStale) isStale = !keepOpen(0) || !keepOpen(KEPT_TOGETHER);', '']],
  },
  {
    name: 'identifiers in flash are all believed after a loss of power',
    isInbound: true,
    edits: [['doubted = open.length;\n  }', '}']],
  },
  {
    name: 'DUP tells nothing of identifiers in flash',
    isInbound: true,
    edits: [['place < doubted && (first & DUP) === 0', 'place < doubted']],
  },
];

/** @returns the client's text with the edits of a mutant. Throws when it has another text than they are for. */
export function mutateClient({ name, edits }: ClientMutant): string {
  let text = readFileSync(`${ROOT}src/mqtt/client.ts`, 'utf8');
  for (const [from, to] of edits) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${name}: its text is ${parts.length - 1} times in client.ts`);
    text = parts.join(to);
  }
  return text;
}

/** @returns what makes the client of a mutant. */
export async function loadClient(mutant: ClientMutant): Promise<typeof createClient> {
  const folder = `${ROOT}out/mutants/client-${CLIENT_MUTANTS.indexOf(mutant)}/`;
  mkdirSync(folder, { recursive: true });
  const text = mutateClient(mutant)
    .replaceAll(" '../", " '../../../src/")
    .replaceAll(" './", " '../../../src/mqtt/");
  writeFileSync(`${folder}client.ts`, text);
  const module = (await import(/* @vite-ignore */ `${folder}client.ts`)) as {
    createClient: typeof createClient;
  };
  return module.createClient;
}

/** In the smaller ones there is no room at times. */
const PAGES = [4, 2];

/** @returns what is wrong with a client that is cut, undefined when nothing is. @param isSubscribed it is given messages too. */
export function tryClient(
  create: typeof createClient | undefined,
  isSubscribed: boolean,
): string | undefined {
  const size = isSubscribed ? { steps: 250, share: 0.03 } : { steps: 100, share: 0.015 };
  for (const [seed, pages] of PAGES.entries()) {
    const region: Region = { pages, pageBytes: 512, unit: 4, ecc: false, recordMax: 200 };
    const options = { region, seed, ...size, nestedShare: 0, violationsMax: 1 };
    const [wrong] = sweepClient({
      ...options,
      isSerial: false,
      isSubscribed,
      ...(create && { create }),
    }).violations;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
