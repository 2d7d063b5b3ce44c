// A world for one board: its network, its time, and a time server that always answers.

import { createVirtualWorld } from '../../sim/board/world.ts';
import type { VirtualWorld } from '../../sim/board/world.ts';
import { createNetwork } from '../../sim/network/network.ts';
import type { Network } from '../../sim/network/network.ts';
import { createPaced } from '../../sim/paced.ts';
import type { Paced } from '../../sim/paced.ts';
import { USUAL_DELAY_MS } from './fault-scene.ts';

export interface Around {
  readonly network: Network;
  readonly world: VirtualWorld;
  readonly paced: Paced;
}

/** A TCP stack gives a connection up that hears nothing for so long. */
const GIVE_UP_MS = 600_000;
const TIME_ANSWER_MS = 20;

/** @param startEpochMs wall-clock time at its start; default: 2026-01-01. @param speed virtual seconds a real second. */
export function createAround(seed: number, speed: number, startEpochMs?: number): Around {
  const network = createNetwork({ delayMs: USUAL_DELAY_MS, giveUpMs: GIVE_UP_MS });
  const made = createVirtualWorld({ seed, network, ...(startEpochMs !== undefined && { startEpochMs }) });
  const askTime: VirtualWorld['askTime'] = (_, done) => void made.setTimer(TIME_ANSWER_MS, done);
  const world = { ...made, askTime };
  return { network, world, paced: createPaced(world, speed) };
}
