// One mote, its network and its broker in virtual time, and the hands that faults (faults.ts) reach for. It judges nothing.

import { esp32 } from '../../boards/esp32.ts';
import type { Board } from '../board/board.ts';
import { createBoard } from '../board/board.ts';
import type { CompiledBundle } from '../board/bundle.ts';
import type { VirtualWorld } from '../board/world.ts';
import { createVirtualWorld } from '../board/world.ts';
import type { BrokerEvents, SessionBroker } from '../broker/broker.ts';
import { createSessionBroker } from '../broker/broker.ts';
import type { Listener, Network } from '../network/network.ts';
import { createNetwork } from '../network/network.ts';
import type { CounterChip } from './counter-chip.ts';
import { createCounterChip } from './counter-chip.ts';
import { drawLimits } from './version.ts';

/** As in test/system/firmware/settings.json. */
export const MOTE_ID = 'mote';
const BROKER = { host: 'broker', port: 1883 };
const WIFI = { ssid: 'home', password: 'secret' };
const ADDRESSES = [0x20, 0x21];
/** Wires of the mote's neighbourhood: where nothing listens. */
const PRINTER = 'printer';
const DELAY_MS = [5, 60] as const;
/** What a TCP stack waits for an answer: lwIP sends a segment twelve times before it gives up, which takes minutes. */
const GIVE_UP_MS = 600_000;
/** A supply takes a moment to come back. */
const OFF_MIN_MS = 50;

export interface Intruder {
  readonly everyMs: number;
  /** It ends the session. */
  readonly clean: boolean;
}

export interface Scene {
  readonly world: VirtualWorld;
  readonly network: Network;
  readonly board: Board;
  readonly broker: SessionBroker;
  readonly counters: readonly CounterChip[];
  /** Receive window and Wi-Fi password, when all is well. */
  readonly window: number;
  readonly password: string;
  /** Refuse connections to the broker, or accept them again. */
  setListening(is: boolean): void;
  /** Take the power away for so long, if it is there. @returns whether it was. */
  cutPower(forMs: number): boolean;
  /** The same in the middle of a program or an erase of the flash. */
  tearPower(forMs: number): void;
  setIntruder(intruder: Intruder | undefined): void;
  /** A line of the trace. */
  tell(what: string): void;
}

export interface SceneEvents extends BrokerEvents {
  onConsole(line: string): void;
  onError(error: unknown): void;
  /** The power has gone. @param torn in the middle of an operation of the flash. */
  onPowerCut(torn: boolean): void;
  onTell(what: string): void;
  /** The program starts, or has stopped. */
  onRun?(isRunning: boolean, wakeMs?: number): void;
}

/** The power is off. @param tap gives the world that the board is put into. */
export function createScene(
  bundle: CompiledBundle,
  seed: number,
  events: SceneEvents,
  tap: (world: VirtualWorld) => VirtualWorld = (world) => world,
): Scene {
  const network = createNetwork({ delayMs: DELAY_MS, giveUpMs: GIVE_UP_MS });
  const world = createVirtualWorld({ seed, network });
  world.accessPoint.ssid = WIFI.ssid;
  world.accessPoint.password = WIFI.password;
  network.addHost(PRINTER);
  const broker = createSessionBroker({ now: world.now, setTimer: world.setTimer }, events);
  broker.behaviour.limits = drawLimits(seed);
  broker.behaviour.usesAliases = true;
  const counters = ADDRESSES.map(createCounterChip);
  const board = createBoard({
    bundle,
    world: tap(world),
    board: esp32,
    onRun: (isRunning, wakeMs) => events.onRun?.(isRunning, wakeMs),
    i2c: { 1: counters.map(({ chip }) => chip) },
    // What a program does whose power has gone is not seen by anybody.
    onConsole: (line) => void (board.isRunning() && events.onConsole(line)),
    onError: events.onError,
  });
  let listener: Listener | undefined;
  let intruder: Intruder | undefined;

  const setListening = (is: boolean) => {
    listener?.close();
    listener = undefined;
    if (!is) return;
    listener = network.listen(BROKER.host, BROKER.port, (peer) => {
      const attached = broker.connect({ write: peer.write, end: peer.end });
      peer.onData(attached.data);
      peer.onClose(attached.closed);
    });
  };

  const goOff = (forMs: number, torn: boolean) => {
    board.powerOff('silent');
    events.onPowerCut(torn);
    world.setTimer(Math.max(forMs, OFF_MIN_MS), board.powerOn);
  };

  const intrude = (mine: Intruder) => {
    if (intruder !== mine) return;
    broker.intrude(MOTE_ID, mine.clean);
    world.setTimer(mine.everyMs, () => intrude(mine));
  };

  setListening(true);
  return {
    world,
    network,
    board,
    broker,
    counters,
    window: network.settings.sendBuffer,
    password: WIFI.password,
    setListening,
    cutPower(forMs) {
      const isRunning = board.isRunning();
      if (isRunning) goOff(forMs, false);
      return isRunning;
    },
    tearPower: (forMs) => goOff(forMs, true),
    setIntruder(next) {
      intruder = next;
      if (next !== undefined) intrude(next);
    },
    tell: events.onTell,
  };
}
