// The counter program, killed again and again at random moments, and what a broker gets of it meanwhile. Everything random
// comes from a seed, but for the time that things take.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { isAlive, type ProcessId } from '../../../flash/counter/process.ts';
import { createRandom, type SeededRandom } from '../../../sim/network/random.ts';
import { IN_FLIGHT_MAX } from '../../../src/mqtt/client.ts';
import { keep, say } from '../../results.ts';
import { startBroker } from './broker.ts';
import { startProgram, stateDirectory, type CounterProcess } from './program.ts';

/** `npm run test:kills`: all of them, and what was done is kept for the docs. */
export const IS_FULL = process.env['KILLS'] === 'full';
/** Time that a test may take. */
export const TIMEOUT_MS = IS_FULL ? 3_600_000 : 300_000;

export interface KillPlan {
  /** What is killed, for the results. */
  readonly what: string;
  readonly kills: number;
  readonly seed: number;
  /** Environment of a start, which chooses the engine. @param start from 0. */
  environment(start: number): Record<string, string>;
  /** A start takes no longer, ms. */
  readonly startMs: number;
}

/** One kill in ten comes somewhere in the start; the others so long after the first number has arrived. */
const EARLY = 0.1;
const LATER_MS = [5, 150] as const;
const PERIODS_MS = [0, 0, 2, 10, 40];
/** For what a process that is gone has sent. */
const SETTLE_MS = 10;

function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  return choices[random.integer(0, choices.length - 1)]!;
}

/** What the broker got, looked at number by number. */
function createJudge(numbers: readonly number[]) {
  let seen = 0;
  let again = 0;
  const judge = {
    last: 0,
    duplicates: 0,
    duplicatesMax: 0,
    /** Look at what came. @param why for what is wrong with it. */
    look(why: string): void {
      for (; seen < numbers.length; seen++) {
        const number = numbers[seen]!;
        if (number > judge.last) {
          expect(number, `${why}: what comes after ${judge.last}`).toBe(judge.last + 1);
          judge.last = number;
        } else {
          again++;
        }
      }
    },
    /** A life is over: what it sent again had been on its way when the one before was killed. */
    endLife(why: string): void {
      judge.look(why);
      expect(again, `${why}: numbers that came again`).toBeLessThanOrEqual(IN_FLIGHT_MAX);
      judge.duplicates += again;
      judge.duplicatesMax = Math.max(judge.duplicatesMax, again);
      again = 0;
    },
  };
  return judge;
}

/** @returns the engine that a program has started, a process of its own; undefined while there is none. */
function engineOf(directory: string): ProcessId | undefined {
  const file = readdirSync(directory).find((name) => /^lock\.\d+$/.test(name));
  if (file === undefined) return undefined;
  const { engine } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { engine?: ProcessId };
  return engine !== undefined && isAlive(engine) ? engine : undefined;
}

/** Kill the program, its engine, or both. @returns whether the program is gone. */
async function strike(counter: CounterProcess, directory: string, random: SeededRandom): Promise<boolean> {
  const engine = engineOf(directory);
  const victim = engine === undefined ? 'program' : pick(random, ['program', 'engine', 'both']);
  if (engine !== undefined && victim !== 'program') process.kill(engine.pid, 'SIGKILL');
  if (victim !== 'engine') await counter.kill('SIGKILL');
  await delay(SETTLE_MS);
  return victim !== 'engine';
}

/** Kill the counter as often as is planned, and let it come to its end at last: no number is left out, and none comes too early. */
export async function killCounter(plan: KillPlan): Promise<void> {
  const { what, kills, seed } = plan;
  const random = createRandom(seed);
  const broker = await startBroker();
  const directory = stateDirectory();
  const judge = createJudge(broker.numbers);
  let starts = 0;
  let early = 0;
  let said = 0;
  let unsaid = 0;

  const start = (periodMs: number) =>
    startProgram({
      ...plan.environment(starts++),
      PORT: broker.port,
      STATE_DIR: directory,
      PERIOD_MS: periodMs,
      RECONNECT_MS: 0,
      KEEPALIVE: 5,
    });

  /** No number is said twice; the kill may come between the note of one and its line. */
  function hear(counter: CounterProcess, why: string): void {
    for (const number of counter.queued()) {
      expect(number, `${why}: what is said after ${said}`).toBeGreaterThan(said);
      unsaid += number - said - 1;
      said = number;
    }
    expect(counter.errors(), why).toBe('');
  }

  let counter: CounterProcess | undefined;
  for (let kill = 0; kill < kills; kill++) {
    const why = `${what}, seed ${seed}, kill ${kill}`;
    const before = broker.numbers.length;
    counter ??= start(pick(random, PERIODS_MS));
    if (random.chance(EARLY)) {
      await delay(random.integer(0, plan.startMs));
    } else {
      await counter.until(() => broker.numbers.length > before);
      await delay(random.integer(...LATER_MS));
    }
    const isGone = await strike(counter, directory, random);
    if (broker.numbers.length === before) early++;
    judge.endLife(why);
    if (!isGone) continue;
    hear(counter, why);
    counter = undefined;
  }

  const why = `${what}, seed ${seed}, the end`;
  const last = counter ?? start(20);
  const end = Math.max(said, judge.last) + 20;
  await last.until(() => {
    judge.look(why);
    return judge.last >= end;
  });
  await last.kill('SIGTERM');
  judge.endLife(why);
  hear(last, why);
  expect(unsaid).toBeLessThanOrEqual(kills);
  const figures = {
    seed,
    kills,
    'kills before anything was sent': early,
    'numbers delivered': judge.last,
    gaps: 0,
    duplicates: judge.duplicates,
    'most duplicates after one kill': judge.duplicatesMax,
    'numbers whose line was lost': unsaid,
  };
  say(what, figures);
  if (IS_FULL) keep('kills', what, figures);
}
