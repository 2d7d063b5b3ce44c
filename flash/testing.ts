// `mote-sdk/testing`: a firmware on the virtual board in virtual time, for the tests of a project. Built as for the board, with the
// chips of its sim.json, a simulated Wi-Fi, and a broker that judges every packet. An hour takes about a second.

import { fileURLToPath } from 'node:url';
import { createBoard } from '../sim/board/board.ts';
import { compileBundle } from '../sim/board/bundle.ts';
import { createVirtualWorld } from '../sim/board/world.ts';
import type { FaultyChip } from '../sim/chips/faults.ts';
import { createBroker } from '../sim/device/broker.ts';
import { createFive } from '../sim/device/five.ts';
import { createNetwork } from '../sim/network/network.ts';
import { wireScene } from '../sim/scene/bench.ts';
import { findBoard } from './boards.ts';
import { build } from './build/build.ts';
import { locateFirmware } from './build/firmware.ts';
import { readSettings } from './build/settings.ts';
import { decodeLogLine } from './codes.ts';
import { ExitCode, MoteError } from './errors.ts';
import { readScene } from './sim/scene.ts';

export type { Faults, FaultyChip } from '../sim/chips/faults.ts';
export { MoteError } from './errors.ts';

export interface VirtualBoardOptions {
  /** Folder with main.ts, or a .ts file; a path or a file: URL. */
  readonly firmware: string | URL;
  /** Default esp32. */
  readonly board?: string;
  /** Laid over settings.json and secrets.json. */
  readonly settings?: Record<string, unknown>;
  /** Of chance in the world around the board: the same seed is the same run. Default 1. */
  readonly seed?: number;
}

/** A message as the broker has taken it. */
export interface Message {
  readonly topic: string;
  /** Text. */
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  /** Milliseconds since the board was started. */
  readonly time: number;
}

/** A message that is waited for: the beginning of its topic, a pattern of it, or a function. */
export type Which = string | RegExp | ((message: Message) => boolean);

export interface VirtualBoard {
  /** That are compiled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** In the order in which they came. */
  readonly messages: readonly Message[];
  /** What the board has printed; what Mote says in numbers, as sentences. */
  readonly console: readonly string[];
  /** What it did against the standard of MQTT. */
  readonly violations: readonly string[];
  /** In the order of sim.json; `faults` of one goes wrong as real chips do. */
  readonly chips: readonly FaultyChip[];
  /** Let time pass. */
  run(ms: number): void;
  /**
   * Let time pass until a message has come: whose topic begins with `which`, or matches it, or which a function says it is. One that is
   * there already counts.
   * @param ms at most. @throws MoteError when none comes, with what the board said last.
   */
  waitFor(which: Which, ms: number): Message;
  /** Take the power away and give it back: what is in flash stays. */
  restart(): void;
  /** The power goes away for good. */
  stop(): void;
}

const PORT = 1883;
/** More than most brokers allow. */
const TOPIC_ALIASES = 20;
const LOOPBACK = '127.0.0.1';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Build a firmware and start it. Rejects with a MoteError where it does not build. */
export async function startVirtualBoard(options: VirtualBoardOptions): Promise<VirtualBoard> {
  const { seed = 1, settings = {} } = options;
  const data = findBoard(options.board ?? 'esp32', 'board');
  if (data.engine !== 'espruino') {
    throw new MoteError(
      `the virtual board runs Espruino only, and ${data.id} is for ${data.engine}`,
      'choose another',
      'board',
      ExitCode.Usage,
    );
  }
  const firmware = options.firmware instanceof URL ? fileURLToPath(options.firmware) : options.firmware;
  const { folder } = locateFirmware(firmware);
  const own = readSettings(folder, settings);
  const broker = isObject(own?.['broker']) ? own['broker'] : {};
  const here = {
    ...('host' in broker && { host: LOOPBACK }),
    ...('port' in broker && { port: PORT }),
  };
  const given = isObject(settings['broker']) ? settings['broker'] : {};
  const bundle = await build({
    firmware,
    board: data.id,
    settings: Object.keys(here).length === 0 ? settings : { ...settings, broker: { ...given, ...here } },
    brokerProfile: null,
  });

  const network = createNetwork();
  const world = createVirtualWorld({ seed, network });
  const messages: Message[] = [];
  const lines: string[] = [];
  const server = createBroker({
    now: () => Math.floor(world.now()),
    keep: 0,
    keepsSessions: true,
    five: createFive(TOPIC_ALIASES),
    onMessage({ topic, payload, qos, retain }) {
      const text = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');
      messages.push({
        topic: text(topic),
        payload: text(payload),
        qos,
        retain,
        time: Math.floor(world.now()),
      });
    },
  });
  network.listen(LOOPBACK, PORT, (peer) => {
    const link = server.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => link.data(bytes));
    peer.onClose(() => link.closed());
  });
  const board = createBoard({
    bundle: compileBundle(bundle.code, 'firmware.js'),
    world,
    board: data,
    onConsole: (line) => void lines.push(decodeLogLine(line) ?? line),
  });
  const scene = wireScene(readScene(firmware), board.bench, world);
  board.powerOn();

  return {
    settings: bundle.settings,
    messages,
    console: lines,
    violations: server.violations,
    chips: scene.chips,
    run: world.run,
    waitFor(which, ms) {
      const isIt = (message: Message) => {
        if (typeof which === 'function') return which(message);
        return typeof which === 'string' ? message.topic.startsWith(which) : which.test(message.topic);
      };
      let seen = 0;
      let found: Message | undefined;
      const look = () => {
        while (found === undefined && seen < messages.length) {
          const message = messages[seen++] as Message;
          if (isIt(message)) found = message;
        }
        return found !== undefined;
      };
      world.runUntil(look, ms);
      if (found !== undefined) return found;
      throw new MoteError(
        `no message on ${String(which)} within ${ms / 1000} s`,
        `see what the board said last: ${lines.at(-1) ?? 'nothing'}`,
        undefined,
        ExitCode.NoTelemetry,
      );
    },
    restart() {
      board.powerOff();
      board.powerOn();
    },
    stop() {
      scene.stop();
      board.powerOff();
    },
  };
}
