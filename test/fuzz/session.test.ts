// Whole sessions, at random: a client, a broker that keeps the rules or one that does not, and everything that happens between
// them. What is promised has to hold at each step, and nothing accepted may be missing at the end.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import { SEQUENCE_MAX } from '../../src/ports/outbox.ts';
import { bytes } from './bytes.ts';
import { stream } from './generate.ts';
import { online } from './peer.ts';
import { createRig, type Figures, type Mood, type Rig, type Setup } from './rig.ts';
import { amount, TIMEOUT_MS, told } from './settings.ts';
import { ack, publish } from './wire.ts';

/** Bytes with the socket, and of a long packet and acknowledgements behind it. */
const WAITING_MAX = 536 + 1024 + 256;

/** What can happen, and how often it does. */
const STEPS: readonly [weight: number, name: string, run: (rig: Rig, a: number, b: number) => void][] = [
  [12, 'publish', (rig, a, b) => rig.publish(a, b)],
  [3, 'stream', (rig, a, b) => rig.stream(a, b)],
  [8, 'progress', (rig, a) => rig.progress(a)],
  [2, 'connect', (rig) => rig.connect()],
  [3, 'accept', (rig) => rig.accept()],
  [7, 'drain', (rig) => rig.drain()],
  [4, 'arrive', (rig, a) => rig.arrive(a)],
  [9, 'answer', (rig, a, b) => rig.answer(a, b)],
  [3, 'drop', (rig, a) => rig.drop(a)],
  [1, 'die', (rig) => rig.die()],
  [1, 'disconnect', (rig) => rig.disconnect()],
  [4, 'advance', (rig, a) => rig.advance(a)],
  [1, 'late', (rig, a) => rig.late(a)],
  [7, 'send', (rig, a, b) => rig.send(a, b)],
  [2, 'repeat', (rig, a) => rig.repeat(a)],
  [1, 'stray', (rig, a) => rig.stray(a)],
  [1, 'repeatPubrec', (rig, a) => rig.repeatPubrec(a)],
  [1, 'swap', (rig) => rig.swap()],
  [1, 'toggle', (rig, a) => rig.toggle(a)],
  [1, 'abandon', (rig) => rig.abandon()],
  [1, 'lose', (rig) => rig.lose()],
  [1, 'refuse', (rig, a) => rig.refuse(a)],
  [1, 'grant', (rig, a) => rig.grant(a)],
];

const number = fc.nat(0xffff);
const step = fc.oneof(
  ...STEPS.map(([weight, name]) => ({ weight, arbitrary: fc.tuple(fc.constant(name), number, number) })),
);
const hostileStep = fc.oneof(
  { weight: 9, arbitrary: step },
  { weight: 1, arbitrary: fc.tuple(fc.constant('hostile'), stream, number) },
);

const setup: fc.Arbitrary<Setup> = fc.record({
  startMs: fc.oneof(fc.constant(0), fc.constant(CLOCK_PERIOD_MS - 1000), fc.nat(CLOCK_PERIOD_MS - 1)),
  firstSequence: fc.oneof(fc.constant(1), fc.constant(32760), fc.constant(SEQUENCE_MAX - 5)),
  places: fc.integer({ min: 1, max: 20 }),
  cleanSession: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  keepAliveSec: fc.constantFrom(0, 10, 60, 65535),
  receiveMax: fc.constantFrom(64, 256, 600),
  moods: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<Mood>('calm') },
      { weight: 3, arbitrary: fc.constantFrom<Mood>('publish', 'throw') },
      { weight: 1, arbitrary: fc.constantFrom<Mood>('disconnect', 'connect', 'abandon', 'ruin') },
    ),
    { maxLength: 12 },
  ),
});

const runs = new Map(STEPS.map(([, name, run]) => [name, run]));

function play(
  how: Setup,
  steps: readonly (readonly [string, number | string, number])[],
  sums: Figures,
): void {
  const rig = createRig(how);
  for (const [name, a, b] of steps) {
    if (typeof a === 'string') rig.hostile(a, b);
    else runs.get(name)!(rig, a, b);
  }
  rig.settle();
  for (const [name, figure] of Object.entries(rig.figures())) sums[name as keyof Figures] += figure;
}

function sums(): Figures & { sessions: number } {
  return { sessions: 0, delivered: 0, received: 0, connections: 0, violations: 0 };
}

describe('sessions', () => {
  it(
    'keep every promise with a broker that keeps the rules',
    () => {
      const figures = sums();
      fc.assert(
        fc.property(setup, fc.array(step, { maxLength: 150, size: 'max' }), (how, steps) => {
          figures.sessions++;
          play(how, steps, figures);
        }),
        amount(300),
      );
      told('sessions with a broker that keeps the rules', { ...figures });
    },
    TIMEOUT_MS,
  );

  it(
    'survive a broker that keeps none, and go on with the next one',
    () => {
      const figures = sums();
      fc.assert(
        fc.property(setup, fc.array(hostileStep, { maxLength: 150, size: 'max' }), (how, steps) => {
          figures.sessions++;
          play(how, steps, figures);
        }),
        amount(300),
      );
      told('sessions with a hostile broker', { ...figures });
    },
    TIMEOUT_MS,
  );

  it(
    'hold a bounded number of bytes for a peer that says much and takes nothing',
    () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(3), fc.oneof(number, fc.nat(3))), { maxLength: 600, size: 'max' }),
          fc.nat(900),
          (said, size) => {
            const peer = online([['a/b', 2]]);
            peer.wrote();
            peer.client.publish(peer.client.topic('t'), bytes('x'.repeat(size)));
            for (const [kind, choice] of said) {
              const id = (choice % 65535) + 1;
              const message = { topic: 'a/b', payload: '1', retain: false, dup: false, id };
              if (kind < 2) peer.say(publish({ ...message, qos: kind + 1 }));
              else peer.say(ack(kind === 2 ? 0x62 : 0x50, id));
            }
            expect(peer.ends).toEqual([]);
            const most = size + 10 + WAITING_MAX;
            expect(peer.wrote().length).toBeLessThanOrEqual(most);
            // What found no place is not acknowledged: it comes again.
            const { received, repeated, postponed } = peer.client.counters();
            expect(received + repeated + postponed).toBe(said.filter(([kind]) => kind < 2).length);
          },
        ),
        amount(60),
      );
    },
    TIMEOUT_MS,
  );
});
