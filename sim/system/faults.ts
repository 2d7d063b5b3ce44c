// What can happen to a mote, as data: a fault has a moment, a kind, a length and a few numbers, so that a schedule can be printed, kept
// and cut down. Lasting faults of one slot do not add up: the one that began last holds, and with the end of the last all is as before.
// Every number that a fault needs is in it, so that it does the same whatever else happens.

import { createRandom } from '../network/random.ts';
import type { SeededRandom } from '../network/random.ts';
import type { PeerConnection } from '../network/network.ts';
import { tornWays } from '../torn.ts';
import type { Scene } from './scene.ts';

export interface Fault {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly kind: FaultKind;
  /** How long it lasts; 0: it is a moment. */
  readonly forMs: number;
  /** What it means is said by its kind. */
  readonly args: readonly number[];
}

/** A kind that lasts: `set` makes its slot so, or with undefined as before. A kind of a moment strikes. */
interface Kind {
  readonly slot?: string;
  draw(random: SeededRandom): number[];
  set?(scene: Scene, args: readonly number[] | undefined): void;
  /** @param felt to be called when it does strike, which may be later, or never. */
  strike?(scene: Scene, args: readonly number[], forMs: number, felt: () => void): void;
  /** It may find nothing to strike. */
  readonly mayMiss?: true;
}

const none = () => [];
const oneOf =
  (...values: readonly number[]) =>
  (random: SeededRandom) => [values[random.integer(0, values.length - 1)]!];
const SEED_MAX = 0x7fffffff;

/** What answers on every port behind a captive portal. */
function answerHttp(peer: PeerConnection): void {
  peer.onData(() => {
    peer.write('HTTP/1.1 302 Found\r\nLocation: http://portal/\r\nContent-Length: 0\r\n\r\n');
    peer.end();
  });
}

const ignore = (peer: PeerConnection) => peer.onData(() => undefined);

const MINUTE = 60_000;
const DAY = 86_400_000;

