// The power goes away at every program and erase while a mote tries a configuration, in every way in which such an operation can be torn.
// Whatever is left, it comes up with the former settings or with the new ones, whole, and reaches a broker in time.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { createFlash, createRig, keepMessage, type Mode } from '../parts/commands/rig.ts';
import { waysOf, type Operation, type Region } from './bench.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';
import { tear } from './sweep.ts';

const SEED = 1061;
const MINUTES = 2;
const MINUTE = 60_000;
/** After the trial: the wait of the link, and what it takes to find out. */
const LATER_MS = 15_000;
const OWN = 'own:1883';
const NEW = 'new.example:8883';
const DESIRED = 'm/config/desired';
/** One that holds before, and the one that is tried. */
const FORMER = '{"id":1,"interval.air":5000,"interval.soil":7000}';
const DOCUMENT = '{"id":2,"host":"new.example","port":8883,"interval.air":2000,"interval.soil":3000}';

const SHAPES: Region[] = [
  { pages: 2, pageBytes: 1024, unit: 4, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 1024, unit: 8, ecc: true, recordMax: 200 },
];

const SHARE = IS_FULL ? 1 : 0.05;
const NESTED_SHARE = IS_FULL ? 0.1 : 0.04;

interface Branch {
  readonly nor: Nor;
  readonly operation: Operation;
}

interface Result {
  operations: number;
  cuts: number;
  old: number;
  fresh: number;
  violations: string[];
}

/** Brokers with what they keep. */
function createBrokers(mode: Mode, document: string): Map<string, Mode> {
  const brokers = new Map<string, Mode>([
    [OWN, 'up'],
    [NEW, mode],
  ]);
  keepMessage(brokers, OWN, DESIRED, document);
  return brokers;
}

type Rig = ReturnType<typeof createRig>;

/** @returns what is wrong with the settings that a mote reports, undefined when nothing is. */
function judge(rig: Rig, host: string): string | undefined {
  const report = rig.reported().at(-1);
  if (report === undefined) return 'reports nothing';
  const { host: said = 'own', 'interval.air': air, 'interval.soil': soil } = report;
  const found = `${said as string} ${air as number} ${soil as number}`;
  const whole = host === NEW ? ['new.example 2000 3000'] : ['own 5000 7000', 'own 5000 9000'];
  return whole.includes(found) ? undefined : `${found} at ${host}, ${String(report['state'])}`;
}

/** A start after a cut. @returns the host that it reached. */
function live(nor: Nor, region: Region, mode: Mode, before?: (operation: Operation) => void): string {
  const hears = before === undefined ? {} : { before };
  const rig = createRig({ nor, region, minutes: MINUTES, ...hears }, createBrokers(mode, DOCUMENT));
  rig.pass(MINUTES * MINUTE + LATER_MS);
  const host = rig.host();
  if (host === undefined) throw new Error(`reaches no broker: ${rig.opened.slice(-5).join(' ')}`);
  // It may be on the way to its first, or second, trial.
  const wrong = judge(rig, host);
  if (wrong !== undefined) throw new Error(wrong);
  rig.pass(2 * MINUTES * MINUTE);
  const last = rig.host();
  const expected = mode === 'up' ? NEW : OWN;
  if (last !== expected) throw new Error(`ends at ${last}, ${JSON.stringify(rig.reported().at(-1))}`);
  const state = rig.reported().at(-1)!['state'];
  if (state !== (mode === 'up' ? 'applied' : 'rolled-back')) throw new Error(`ends ${String(state)}`);
  return host;
}

function sweep(region: Region, mode: Mode): Result {
  const result: Result = { operations: 0, cuts: 0, old: 0, fresh: 0, violations: [] };
  const choices = createRandom(SEED);
  const nor = createFlash(region);
  const branches: Branch[] = [];
  let isWatched = false;
  const before = (operation: Operation) => {
    if (isWatched) branches.push({ nor: nor.fork(), operation });
  };
  const brokers = createBrokers(mode, FORMER);
  const rig = createRig({ nor, region, minutes: MINUTES, before }, brokers);
  rig.pass(MINUTE);
  if (judge(rig, OWN) !== undefined || rig.host() !== OWN) throw new Error('no beginning');
  isWatched = true;
  rig.send('m/cmd/interval', '{"sensor":"soil","ms":9000}');
  rig.pass(MINUTE / 2);
  rig.retain(DESIRED, DOCUMENT);
  rig.pass(MINUTES * MINUTE + LATER_MS);
  result.operations = branches.length;
  const cut = (name: string, branch: Branch, isNested: boolean) => {
    for (const way of waysOf(branch.operation, region, choices)) {
      if (!choices.chance(isNested ? SHARE / 4 : SHARE) || result.violations.length > 10) continue;
      const what = `${name} (${branch.operation.kind}), ${way.name}`;
      const more: Branch[] = [];
      const chip = tear(branch, way, region);
      result.cuts++;
      try {
        const host = live(chip, region, mode, (operation) => more.push({ nor: chip.fork(), operation }));
        if (host === NEW) result.fresh++;
        else result.old++;
      } catch (error) {
        result.violations.push(`${what}: ${String(error)}`);
      }
      // What follows is cut too, once.
      if (!isNested && choices.chance(NESTED_SHARE)) {
        more.forEach((next, at) => cut(`${what}; then ${at}`, next, true));
      }
    }
  };
  branches.forEach((branch, at) => cut(`operation ${at}`, branch, false));
  return result;
}

describe.each<Mode>(['up', 'silent', 'refuses'])(
  'power cuts under a configuration, the new broker %s',
  (mode) => {
    it.each(SHAPES)(
      '$pages pages, unit $unit, ECC $ecc: the former settings or the new ones, and a broker',
      (region) => {
        const { violations, ...figures } = sweep(region, mode);
        const name = `cuts under a configuration, new broker ${mode}, ${region.pages} pages, unit ${region.unit}${region.ecc ? ', ECC' : ''}`;
        told(name, { seed: SEED, ...figures, violations: violations.length });
        expect(violations).toEqual([]);
        expect(figures.operations).toBeGreaterThanOrEqual(4);
        expect(figures.cuts).toBeGreaterThan(10);
        if (mode !== 'up') expect(figures.fresh).toBe(0);
      },
      TIMEOUT_MS,
    );
  },
);
