// One run: a mote through a schedule of faults, an hour and more of virtual time, and what the oracles say of it. The same bundle, seed
// and schedule give the same run.

import type { CompiledBundle } from '../board/bundle.ts';
import type { Gauges } from '../board/machine.ts';
import type { VirtualWorld } from '../board/world.ts';
import type { Taken } from '../broker/broker.ts';
import type { Fault, FaultKind } from './faults.ts';
import { kindOf } from './faults.ts';
import type { Figures } from './oracle.ts';
import { createOracle } from './oracle.ts';
import type { Commands } from './commands.ts';
import { createCommands } from './commands.ts';
import { createLimits } from './limits.ts';
import { MENDED_AT } from './schedule.ts';
import { createPhases } from './phases.ts';
import type { Scene, SceneEvents } from './scene.ts';
import { createScene } from './scene.ts';

const MINUTE = 60_000;
/** The sensors give readings for an hour; then what was accepted has this long to arrive. */
const HOUR = 60 * MINUTE;
const DRAIN = 3 * MINUTE;

export interface Run {
  readonly seed: number;
  /** What was against an oracle or the standard, in the order of time; empty: all is well. */
  readonly violations: readonly string[];
  /** How often each kind of fault struck. */
  readonly felt: ReadonlyMap<FaultKind, number>;
  readonly figures: Figures;
  readonly commands: Commands['figures'];
  /** Largest values of what must not grow; attempts to connect, and to join Wi-Fi, of the worst minute. */
  readonly gauges: Gauges;
  readonly attemptsMost: number;
  readonly joinsMost: number;
  readonly boots: number;
  readonly virtualMs: number;
}

export interface RunOptions {
  readonly bundle: CompiledBundle;
  readonly seed: number;
  readonly schedule: readonly Fault[];
  /** Told what happens. @param ms since the start. */
  readonly onTrace?: (ms: number, what: string) => void;
  /** Somebody who looks on, and changes nothing. */
  readonly watch?: Onlooker;
}

/** Hears of a run besides those who judge it. */
export interface Onlooker {
  /** @returns the world that the board is put into: `world`, with somebody who listens. */
  tap?(world: VirtualWorld): VirtualWorld;
  /** The board is there, and has no power yet. */
  onScene?(scene: Scene): void;
  onRun?(isRunning: boolean, wakeMs?: number): void;
  onConsole?(line: string): void;
  onPowerCut?(isTorn: boolean): void;
  onMessage?(message: Taken): void;
  onFault?(fault: Fault, isOver: boolean): void;
}

/** A run whose time somebody lets pass. */
export interface SystemRun {
  /** After an hour the sensors are taken off by themselves, and at the end its time stands still. */
  readonly world: VirtualWorld;
  isOver(): boolean;
  /** @returns what came of it, once it is over. */
  finish(): Run;
}

/** Lasting faults, by slot: that which began last holds. */
function createSlots(scene: Scene) {
  const slots = new Map<string, Fault[]>();
  return (fault: Fault, slot: string) => {
    const active = slots.get(slot) ?? [];
    slots.set(slot, active);
    const set = () => kindOf(active.at(-1)?.kind ?? fault.kind).set!(scene, active.at(-1)?.args);
    active.push(fault);
    set();
    return () => {
      active.splice(active.indexOf(fault), 1);
      set();
    };
  };
}

/** @returns a fault for a person. */
export const nameOf = ({ kind, args, forMs }: Fault) =>
  `${kind}${args.length > 0 ? ` [${args.join(', ')}]` : ''}${forMs > 0 ? ` for ${forMs / 1000} s` : ''}`;

