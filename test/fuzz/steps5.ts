// Sessions of MQTT 5.0 at random: how they are set up, and steps in any order.

import fc from 'fast-check';
import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import type { Figures5, Mood, Rig5, Setup5 } from './rig5.ts';

/** What can happen, and how often it does. */
const STEPS: readonly [weight: number, name: string, run: (rig: Rig5, a: number, b: number) => void][] = [
  [20, 'publish', (rig, a, b) => rig.publish(a, b)],
  [3, 'stream', (rig, a, b) => rig.stream(a, b)],
  [9, 'progress', (rig, a) => rig.progress(a)],
  [2, 'connect', (rig) => rig.connect()],
  [3, 'accept', (rig) => rig.accept()],
  [7, 'drain', (rig) => rig.drain()],
  [4, 'arrive', (rig, a) => rig.arrive(a)],
  [9, 'answer', (rig, a, b) => rig.answer(a, b)],
  [2, 'drop', (rig, a) => rig.drop(a)],
  [1, 'disconnect', (rig) => rig.disconnect()],
  [4, 'advance', (rig, a) => rig.advance(a)],
  [7, 'send', (rig, a, b) => rig.send(a, b)],
  [1, 'abandon', (rig) => rig.abandon()],
  [1, 'lose', (rig) => rig.lose()],
  [2, 'deny', (rig, a) => rig.deny(a)],
  [1, 'refuse', (rig, a) => rig.refuse(a)],
  [1, 'goodbye', (rig, a) => rig.goodbye(a)],
  [3, 'agree', (rig, a, b) => rig.agree(a, b)],
];

const number = fc.nat(0xffff);
const step = fc.oneof(
  ...STEPS.map(([weight, name]) => ({ weight, arbitrary: fc.tuple(fc.constant(name), number, number) })),
);
const runs = new Map(STEPS.map(([, name, run]) => [name, run]));

const setupOf = (hasFlash: boolean): fc.Arbitrary<Setup5> =>
  fc.record({
    startMs: fc.oneof(fc.constant(0), fc.constant(CLOCK_PERIOD_MS - 1000), fc.nat(CLOCK_PERIOD_MS - 1)),
    places: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: hasFlash ? 2 : 0, arbitrary: fc.constant(0) },
    ),
    topics: fc.array(fc.nat(15), { minLength: 1, maxLength: 8 }),
    receiveMax: fc.constantFrom(128, 256, 600),
    moods: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant<Mood>('calm') },
        { weight: 2, arbitrary: fc.constantFrom<Mood>('publish', 'throw') },
        { weight: 1, arbitrary: fc.constant<Mood>('disconnect') },
      ),
      { maxLength: 12 },
    ),
  });

type Step = [name: string, a: number, b: number];

export interface Session {
  setup: Setup5;
  steps: Step[];
}

/** @param hasFlash messages may lie in flash. */
export function sessionOf(hasFlash: boolean): fc.Arbitrary<Session> {
  return fc.record({
    setup: setupOf(hasFlash),
    steps: fc.array(step as fc.Arbitrary<Step>, { maxLength: 150, size: 'max' }),
  });
}

/** Take these steps, and come to a quiet end. Throws where a promise is broken. */
export function play(rig: Rig5, steps: readonly Step[]): Figures5 {
  for (const [name, a, b] of steps) runs.get(name)!(rig, a, b);
  rig.settle();
  return rig.figures();
}
