// Ten thousand motes: `npm run bench:fleet [SCENARIO …]` runs them, each against the broker of its scenario, and keeps what came of it in
// bench/results/fleet.json and docs/scale.md. Without names all scenarios run, one after another; that takes an hour, 3 GB of memory and 20,000 open files.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportText } from '../flash/fleet/plot.ts';
import type { FleetReport } from '../flash/fleet/report.ts';
import type { FleetOptions } from '../flash/fleet/options.ts';
import { runFleet } from '../flash/fleet/run.ts';
import { writeSmallFirmware } from '../flash/fleet/small-firmware.ts';
import { startMosquitto } from './fleet/mosquitto.ts';
import { writeScale } from './fleet/page.ts';
import type { FleetResults, FleetRun } from './fleet/results.ts';

const FILE = join(PACKAGE_ROOT, 'bench', 'results', 'fleet.json');
const MOTES = Number(process.env['MOTES'] ?? 10_000);
const OUTAGE_SEC = 60;
const QUIET_MS = 10_000;

/** The first wait is anything up to five minutes. */
const SLOW = { broker: { backoff: { windowMs: 300_000, maxMs: 300_000 } } };

type Given = Pick<FleetOptions, 'broker' | 'minutes' | 'outageSec'> & Partial<FleetOptions>;

const small = writeSmallFirmware();
let saidAt = 0;

const run = (given: Given): Promise<FleetReport> =>
  runFleet({
    firmware: small.folder,
    name: 'a counter',
    board: 'esp32',
    settings: {},
    features: {},
    intervalSec: undefined,
    motes: MOTES,
    workers: availableParallelism(),
    observer: undefined,
    seed: 1,
    stopped: new Promise(() => undefined),
    onProgress(text) {
      if (performance.now() - saidAt < QUIET_MS) return;
      saidAt = performance.now();
      console.log(text);
    },
    ...given,
  });

type Measured = Pick<FleetRun, 'brokerSessionBytes'> & { readonly report: FleetReport };

async function onMosquitto(minutes: number): Promise<Measured> {
  const broker = await startMosquitto();
  try {
    const before = broker.memory();
    let most = before;
    // Its memory with all of them connected.
    const look = setInterval(() => {
      most = Math.max(most, broker.memory());
    }, 1000);
    const address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
    const running = run({ broker: [address], minutes, outageSec: 0 });
    const report = await running.finally(() => clearInterval(look));
    return { report, brokerSessionBytes: Math.round((most - before) / MOTES) };
  } finally {
    await broker.close();
  }
}

const SCENARIOS: Readonly<Record<string, () => Promise<Measured>>> = {
  mosquitto: () => onMosquitto(10),
  aedes: async () => ({ report: await run({ broker: 'embedded', minutes: 5, outageSec: 0 }) }),
  storm: async () => ({ report: await run({ broker: 'embedded', minutes: 10, outageSec: OUTAGE_SEC }) }),
  virtual: async () => ({ report: await run({ broker: 'virtual', minutes: 60, outageSec: 0 }) }),
  'slow-storm': async () => ({
    report: await run({ broker: 'virtual', minutes: 20, outageSec: OUTAGE_SEC, settings: SLOW }),
  }),
};

function keep(name: string, kept: FleetRun): void {
  let former: FleetResults = { runs: {} };
  try {
    former = JSON.parse(readFileSync(FILE, 'utf8')) as FleetResults;
  } catch {
    // The first.
  }
  writeFileSync(FILE, `${JSON.stringify({ ...former, runs: { ...former.runs, [name]: kept } }, null, 1)}\n`);
}

try {
  const names = process.argv.slice(2);
  for (const name of names.length === 0 ? Object.keys(SCENARIOS) : names) {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) {
      throw new Error(`no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
    }
    console.log(`-- ${name}`);
    const { report, ...rest } = await scenario();
    console.log(reportText(report));
    const { seconds, ...figures } = report;
    const attempts = report.outage === null ? [] : seconds.map((second) => second.attempts);
    const computer = { cores: availableParallelism(), model: cpus()[0]!.model, load: loadavg()[1]! };
    const publishedMost = Math.max(...seconds.map((second) => second.published));
    keep(name, { ...figures, ...rest, publishedMost, attempts, computer });
    await writeScale();
    if (report.account.lost > 0) process.exitCode = 1;
  }
} finally {
  small.remove();
}
