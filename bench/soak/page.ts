// docs/soak.md, made of what the soak found.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { CUTS } from './run.ts';
import type { Cut, SoakResult } from './run.ts';

export interface SoakFigures extends Omit<SoakResult, 'kept'> {
  readonly minutes: number;
  readonly cutEverySec: number;
  readonly seed: number;
  readonly date: string;
}

const PAGE = join(PACKAGE_ROOT, 'docs', 'soak.md');

const WORDS: Readonly<Record<Cut, string>> = {
  power: 'the engine is killed with SIGKILL and starts again up to 2 s later on the same flash file',
  broker:
    'Mosquitto is killed with SIGKILL, refuses for 0.2 to 5 s, and starts again with what it had written down',
  reset: 'both ends of the connection get a TCP reset',
  wifi: 'the access point goes away with all that is under way, refuses for 0.2 to 5 s, and is there again',
  silence: 'the connection is there, and neither end hears from the other again',
};

/** @returns the page. */
export function soakPage(figures: SoakFigures): string {
  const { minutes, cutEverySec, cuts, said, arrived, lost, repeated, refused, lives } = figures;
  const all = CUTS.reduce((sum, cut) => sum + cuts[cut], 0);
  const ends = lives.map(({ end }) => end);
  const growth = Math.max(...lives.map(({ middle, end }) => end - middle));
  return `# Soak

\`npm run soak -- --minutes N [--cut-every-sec 30] [--seed N]\` runs a mote with its flash outbox in a real Espruino (\`ESPRUINO\`)
against a real Mosquitto. Its only sensor counts, ten numbers a second, and the mote says each number that was accepted. Every
\`--cut-every-sec\` seconds, at a random moment, something happens: each kind once in a random
order, then each but the first in another, and so on:

| cut | what happens | times |
| --- | --- | ---: |
${CUTS.map((cut) => `| ${cut} | ${WORDS[cut]} | ${cuts[cut]} |`).join('\n')}

An observer with a session that stays is subscribed with QoS 1. Every number that was accepted must arrive, and first deliveries must be
in order; repetitions are what QoS 1 allows. Memory is looked at once a second: the median of the last third of a life
must not be more than eight blocks above that of the third before, nor more than 32 above that of the first life, in which fewer
connections may have been made. The script prints a line a minute and ends at the first thing that is wrong, with the seed, and keeps flash, console and events. \`--minutes 1440\` is a day.

## What ${minutes} minutes gave

Bundles of this version, ${figures.date}, seed ${figures.seed}, a cut every ${cutEverySec} s (\`bench/results/soak.json\`):

| figure | value |
| --- | ---: |
| cuts | ${all} |
| numbers that the mote said it accepted | ${said} |
| numbers that arrived (of some, the cut power took the line) | ${arrived} |
| lost | ${lost} |
| out of order | 0 |
| refused | ${refused} |
| delivered again | ${repeated} |
| from a cut to the next new number, median | ${(figures.backMedianMs / 1000).toFixed(1)} s |
| the longest | ${(figures.backMostMs / 1000).toFixed(1)} s |
| lives long enough to judge their memory | ${lives.length} |
| blocks in use at the end of a life (median of its last third), least and most | ${Math.min(...ends)} to ${Math.max(...ends)} |
| most growth from the second to the last third of a life, blocks | ${growth} |

A cut of silence is noticed by the missing answer to PINGREQ: with this mote's keep alive of 5 s that takes up to 14 s. The mote
reconnects within a second (\`windowMs: 1000\`), as one that is alone with its broker may; the default is for fleets.
`;
}

export async function writeSoakPage(figures: SoakFigures): Promise<void> {
  const text = await format(soakPage(figures), { ...(await resolveConfig(PAGE)), filepath: PAGE });
  writeFileSync(PAGE, text);
}
