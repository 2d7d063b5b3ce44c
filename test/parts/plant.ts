// The plant example's very bundle on the virtual ESP32 in virtual time, with a broker that keeps sessions and counts wills.

import { esp32 } from '../../boards/esp32.ts';
import { build } from '../../flash/build/build.ts';
import { decodeLogLine } from '../../flash/codes.ts';
import { readScene } from '../../flash/sim/scene.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import type { BrokerMessage, BrokerOptions } from '../../sim/device/broker.ts';
import { createBroker } from '../../sim/device/broker.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { wireScene } from '../../sim/scene/bench.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const FIRMWARE = 'examples/plant';
/** Messages of QoS 1 that a wake makes. */
export const EACH = 5;

/** @param settings laid over those of the example. */
export async function buildPlant(settings: object): Promise<CompiledBundle> {
  const all = {
    broker: { host: 'broker', port: 1883, username: '', password: '', keepAliveSec: 30 },
    wifi: { ssid: 'home', password: 'secret' },
    ...settings,
  };
  return compileBundle(
    (await build({ firmware: FIRMWARE, board: esp32.id, settings: all })).code,
    'plant.js',
  );
}

export interface Asleep {
  asleep_until: number | null;
  seconds: number;
}

export function createPlant(bundle: CompiledBundle, seed = 1) {
  const network = createNetwork({ delayMs: [2, 20] });
  const world = createVirtualWorld({ seed, network });
  world.accessPoint.ssid = 'home';
  world.accessPoint.password = 'secret';
  const heard: BrokerMessage[] = [];
  const wills: string[] = [];
  const connects: number[] = [];
  const options: BrokerOptions = {
    now: () => Math.floor(world.now()),
    keepsSessions: true,
    keep: 0,
    onMessage: (message) => void heard.push(message),
    onWill: (topic) => void wills.push(topic),
  };
  let broker = createBroker(options);
  const tick = () => {
    broker.tick();
    world.setTimer(1000, tick);
  };
  tick();
  const listen = (address: string) =>
    network.listen(address, 1883, (peer) => {
      connects.push(world.now());
      const link = broker.connect({ write: peer.write, close: peer.end });
      peer.onData((bytes) => link.data(bytes));
      peer.onClose(() => link.closed());
    });
  const lines: string[] = [];
  const errors: unknown[] = [];
  const board = createBoard({
    bundle,
    world,
    board: esp32,
    onConsole: (line) => void lines.push(decodeLogLine(line) ?? line),
    onError: (error) => errors.push(error),
  });
  /** Milliseconds that the radio was on, looked at each 10 ms. */
  const { stop } = wireScene(readScene(FIRMWARE), board.bench, world);
  network.setName('broker', '10.0.0.5');
  return {
    network,
    world,
    board,
    heard,
    wills,
    connects,
    lines,
    errors,
    listener: listen('10.0.0.5'),
    listen,
    options,
    stop,
    violations: () => broker.violations,
    /** The broker starts anew and has forgotten everything. */
    forget() {
      network.resetAll();
      broker = createBroker(options);
    },
    take: () => heard.splice(0),
  };
}

export type Plant = ReturnType<typeof createPlant>;

/** @returns messages that are readings. */
export const readings = (messages: readonly BrokerMessage[]) =>
  messages.filter(({ topic }) => /^plant-1\/[a-z]+\/(?!status)/.test(topic));
export const of = (messages: readonly BrokerMessage[], topic: string) =>
  messages.filter((message) => message.topic === topic).map(({ payload }) => payload);
