// A seed of the system simulation on a stage: it is the very run that the simulation makes, whoever looks on, and however its time passes.
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { openReplayStage } from '../../../flash/stage/replay.ts';
import { systemBuild } from '../../../flash/stage/system-firmware.ts';
import type { StageEvent } from '../../../flash/stage/events.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../../sim/board/bundle.ts';
import { createRandom } from '../../../sim/network/random.ts';
import { runSystem, startSystem } from '../../../sim/system/run.ts';
import type { Run } from '../../../sim/system/run.ts';
import { drawSchedule } from '../../../sim/system/schedule.ts';

const SEED = 7;
const HOUR = 3_600_000;

let bundle: CompiledBundle;
let bundleBytes = 0;
beforeAll(async () => {
  const { code, bytes } = await build(systemBuild(SEED));
  bundle = compileBundle(code, 'firmware.js');
  bundleBytes = bytes;
}, 120_000);

/** The run without anybody who looks on, as lines: made once. */
let plain: { readonly trace: string[]; readonly run: Run } | undefined;
const plainRun = () => (plain ??= runPlainly());

function runPlainly() {
  const trace: string[] = [];
  const onTrace = (ms: number, what: string) => trace.push(`${ms} ${what}`);
  const run = runSystem({ bundle, seed: SEED, schedule: drawSchedule(SEED), onTrace });
  return { trace, run };
}

describe('replay', () => {
  it('is the same in pieces of any length, and step by step', () => {
    const { trace, run } = plainRun();
    const pieces: string[] = [];
    const onTrace = (ms: number, what: string) => pieces.push(`${ms} ${what}`);
    const again = startSystem({ bundle, seed: SEED, schedule: drawSchedule(SEED), onTrace });
    const random = createRandom(SEED);
    while (!again.isOver()) {
      if (random.chance(0.5)) again.world.run(random.integer(1, 40_000));
      else for (let i = 0; i < 50; i++) again.world.step();
    }
    expect(again.world.step()).toBe(false);
    expect(again.world.now()).toBe(HOUR + 180_000);
    expect(again.finish()).toEqual(run);
    expect(pieces).toEqual(trace);
  });

  it('is the same on a stage, which tells of its faults and its verdict', async () => {
    const { run } = plainRun();
    const stage = openReplayStage({ seed: SEED, bundle, bundleBytes, speed: 0 });
    const events: StageEvent[] = [];
    stage.journal.listen((event) => void events.push(event));
    for (let i = 0; i < 40; i++) stage.run(100_000);
    expect(stage.verdict()).toEqual(run);
    const schedule = drawSchedule(SEED);
    const begun = events.filter((event) => event.type === 'state' && event.of === 'fault');
    for (const { kind, at } of schedule) {
      expect(begun).toContainEqual(expect.objectContaining({ state: kind, t: at }));
    }
    const outcome = events.filter((event) => event.type === 'outcome').at(-1)!;
    expect(outcome).toMatchObject({ isOver: true, label: `Seed ${SEED}: ${schedule.length} faults` });
    expect(outcome.what).toContain('No violation.');
    // What the flash took, and what the broker took: the account of a stage comes to the same as the oracle.
    const { accepted, delivered, lost, disordered, cuts } = stage.account();
    expect({ lost, disordered, cuts }).toEqual({ lost: 0, disordered: 0, cuts: run.boots - 1 });
    expect(delivered).toBe(accepted);
    expect(accepted).toBeGreaterThanOrEqual(run.figures.accepted);
    expect(events.filter(({ type }) => type === 'reading').length).toBeGreaterThan(accepted);
    await stage.stop();
  });

  it('takes no faults and no commands of others', () => {
    const stage = openReplayStage({ seed: SEED, bundle, bundleBytes, speed: 0 });
    expect(() => stage.fault('power-cut', {})).toThrow('a replay has its own faults');
    expect(() => stage.command('mote/do', '1')).toThrow('a replay has its own commands');
    expect(stage.facts).toMatchObject({ mode: 'replay', hasTime: true, hasCommands: false, faults: [] });
  });
});
