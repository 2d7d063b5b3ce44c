// A mote that sleeps, on the virtual ESP32 in virtual time, with a broker that keeps sessions and tells of wills. Its readings are
// numbers, each one more than the one before, and it says which its outbox took.

import { esp32 } from '../../boards/esp32.ts';
import { build } from '../../flash/build/build.ts';
import { decodeLogLine } from '../../flash/codes.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import type { BrokerMessage, BrokerOptions } from '../../sim/device/broker.ts';
import { createBroker } from '../../sim/device/broker.ts';
import { createNetwork } from '../../sim/network/network.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** Codes of the converter. */
const SCALE = 4096;
const PIN = 34;
/** Association and address of the virtual access point. */
const JOIN_MS = 500;

export async function buildSleeper(): Promise<CompiledBundle> {
  const { code } = await build({ firmware: 'bench/device/sleeper', board: esp32.id });
  return compileBundle(code, 'sleeper.js');
}

/** What voltages on its pins tell the firmware; left out, what stands there. */
export interface Settings {
  readonly intervalMinutes?: number;
  readonly sendCount?: number;
  /** Tenths of a second. */
  readonly awake?: number;
  readonly warmUp?: number;
}
const PINS = { intervalMinutes: 35, sendCount: 36, awake: 37, warmUp: 38 } as const;

export function createSleeper(bundle: CompiledBundle, seed = 1, settings: Settings = {}) {
  const network = createNetwork({ delayMs: [2, 20] });
  /** What was connected to. */
  const hosts: string[] = [];
  const world = createVirtualWorld({
    seed,
    network: {
      ...network,
      connect(host, port, events) {
        hosts.push(host);
        return network.connect(host, port, events);
      },
    },
  });
  world.accessPoint.ssid = 'home';
  world.accessPoint.password = 'secret';
  const heard: BrokerMessage[] = [];
  const wills: string[] = [];
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
      const link = broker.connect({ write: peer.write, close: peer.end });
      peer.onData((bytes) => link.data(bytes));
      peer.onClose(() => link.closed());
    });
  const lines: string[] = [];
  const taken: number[] = [];
  const errors: unknown[] = [];
  /** When the radio came on, -1 while it is off; and how long it was. */
  let radioFrom = -1;
  let radioMs = 0;
  let read = 0;
  const board = createBoard({
    bundle,
    world,
    board: esp32,
    onConsole(line) {
      const number = /^#100 (\d+)$/.exec(line);
      if (number !== null) taken.push(Number(number[1]));
      const text = decodeLogLine(line) ?? line;
      lines.push(text);
      if (text === 'Wi-Fi joined') radioFrom = world.now() - JOIN_MS;
      if (!text.startsWith('asleep for') || radioFrom < 0) return;
      radioMs += world.now() - radioFrom;
      radioFrom = -1;
    },
    onError: (error) => errors.push(error),
  });
  board.bench.pins.driveAnalog(PIN, () => ++read / SCALE);
  for (const [name, value] of Object.entries(settings)) {
    board.bench.pins.driveAnalog(PINS[name as keyof Settings], value / SCALE);
  }
  network.setName('broker', '10.0.0.5');
  return {
    network,
    world,
    board,
    hosts,
    wills,
    lines,
    taken,
    errors,
    listener: listen('10.0.0.5'),
    listen,
    radioMs: () => radioMs,
    violations: () => broker.violations,
    /** The broker starts anew and has forgotten everything. */
    forget() {
      network.resetAll();
      broker = createBroker(options);
    },
    /** @returns how many lines there are of that kind. */
    said: (line: RegExp) => lines.filter((text) => line.test(text)).length,
    /** @returns payloads of a topic below the id, in the order in which they came. */
    heard: (topic: string) =>
      heard.filter((message) => message.topic === `sleeper/${topic}`).map(({ payload }) => payload),
    /** @returns the readings that came, in order. */
    numbers: () =>
      heard
        .filter(({ topic }) => topic === 'sleeper/count/n')
        .map(({ payload }) => (JSON.parse(payload) as { value: number }).value),
    discoveries: () => heard.filter(({ topic }) => topic.startsWith('homeassistant/')).length,
    messages: heard,
  };
}

export type SleeperRig = ReturnType<typeof createSleeper>;

export interface Energy {
  boots: number;
  sample_ms: number;
  join_ms: number;
  open_ms: number;
  login_ms: number;
  send_ms: number;
  asleep_s: number;
  total_mc: number;
  [name: string]: number;
}

/** @returns what all ledgers that came add up to. */
export function energyOf(rig: SleeperRig): Energy {
  const sum: Record<string, number> = {};
  for (const payload of rig.heard('energy')) {
    for (const [name, value] of Object.entries(JSON.parse(payload) as Energy)) {
      sum[name] = (sum[name] ?? 0) + value;
    }
  }
  return sum as Energy;
}
