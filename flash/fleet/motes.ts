// A share of the fleet: virtual boards that run one bundle in one world, and what can be told of them from outside of them: what they
// accepted, by their flash; what a broker acknowledged, by their connections; when they tried to connect.

import { createBoard } from '../../sim/board/board.ts';
import type { Board } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import type { VirtualWorld } from '../../sim/board/world.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import type { Network } from '../../sim/network/network.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { wireScene } from '../../sim/scene/bench.ts';
import { findBoard } from '../boards.ts';
import { inspectRegion } from '../outbox/layout.ts';
import type { AcceptedMessage } from './accepted.ts';
import { acceptedIn, withoutTime } from './accepted.ts';
import type { Histogram } from './histogram.ts';
import { createHistogram } from './histogram.ts';
import { keyOf } from './ledger.ts';
import type { Second, SharePlan } from './plan.ts';
import { tapNetwork } from './tap.ts';

export interface ShareEvents {
  /** Milliseconds of the run, the same in all shares. */
  now(): number;
  /** An outbox has taken a message. */
  onAccepted(message: AcceptedMessage): void;
}

export interface Share {
  readonly world: VirtualWorld;
  /** Listen here for what the motes connect to. */
  readonly network: Network;
  /** Publish to PUBACK, milliseconds. */
  readonly latency: Histogram;
  /** Each second of the run. */
  readonly seconds: Second[];
  online(): number;
  published(): number;
  /** Of the messages that were accepted. */
  acknowledged(): number;
  /** Accepted and not acknowledged. */
  waiting(): number;
  /** Codes of CONNACK that let nobody in, and exceptions on boards: each once. */
  readonly faults: Set<string>;
  /** What is accepted from now on does not count. */
  freeze(): void;
  /** Of those that wait what stands in a flash, by what it is known by. */
  kept(): string[];
  stop(): void;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const SERIALS = 0xa4cf00000000;
/** Long enough to say what is wrong. */
const FAULTS_MAX = 20;

/** @returns the serial number of a mote: fleets are numbered through. */
function serialOf(number: number): string {
  const digits = (SERIALS + number).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** @returns what waits in the outbox of a board, as keys. */
function keptOf(board: Board, region: { address: number; bytes: number }): Set<string> {
  const bytes = new Uint8Array(region.bytes);
  board.flash.read(region.address, bytes);
  const { records } = inspectRegion(bytes, board.flash.geometry.pageBytes, region.address);
  const text = (value: { text: string } | { hex: string }) =>
    Buffer.from('text' in value ? value.text : value.hex, 'text' in value ? 'utf8' : 'hex').toString(
      'latin1',
    );
  return new Set(
    records.flatMap(({ state, message }) =>
      state === 'held' && message !== null ? [keyOf(text(message.topic), text(message.payload))] : [],
    ),
  );
}

export function createShare(plan: SharePlan, events: ShareEvents): Share {
  const bundle = compileBundle(plan.code, 'firmware.js');
  const data = findBoard(plan.board);
  const region = data.flash!.outbox!;
  const latency = createHistogram();
  const seconds: Writable<Second>[] = [];
  const faults = new Set<string>();
  /** Accepted and not acknowledged: number of the mote, and how often. */
  const waiting = new Map<string, { readonly mote: number; count: number }>();
  let online = 0;
  let published = 0;
  let acknowledged = 0;
  let isFrozen = false;

  const fault = (text: string) => void (faults.size < FAULTS_MAX && faults.add(text));
  const secondNow = () => {
    const index = Math.floor(events.now() / 1000);
    while (seconds.length <= index) seconds.push({ attempts: 0, online, published: 0 });
    return seconds[index]!;
  };
  const count = (change: number) => {
    const second = secondNow();
    online += change;
    second.online = online;
  };

  const bare = createNetwork({ delayMs: [2, 40] });
  const network = tapNetwork(bare, {
    now: events.now,
    onConnack(code) {
      if (code === 0) count(1);
      else fault(`CONNACK code ${code}`);
    },
    onGone: () => count(-1),
    onPublish() {
      published++;
      secondNow().published++;
    },
    onAcknowledged(topic, payload, ms) {
      latency.add(ms);
      const key = keyOf(topic, withoutTime(payload));
      const one = waiting.get(key);
      if (one === undefined) return;
      acknowledged++;
      if (--one.count === 0) waiting.delete(key);
    },
  });
  const world = createVirtualWorld({
    seed: plan.seed,
    network: {
      ...bare,
      connect(host, port, connectionEvents) {
        secondNow().attempts++;
        return bare.connect(host, port, connectionEvents);
      },
    },
  });

  const accept = (mote: number, message: AcceptedMessage) => {
    const key = keyOf(message.topic, message.payload);
    const one = waiting.get(key);
    if (one === undefined) waiting.set(key, { mote, count: 1 });
    else one.count++;
    events.onAccepted(message);
  };
  const boards: Board[] = [];
  const scenes: { stop(): void }[] = [];
  for (let i = 0; i < plan.count; i++) {
    const board = createBoard({
      bundle,
      world,
      board: data,
      serial: serialOf(plan.first + i),
      onConsole: () => undefined,
      onError: (error) => fault(`exception: ${String(error)}`),
    });
    // Each has a weather of its own.
    const scene = { ...plan.scene, seed: (plan.scene.seed + plan.first + i) & 0xffff };
    if (scene.chips.length > 0) scenes.push(wireScene(scene, board.bench, world));
    const unit = board.flash.geometry.programUnit;
    // At a start the last record is programmed once more.
    let lastAt = -1;
    let last = '';
    board.flash.onProgram = (address, bytes) => {
      if (address < region.address || address >= region.address + region.bytes) return;
      const messages = acceptedIn(bytes, unit);
      if (messages.length === 0) return;
      const text = messages.map(({ topic, payload }) => keyOf(topic, payload)).join('\0');
      if (address === lastAt && text === last) return;
      lastAt = address;
      last = text;
      if (!isFrozen) for (const message of messages) accept(i, message);
    };
    boards.push(board);
    world.setTimer((plan.startMs * i) / plan.count, () => board.powerOn());
  }

  return {
    world,
    network,
    latency,
    seconds,
    faults,
    online: () => online,
    published: () => published,
    acknowledged: () => acknowledged,
    waiting: () => [...waiting.values()].reduce((sum, one) => sum + one.count, 0),
    freeze: () => void (isFrozen = true),
    kept() {
      const inFlash = new Map<number, Set<string>>();
      return [...waiting].flatMap(([key, { mote }]) => {
        let keys = inFlash.get(mote);
        if (keys === undefined) inFlash.set(mote, (keys = keptOf(boards[mote]!, region)));
        return keys.has(key) ? [key] : [];
      });
    },
    stop() {
      for (const scene of scenes) scene.stop();
      for (const board of boards) board.powerOff();
    },
  };
}