/** Begin a run: nothing has happened yet. */
export function startSystem({ bundle, seed, schedule, onTrace, watch = {} }: RunOptions): SystemRun {
  const violations: string[] = [];
  const felt = new Map<FaultKind, number>();
  const tell = (what: string) => onTrace?.(scene.world.now(), what);
  const events: SceneEvents = {
    onConsole(line) {
      tell(`mote: ${line}`);
      watch.onConsole?.(line);
      oracle.onConsole(line);
      limits.onConsole(line);
      commands.onConsole(line);
    },
    onError: (error) => violations.push(`an exception that nothing caught: ${String(error)}`),
    onRun: (isRunning, wakeMs) => watch.onRun?.(isRunning, wakeMs),
    onPowerCut(torn) {
      watch.onPowerCut?.(torn);
      oracle.onPowerCut(torn);
      commands.onPowerCut(torn);
      limits.disturb();
    },
    onTell: tell,
    onMessage(message) {
      tell(`broker: takes ${message.topic} ${message.payload} in session ${message.session}`);
      watch.onMessage?.(message);
      oracle.onMessage(message);
      limits.onMessage(message);
    },
    onLogin(_, present) {
      tell(`broker: login, session present ${present}`);
      oracle.onLogin();
    },
    onOnline: () => oracle.onOnline(),
    onDuplicate: () => oracle.onDuplicate(),
    onAgain: (_, message) => commands.onAgain(message),
    onSessionEnd(clientId, session, open, lost) {
      tell(`broker: session ${session} is over, ${open.length} exchanges open, ${lost.length} commands lost`);
      oracle.onSessionEnd(clientId, session, open);
      commands.onSessionEnd(lost);
    },
    isDisturbed: (from, to) => limits.isDisturbed(from, to),
  };
  const scene: Scene = createScene(bundle, seed, events, watch.tap);
  const { world, board, broker, counters } = scene;
  const last = counters.map((counter) => counter.last);
  const oracle = createOracle(last, world.now);
  const limits = createLimits(scene);
  const commands = createCommands(scene, oracle.isFull);
  const setSlot = createSlots(scene);

  const begin = (fault: Fault) => {
    const { slot, strike } = kindOf(fault.kind);
    tell(`fault: ${nameOf(fault)}`);
    watch.onFault?.(fault, false);
    const feel = () => void felt.set(fault.kind, (felt.get(fault.kind) ?? 0) + 1);
    if (slot === undefined) {
      limits.disturb();
      return strike!(scene, fault.args, fault.forMs, feel);
    }
    feel();
    limits.begin();
    const end = setSlot(fault, slot);
    world.setTimer(fault.forMs, () => {
      tell(`fault ends: ${nameOf(fault)}`);
      watch.onFault?.(fault, true);
      end();
      limits.end();
    });
  };

  kindOf('lossy').set!(scene, undefined);
  for (const fault of schedule) world.setTimer(fault.at, () => begin(fault));
  world.setTimer(MENDED_AT, () => {
    board.flash.interrupt = undefined;
    scene.network.clearTraps();
    tell('all is mended');
  });
  watch.onScene?.(scene);
  board.powerOn();

  let online: string | undefined;
  const takeSensorsOff = () => {
    online = broker.retained('mote/status');
    for (const { chip } of counters) chip.faults.absent = true;
    commands.stop();
    tell('the sensors are taken off');
  };
  const finish = (): Run => {
    oracle.finish();
    limits.finish();
    commands.finish();
    if (online !== 'online') violations.push(`after all this the broker has the mote as ${online}`);
    const held = oracle.held();
    if (held !== 0) violations.push(`${held} messages are in the outbox for good`);
    return {
      seed,
      violations: [
        ...violations,
        ...broker.violations.map((what) => `MQTT-${what}`),
        ...oracle.violations,
        ...commands.violations,
        ...limits.violations,
      ],
      felt,
      figures: oracle.figures,
      commands: commands.figures,
      gauges: limits.gauges,
      attemptsMost: limits.attemptsMost(),
      joinsMost: limits.joinsMost(),
      boots: board.counters.boots,
      virtualMs: world.now(),
    };
  };
  const phases = createPhases(world, [
    { endsAt: HOUR, run: takeSensorsOff },
    { endsAt: HOUR + DRAIN, run: () => undefined },
  ]);
  return { ...phases, finish };
}

export function runSystem(options: RunOptions): Run {
  const run = startSystem(options);
  run.world.run(HOUR + DRAIN);
  return run.finish();
}
