// A world whose time has phases: at the end of each something is done, before anything later happens, and after the last it stands still. So
// a run is the same whether its time passes at once, in small pieces, or step by step.

import type { VirtualWorld } from '../board/world.ts';

/** Milliseconds of the world. */
export interface Phase {
  readonly endsAt: number;
  run(): void;
}

export interface Phases {
  readonly world: VirtualWorld;
  isOver(): boolean;
}

/** @param phases in their order. */
export function createPhases(world: VirtualWorld, phases: readonly Phase[]): Phases {
  let current = 0;
  const isOver = () => current === phases.length;
  const end = () => phases[current++]!.run();

  const runUntil = (done: () => boolean, ms: number): boolean => {
    const until = world.now() + ms;
    while (!isOver()) {
      const { endsAt } = phases[current]!;
      if (world.runUntil(done, Math.min(until, endsAt) - world.now())) return true;
      if (world.now() < endsAt) return false;
      end();
      if (world.now() >= until) return done();
    }
    return done();
  };

  return {
    isOver,
    world: {
      ...world,
      run: (ms) => void runUntil(() => false, ms),
      runUntil,
      step() {
        if (isOver()) return false;
        const { endsAt } = phases[current]!;
        const next = world.nextAt();
        if (next !== undefined && next <= endsAt) return world.step();
        world.run(endsAt - world.now());
        end();
        return true;
      },
    },
  };
}
