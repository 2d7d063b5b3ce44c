// What faults reach for, and what they have in common. Types, and a few helpers.

import type { SeededRandom } from '../../sim/network/random.ts';
import type { Network } from '../../sim/network/network.ts';
import type { AccessPoint } from '../../sim/network/access-point.ts';
import type { FaultyChip } from '../../sim/chips/faults.ts';
import type { Nor } from '../../sim/nor.ts';
import type { FlashRegion } from '../../boards/board.ts';
import type { FaultArgument } from './events.ts';
import type { Report } from './outcome.ts';

/** What faults reach for. */
export interface FaultScene {
  now(): number;
  setTimer(ms: number, run: () => void): unknown;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly accessPoint: AccessPoint;
  readonly flash: Nor;
  readonly outbox: FlashRegion;
  readonly power: {
    isOn(): boolean;
    off(cause: string, isTorn: boolean): void;
    on(cause: string): void;
  };
  /** Connections that are open, as the mote sees them, and what it sends on them from now on arrives nowhere. */
  readonly connections: { count(): number; goSilent(): void };
  /** undefined: it is not ours to stop. */
  readonly broker: { stop(): void; start(): void } | undefined;
  /** By the name that a page shows. */
  readonly sensors: ReadonlyMap<string, { readonly chip: FaultyChip; readonly hasCrc: boolean }>;
  readonly environments: readonly string[];
  setEnvironment(name: string): void;
  jumpClock(ms: number): void;
  /** A sensor changes. */
  sensor(state: string, cause: string): void;
}

export type FaultArgs = Readonly<Record<string, number | string>>;

export interface FaultKind {
  readonly label: string;
  readonly help: string;
  /** undefined: it is not to be had here. */
  args(scene: FaultScene): readonly FaultArgument[] | undefined;
  begin(scene: FaultScene, args: FaultArgs, report: Report): void;
}

/** One way through the network when all is well, milliseconds. */
export const USUAL_DELAY_MS: readonly [number, number] = [1, 3];

export const secondsOf = (value: number, most = 3600, least = 0.1): FaultArgument => ({
  name: 'seconds',
  label: 'for',
  unit: 's',
  value,
  least,
  most,
});
export const choice = (name: string, label: string, choices: readonly string[]): FaultArgument => ({
  name,
  label,
  choices,
});
export const msOf = (args: FaultArgs) => Number(args['seconds']) * 1000;
export const after = (args: FaultArgs) => `${Number(args['seconds'])} s`;

/** Lasting faults of one kind do not add up: the last that ends ends them all. */
const holding = new WeakMap<FaultScene, Map<string, number>>();

export function hold(scene: FaultScene, slot: string, ms: number, release: () => void): void {
  const slots = holding.get(scene) ?? new Map<string, number>();
  holding.set(scene, slots);
  slots.set(slot, (slots.get(slot) ?? 0) + 1);
  scene.setTimer(ms, () => {
    const left = slots.get(slot)! - 1;
    slots.set(slot, left);
    if (left === 0) release();
  });
}