export const FAULT_KINDS = {
  /** The power goes, and comes again. */
  'power-cut': {
    draw: none,
    mayMiss: true,
    strike(scene, _, forMs, felt) {
      if (scene.cutPower(forMs)) felt();
    },
  },
  /** The power goes in the middle of a program or an erase. [which from now on, seed of what is left of it] */
  'torn-write': {
    draw: (random) => [random.integer(1, 12), random.integer(0, SEED_MAX)],
    mayMiss: true,
    strike(scene, [count, seed], forMs, felt) {
      let left = count!;
      scene.board.flash.interrupt = (operation) => {
        if (--left > 0) return undefined;
        scene.board.flash.interrupt = undefined;
        const random = createRandom(seed!);
        // Only the way that is taken is made: there are as many as bytes.
        const ways = tornWays(operation, scene.board.flash.geometry.programUnit, random);
        const way = ways[random.integer(0, ways.length - 1)]!;
        scene.tell(
          `the power goes in the middle of ${operation.kind} of ${operation.bytes} bytes: ${way.name}`,
        );
        scene.tearPower(forMs);
        felt();
        return way.torn;
      };
    },
  },
  /** The network is cut: nothing arrives, and what was sent arrives later. */
  cut: {
    slot: 'network',
    draw: none,
    set: ({ network }, args) => (args === undefined ? network.restore() : network.cut()),
  },
  /** All connections are reset. */
  reset: {
    draw: none,
    mayMiss: true,
    strike({ network }, _, __, felt) {
      if (network.count() > 0) felt();
      network.resetAll();
    },
  },
  /** A connection is reset at a byte that the mote sends. [byte from now on] */
  'reset-out': {
    draw: (random) => [random.integer(1, 400)],
    mayMiss: true,
    strike: ({ network }, [count], _, felt) => network.resetAfter('out', count!, felt),
  },
  /** A connection is reset at a byte that the broker sends. [byte from now on] */
  'reset-in': {
    draw: (random) => [random.integer(1, 60)],
    mayMiss: true,
    strike: ({ network }, [count], _, felt) => network.resetAfter('in', count!, felt),
  },
  /** Connections die without a word. */
  'half-open': {
    draw: none,
    mayMiss: true,
    strike({ network }, _, __, felt) {
      if (network.count() > 0) felt();
      network.vanishAll();
    },
  },
  /** Segments are late, cut, joined and lost. [longest delay, share of lost ones in percent] */
  lossy: {
    slot: 'quality',
    draw: (random) => [random.integer(200, 3000), random.integer(5, 50)],
    set({ network }, args) {
      const [delayMs, loss] = args ?? [60, 0];
      Object.assign(network.settings, { delayMs: [5, delayMs], loss: loss! / 100, split: 0.4, merge: 0.4 });
    },
  },
  /** The other side takes few bytes at a time. [bytes] */
  slow: {
    slot: 'window',
    draw: (random) => [random.integer(4, 40)],
    set: ({ network, window }, args) => network.setWindow(args?.[0] ?? window),
  },
  /** The other side takes no byte. */
  stalled: {
    slot: 'window',
    draw: () => [0],
    set: ({ network, window }, args) => network.setWindow(args?.[0] ?? window),
  },
  /** The name server knows no name. [0], or gives a wrong address: where nothing listens [1], or nothing is [2]. */
  names: {
    slot: 'names',
    draw: oneOf(0, 0, 1, 2),
    set({ network }, args) {
      const answers = ['unknown', { host: 'printer' }, { host: '10.9.8.7' }] as const;
      network.answerNames(args === undefined ? undefined : answers[args[0]!]);
    },
  },
  /** A captive portal: whatever the mote connects to answers HTTP. */
  portal: {
    slot: 'divert',
    draw: none,
    set: ({ network }, args) => network.divert(args === undefined ? undefined : answerHttp),
  },
  /** Whatever the mote connects to accepts, and never says anything. */
  mute: {
    slot: 'divert',
    draw: none,
    set: ({ network }, args) => network.divert(args === undefined ? undefined : ignore),
  },
  'wifi-down': {
    slot: 'wifi',
    draw: none,
    set: ({ world }, args) => world.accessPoint.setUp(args === undefined),
  },
  /** The access point has another password, which is noticed when the mote joins again. */
  'wifi-password': {
    slot: 'password',
    draw: none,
    set({ world, password }, args) {
      world.accessPoint.password = args === undefined ? password : 'another';
      if (args === undefined) return;
      world.accessPoint.setUp(false);
      world.accessPoint.setUp(true);
    },
  },
  /** No DHCP server answers, which is noticed when the mote joins again. */
  'no-address': {
    slot: 'address',
    draw: none,
    set({ world }, args) {
      world.accessPoint.givesAddresses = args === undefined;
      if (args === undefined) return;
      world.accessPoint.setUp(false);
      world.accessPoint.setUp(true);
    },
  },
  /** The broker is not there: its port refuses. [1: it has lost its sessions when it is back] */
  'broker-down': {
    slot: 'listener',
    draw: oneOf(0, 1),
    set(scene, args) {
      scene.setListening(args === undefined);
      if (args !== undefined) scene.broker.restart(args[0] === 1);
    },
  },
  /** The broker starts anew. [1: it has lost its sessions] */
  'broker-restart': {
    draw: oneOf(0, 1),
    strike({ broker }, [forget], _, felt) {
      felt();
      broker.restart(forget === 1);
    },
  },
  /** The broker refuses logins. [CONNACK return code] */
  refusal: {
    slot: 'refusal',
    draw: oneOf(2, 3, 4, 5),
    set({ broker }, args) {
      broker.behaviour.returnCode = args?.[0] ?? 0;
      if (args !== undefined) broker.restart(false);
    },
  },
  /** The broker does not answer CONNECT. */
  silent: {
    slot: 'silent',
    draw: none,
    set({ broker }, args) {
      broker.behaviour.isSilent = args !== undefined;
      if (args !== undefined) broker.restart(false);
    },
  },
  /** The broker answers nothing but CONNECT. */
  deaf: {
    slot: 'deaf',
    draw: none,
    set: ({ broker }, args) => broker.setDeaf(args !== undefined),
  },
  /** The broker acknowledges late. [ms] */
  'late-ack': {
    slot: 'late',
    draw: (random) => [random.integer(500, 15000)],
    set: ({ broker }, args) => void (broker.behaviour.ackDelayMs = args?.[0] ?? 0),
  },
  /** Another client logs in with this mote's client identifier again and again. [ms between, 1: it ends the session] */
  intruder: {
    slot: 'intruder',
    draw: (random) => [random.integer(500, 8000), random.integer(0, 1)],
    set: (scene, args) =>
      scene.setIntruder(args === undefined ? undefined : { everyMs: args[0]!, clean: args[1] === 1 }),
  },
  /** A sensor is gone. [which] */
  'sensor-absent': {
    slot: 'absent',
    draw: oneOf(0, 1, 2),
    set: ({ counters }, args) => each(counters, args, (faults, is) => void (faults.absent = is)),
  },
  /** Bits turn on the way from a sensor. [which] */
  'sensor-crc': {
    slot: 'crc',
    draw: oneOf(0, 1, 2),
    set: ({ counters }, args) => each(counters, args, (faults, is) => void (faults.badCrc = is)),
  },
  /** A sensor's data line is held down. [which] */
  'sensor-low': {
    slot: 'low',
    draw: oneOf(0, 1, 2),
    set: ({ counters }, args) => each(counters, args, (faults, is) => void (faults.stuckLow = is)),
  },
  /** The clock line of the bus is held down: each transfer blocks the mote for a second. */
  'bus-stuck': {
    slot: 'bus',
    draw: none,
    set: ({ board }, args) => void (board.bench.i2c(1).stuck = args !== undefined),
  },
  /** The wall clock is set. [ms] */
  clock: {
    draw: (random) => [
      [-DAY, -MINUTE, -1500, 1500, MINUTE, DAY, 20 * 365 * DAY][random.integer(0, 6)]! +
        random.integer(-400, 400),
    ],
    strike({ board }, [ms], _, felt) {
      felt();
      board.jumpClock(ms!);
    },
  },
} satisfies Record<string, Kind>;

export type FaultKind = keyof typeof FAULT_KINDS;

type Chips = Scene['counters'];
type ChipFaults = Chips[number]['chip']['faults'];

/** @param args [0 or 1: that sensor; 2: both]. */
function each(
  counters: Chips,
  args: readonly number[] | undefined,
  set: (faults: ChipFaults, is: boolean) => void,
): void {
  for (const [index, { chip }] of counters.entries()) {
    set(chip.faults, args !== undefined && (args[0] === index || args[0] === 2));
  }
}

export const kindOf = (kind: FaultKind): Kind => FAULT_KINDS[kind];

/** @returns whether a fault of this kind takes the power away. */
export const isPowerCut = (kind: FaultKind) => kind === 'power-cut' || kind === 'torn-write';
