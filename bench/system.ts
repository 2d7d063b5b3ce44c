// How long a virtual day of one mote takes on one core: `npm run bench:system`. A counter with a reading every 10 s, QoS 1, flash outbox,
// over a simulated network to a broker with sessions, the mote being the bundle of the system simulation; and what an hour with faults takes.

import { readFileSync, writeFileSync } from 'node:fs';
import { createScene } from '../sim/system/scene.ts';
import { runSystem } from '../sim/system/run.ts';
import { drawSchedule } from '../sim/system/schedule.ts';
import { buildSystem } from './system/bundle.ts';

const RESULT = 'bench/results/system.json';
const DAY_MS = 86_400_000;
const DAYS = 5;
const SEEDS = 50;
const READINGS_A_DAY = 8640;

/** Processor time of this process, milliseconds: others on the machine do not count. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const bundleOf = await buildSystem();
let messages = 0;
const { board, world, broker, counters } = createScene(bundleOf(1), 1, {
  onConsole: () => undefined,
  onError(error) {
    throw error;
  },
  onPowerCut: () => undefined,
  onTell: () => undefined,
  onMessage: ({ topic }) => void (messages += topic === 'mote/one/n' ? 1 : 0),
});
// One sensor with a reading every 10 s.
counters[1]!.chip.faults.absent = true;
board.powerOn();
const days: number[] = [];
for (let day = 0; day < DAYS; day++) {
  const before = cpuMs();
  world.run(DAY_MS);
  days.push(cpuMs() - before);
}
if (broker.violations.length > 0 || messages < DAYS * READINGS_A_DAY - 2) {
  throw new Error(`${messages} messages; ${broker.violations[0] ?? 'no violation'}`);
}

const begun = cpuMs();
for (let seed = 1; seed <= SEEDS; seed++) {
  const { violations } = runSystem({ bundle: bundleOf(seed), seed, schedule: drawSchedule(seed) });
  if (violations.length > 0) throw new Error(`seed ${seed}: ${violations[0]}`);
}
const figures = {
  'virtual day': {
    readings: READINGS_A_DAY,
    firstMs: Math.round(days[0]!),
    medianMs: Math.round(days.sort((a, b) => a - b)[DAYS >> 1]!),
    date: new Date().toISOString().slice(0, 10),
  },
  'virtual hour with faults': {
    seeds: SEEDS,
    meanMs: Math.round((cpuMs() - begun) / SEEDS),
    date: new Date().toISOString().slice(0, 10),
  },
};
let known: object = {};
try {
  known = JSON.parse(readFileSync(RESULT, 'utf8')) as object;
} catch {
  // The first time.
}
writeFileSync(RESULT, `${JSON.stringify({ ...known, ...figures }, null, 2)}\n`);
console.log(JSON.stringify(figures, null, 2));
