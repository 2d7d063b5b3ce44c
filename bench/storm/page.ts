// docs/storm.md and docs/storm.svg, made of bench/results/storm.json.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import type { Outage, StormResult } from './fleet.ts';
import { plotBars } from './plot.ts';

export interface StormRun extends StormResult {
  readonly outage: Outage;
  readonly outageSec: number;
  /** Connections that the broker takes a second after its return; 0: all. */
  readonly acceptsPerSec: number;
  readonly seed: number;
}

export interface StormFigures {
  readonly motes: number;
  readonly bundleBytes: number;
  /** The first is the one that is plotted. */
  readonly runs: readonly StormRun[];
}

const PAGE = join(PACKAGE_ROOT, 'docs', 'storm.md');
const PICTURE = join(PACKAGE_ROOT, 'docs', 'storm.svg');
const LIMIT_PERCENT = 3;
/** Plotted after the broker's return. */
const SHOWN_SEC = 130;

const WORDS: Readonly<Record<Outage, string>> = {
  process: 'broker process',
  power: "power of the broker's machine",
  wifi: 'access point',
};

const percent = (count: number, motes: number) => `${((100 * count) / motes).toFixed(2)} %`;

function nameOf({ outage, outageSec, acceptsPerSec }: StormRun): string {
  const slow = acceptsPerSec > 0 ? `, then ${acceptsPerSec} connections a second` : '';
  return `${WORDS[outage]}, ${outageSec} s${slow}`;
}

/** @returns the picture of the first run. */
export function stormPicture({ motes, runs }: StormFigures): string {
  const run = runs[0]!;
  return plotBars({
    title: `${motes.toLocaleString('en')} motes lose their broker for ${run.outageSec} s: attempts to connect`,
    bars: run.attempts.slice(0, run.outageSec + SHOWN_SEC),
    limit: (motes * LIMIT_PERCENT) / 100,
    limitText: `${LIMIT_PERCENT} % of the fleet`,
    span: { from: 0, to: run.outageSec, text: 'no broker' },
    xText: 'seconds since the link was lost',
    yText: 'attempts in a second',
  });
}

/** @returns the page. */
export function stormPage(figures: StormFigures): string {
  const { motes, runs } = figures;
  const main = runs.filter(
    ({ outage, outageSec, acceptsPerSec }) => outage === 'process' && outageSec === 60 && acceptsPerSec === 0,
  );
  const worst = Math.max(...main.map((run) => run.worst));
  const back = Math.max(...main.map((run) => run.allBackSec));
  const rows = runs.map(
    (run) =>
      `| ${nameOf(run)} | ${run.seed} | ${run.worst} | ${percent(run.worst, motes)} | ${run.worstAt} | ` +
      `${percent(run.worstAnywhere, motes)} | ${run.allBackSec < 0 ? 'not all' : `${run.allBackSec.toFixed(1)} s`} |`,
  );
  return `# Reconnect storm

${motes.toLocaleString('en')} virtual ESP32 boards run one bundle, with supervisor, client and flash outbox as every user gets them: the
first wait is anything up to 60 s, later ones from 30 s to three times the one before, at most 120 s. All are switched on in the same instant and differ in
nothing but their serial number, which with the engine's own generator is what spreads them. Then their broker is gone for a while.

**Worst second: ${percent(worst, motes)} of the fleet** (${worst} attempts, failed ones included, counted from the second in which the link is lost).
**All back ${back.toFixed(0)} s after the broker's return.** Both over ${main.length} fleets with different serial numbers, for an outage of 60 s.

![Attempts to connect in each second](storm.svg)

| what fails, how long | fleet | attempts in the worst second | of the fleet | which second | in any second, wherever it begins | last one back after the return |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}

\`npm run bench:storm\` measures it again and writes this page, the picture and \`bench/results/storm.json\`; \`npm test\` has a thousand motes.

- *Broker process*: connections are reset in one instant and new ones refused. This is the hardest case: everybody knows at once.
- *Power of the broker's machine*: nobody hears anything. Motes notice by the missing answer to PINGREQ, and an attempt takes 18 s to fail.
- *Access point*: the boards' Wi-Fi is gone, and each joins again before it connects. Attempts to join are not counted here.
- *Connections a second*: the broker has a queue after its return. A mote that waits longer than 10 s for CONNACK tries again later.

The expected share of second *t* of an outage has two parts: first tries, 1/60 of the fleet in each of the first 60 seconds, and from second 30 on second tries,
which rise to 0.8 % at second 60. That is 2.5 % at most, or 247 ± 16 (one standard deviation) of 10,000 in the last seconds; 3 % is 3.4 standard deviations away.
`;
}

export async function writeStorm(figures: StormFigures): Promise<void> {
  writeFileSync(PICTURE, stormPicture(figures));
  const text = await format(stormPage(figures), { ...(await resolveConfig(PAGE)), filepath: PAGE });
  writeFileSync(PAGE, text);
}
