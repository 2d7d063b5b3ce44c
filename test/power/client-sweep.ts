// The power goes away at every program and erase of a client's life, in every way in which such an operation can be torn; all
// that is in RAM is gone, and a new client goes on with the same flash and the same broker. The story of both is judged.

import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import type { Way } from '../../sim/torn.ts';
import { createChip, waysOf, type Operation } from './bench.ts';
import { goOn, playAll } from './client-play.ts';
import { copyStory, createStory, cutStory, takePacket } from './client-story.ts';
import {
  createWorld,
  repeatedMax,
  type OnOperation,
  type Remains,
  type WorldOptions,
} from './client-world.ts';
import { tear } from './sweep.ts';

export interface ClientSweepOptions extends WorldOptions {
  readonly seed: number;
  /** Publishes, answers and others of the scenario. */
  readonly steps: number;
  /** Of the ways to tear an operation, the share that is tried. */
  readonly share: number;
  /** Of the cuts, the share in which everything that follows is cut too, in a twentieth of the ways. */
  readonly nestedShare: number;
  /** Stop when so many violations are found. */
  readonly violationsMax?: number;
}

export interface ClientSweepResult {
  /** What the scenario did without a cut. */
  published: number;
  operations: number;
  cuts: number;
  nested: number;
  /** Most messages of QoS 1 that came again on one connection. */
  repeated: number;
  /** Messages to a client that subscribes, and the most that were open at a time. */
  offered: number;
  openMost: number;
  /** After a cut its handler saw one again, because flash did not know of it yet, or because flash had no room to know of it. */
  twice: number;
  twiceWithoutRoom: number;
  /** It never saw one, since a lost session was not forgotten before the cut. */
  missed: number;
  violations: string[];
}

const NESTED_WAYS = 0.05;

interface Branch {
  readonly nor: Nor;
  readonly operation: Operation;
  readonly remains: Remains;
}

/** Cut everything. */
export function sweepClient(options: ClientSweepOptions): ClientSweepResult {
  const { region, seed, steps, share, nestedShare, violationsMax = 20 } = options;
  const result: ClientSweepResult = {
    published: 0,
    operations: 0,
    cuts: 0,
    nested: 0,
    repeated: 0,
    offered: 0,
    openMost: 0,
    twice: 0,
    twiceWithoutRoom: 0,
    missed: 0,
    violations: [],
  };
  const choices = createRandom(seed ^ 0x5eed);
  const nor = createChip(region);
  const story = createStory();

  const attempt = (name: string, act: () => void) => {
    if (result.violations.length >= violationsMax) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      result.violations.push(`${name}: ${error.message}`);
    }
  };

  /** Cut, and go on. @returns the operations that follow, as far as they are to be cut too. */
  const cut = (name: string, branch: Branch, way: Way, isNested: boolean): Branch[] => {
    const branches: Branch[] = [];
    const chip = tear(branch, way, region);
    const draws = choices.fork();
    const left = copyStory(branch.remains.story);
    const onOperation: OnOperation = (operation, remains) => {
      if (isNested) branches.push({ nor: chip.fork(), operation, remains: remains() });
    };
    attempt(name, () => {
      // Some of what was on its way arrives.
      const { sent } = branch.remains;
      for (const packet of sent.slice(0, draws.integer(0, sent.length))) {
        takePacket(left, packet, repeatedMax(options));
      }
      cutStory(left);
      goOn(chip, left, options, draws, onOperation);
      result.repeated = Math.max(result.repeated, left.repeatedMost);
      const before = branch.remains.story.inbox;
      result.twice += left.inbox.twice - before.twice;
      result.missed += left.inbox.missed.size - before.missed.size;
      result.twiceWithoutRoom += left.inbox.twiceWithoutRoom - before.twiceWithoutRoom;
    });
    return branches;
  };

  const cutAll = (branch: Branch) => {
    for (const way of waysOf(branch.operation, region, choices)) {
      if (!choices.chance(share)) continue;
      const name = `operation ${result.operations} (${branch.operation.kind}), ${way.name}`;
      result.cuts++;
      cut(name, branch, way, choices.chance(nestedShare)).forEach((next, at) => {
        for (const again of waysOf(next.operation, region, choices)) {
          if (!choices.chance(NESTED_WAYS)) continue;
          result.nested++;
          cut(`${name}; then operation ${at} (${next.operation.kind}), ${again.name}`, next, again, false);
        }
      });
    }
  };

  const random = createRandom(seed);
  const boot = () =>
    createWorld(nor, story, options, random, (operation, remains) => {
      result.operations++;
      cutAll({ nor: nor.fork(), operation, remains: remains() });
    });
  attempt('scenario', () => playAll(boot, random, steps, options));
  result.published = story.accepted.length;
  result.offered = story.inbox.named;
  result.openMost = story.inbox.openMost;
  return result;
}
