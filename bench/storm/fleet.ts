// A fleet of virtual boards that run one bundle, and a broker that goes away from all of them at once: when they try to come back, and
// when the last one has. Virtual time; the same options give the same run.

import { esp32 } from '../../boards/esp32.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createBroker } from '../../sim/device/broker.ts';
import type { Broker } from '../../sim/device/broker.ts';
import { ConnectError } from '../../sim/network/connection.ts';
import { createNetwork } from '../../sim/network/network.ts';
import type { Listener, Network, PeerConnection } from '../../sim/network/network.ts';
import { createRandom } from '../../sim/network/random.ts';

/**
 * process: the broker's process dies, connections are reset and new ones refused. power: its machine is without power, so connections
 * fall silent and nobody answers. wifi: the one access point of all motes is off the air.
 */
export type Outage = 'process' | 'power' | 'wifi';

export interface StormOptions {
  /** What bench/device/storm.ts is built to. */
  readonly code: string;
  readonly motes: number;
  readonly seed: number;
  readonly outage: Outage;
  readonly outageSec: number;
  /** Connections that the broker takes a second after its return; default: all. */
  readonly acceptsPerSec?: number;
}

export interface StormResult {
  /** Attempts to connect in each second, from the one that begins when the broker goes; failed ones are counted. */
  readonly attempts: readonly number[];
  readonly worst: number;
  /** The second of the worst, from 0. */
  readonly worstAt: number;
  /** Most attempts in any second, wherever it begins. */
  readonly worstAnywhere: number;
  /** From the broker's return until the last mote had its CONNACK, seconds; -1: some never. */
  readonly allBackSec: number;
  /** What went against the standard, or was not caught on a board. */
  readonly faults: readonly string[];
}

const HOST = 'broker';
const PORT = 1883;
/** All are online and have proved their way by then. */
const SETTLE_MS = 90_000;
/** Watched after the broker's return. */
const AFTER_MS = 240_000;
const LOOK_MS = 100;

/** @returns the serial number of a mote: fleets are numbered through. */
function serialOf(first: number, index: number): string {
  const digits = (0xa4cf00000000 + first + index).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** @returns the most of `times`, which are in order, within any second. */
function mostInASecond(times: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last]! - times[first]! >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

export function runStorm(options: StormOptions): StormResult {
  const { motes, outage, outageSec, acceptsPerSec } = options;
  const bundle = compileBundle(options.code, 'storm.js');
  const network = createNetwork({ delayMs: [2, 40] });
  const attempts: number[] = [];
  const faults: string[] = [];
  const peers = new Set<PeerConnection>();
  let isOff = false;
  const watched: Network = {
    ...network,
    connect(host, port, events) {
      attempts.push(world.now());
      if (isOff) throw new ConnectError('unreachable', `${host}:${port}`, network.settings.connectTimeoutMs);
      return network.connect(host, port, events);
    },
  };
  const world = createVirtualWorld({ seed: options.seed, network: watched });
  world.accessPoint.ssid = world.accessPoint.password = 'fleet';

  let broker: Broker;
  let listener: Listener;
  let nextAt = 0;

  function take(peer: PeerConnection): void {
    const link = broker.connect({ write: peer.write, close: peer.end });
    peers.add(peer);
    peer.onClose(() => {
      peers.delete(peer);
      link.closed();
    });
    peer.onData((bytes) => link.data(bytes));
  }

  /** A broker that has just been started: it knows nobody. */
  function startBroker(perSec: number): void {
    broker = createBroker({ now: () => Math.floor(world.now()), keep: 0 });
    listener = network.listen(HOST, PORT, (peer) => {
      if (perSec === Infinity) return take(peer);
      // The kernel has completed the connection; the broker takes one after another.
      nextAt = Math.max(nextAt, world.now()) + 1000 / perSec;
      world.setTimer(nextAt - world.now(), () => take(peer));
    });
  }

  function tend(): void {
    broker.tick();
    world.setTimer(1000, tend);
  }

  function goAway(): void {
    if (outage === 'wifi') return world.accessPoint.setUp(false);
    listener.close();
    isOff = outage === 'power';
    if (outage === 'power') for (const peer of peers) peer.vanish();
    else network.resetAll();
    peers.clear();
    faults.push(...broker.violations);
  }

  function comeBack(): void {
    if (outage === 'wifi') return world.accessPoint.setUp(true);
    isOff = false;
    startBroker(acceptsPerSec ?? Infinity);
  }

  startBroker(Infinity);
  tend();
  const firstSerial = createRandom(options.seed).integer(0, 0xffffff);
  for (let i = 0; i < motes; i++) {
    const board = createBoard({
      bundle,
      world,
      board: esp32,
      serial: serialOf(firstSerial, i),
      onConsole: () => undefined,
      onError: (error) => faults.push(String(error)),
    });
    board.powerOn();
  }
  world.run(SETTLE_MS);
  if (broker!.online() < motes) faults.push(`${broker!.online()} of ${motes} were online before`);

  const lostAt = world.now();
  attempts.length = 0;
  goAway();
  world.run(outageSec * 1000);
  const backAt = world.now();
  comeBack();
  let allBackSec = -1;
  while (world.now() < backAt + AFTER_MS) {
    world.run(LOOK_MS);
    if (allBackSec < 0 && broker!.online() === motes) allBackSec = (world.now() - backAt) / 1000;
  }
  // With its access point a mote takes away the broker's view of it for longer than its keep alive.
  faults.push(...broker!.violations.filter((fault) => outage !== 'wifi' || !fault.startsWith('3.1.2-24')));
  if (broker!.online() < motes) allBackSec = -1;

  const seconds = new Array<number>(Math.ceil((world.now() - lostAt) / 1000)).fill(0);
  for (const at of attempts) seconds[Math.floor((at - lostAt) / 1000)]!++;
  const worst = seconds.reduce((most, count) => Math.max(most, count), 0);
  return {
    attempts: seconds,
    worst,
    worstAt: seconds.indexOf(worst),
    worstAnywhere: mostInASecond(attempts),
    allBackSec,
    faults,
  };
}
