// What a virtual board takes: heap and milliseconds a board, with a thousand of them in virtual time. They share one
// bundle, so one client identifier: each has a model broker to itself, whose part is in the figures.
// `npm run bench:boards [-- bundle.js]`; without a bundle, that of the example.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { esp32 } from '../boards/esp32.ts';
import { build } from '../flash/build/build.ts';
import type { Board } from '../sim/board/board.ts';
import { createBoard } from '../sim/board/board.ts';
import { compileBundle } from '../sim/board/bundle.ts';
import { createVirtualWorld } from '../sim/board/world.ts';
import { createBme280Chip } from '../sim/chips/bme280.ts';
import { createBroker } from '../sim/device/broker.ts';
import { createWeather } from '../sim/environment/weather.ts';
import { createNetwork } from '../sim/network/network.ts';

const RESULT = 'bench/results/boards.json';
const FIRMWARE = 'examples/weather-station';
const INSTANCES = 1000;
const SECONDS = 60;
const BROKER = { host: 'broker', port: 1883 };

export interface BoardsResult {
  readonly bundleBytes: number;
  readonly instances: number;
  /** Heap of a board that runs. */
  readonly bytesPerBoard: number;
  /** To make a board and run its program up to the first pause. */
  readonly millisecondsPerBoard: number;
  /** Host time for a second of a board's life. */
  readonly millisecondsPerBoardSecond: number;
  readonly virtualSeconds: number;
  readonly messages: number;
}

function heapBytes(): number {
  if (global.gc === undefined) throw new Error('run node with --expose-gc');
  global.gc();
  return process.memoryUsage().heapUsed;
}

/** @param code of the bundle; it must look for the broker at BROKER. */
function measure(code: string): BoardsResult {
  const bundle = compileBundle(code, 'firmware.js');
  const network = createNetwork({ delayMs: [2, 30] });
  const world = createVirtualWorld({ seed: 1, network });
  let messages = 0;
  const violations: string[] = [];
  network.listen(BROKER.host, BROKER.port, (peer) => {
    const broker = createBroker({
      now: () => Math.floor(world.now()),
      keep: 0,
      onMessage: () => messages++,
    });
    const link = broker.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => {
      link.data(bytes);
      broker.tick();
      violations.push(...broker.violations);
    });
    peer.onClose(() => link.closed());
  });
  const environment = createWeather({ seed: 1 });
  const boards: Board[] = [];
  const before = heapBytes();
  const begun = performance.now();
  for (let seed = 0; seed < INSTANCES; seed++) {
    const chip = createBme280Chip({ environment, address: 0x76, seed });
    const board = createBoard({
      bundle,
      world,
      board: esp32,
      i2c: { 1: [chip] },
      onConsole: () => undefined,
    });
    board.powerOn();
    boards.push(board);
  }
  const started = performance.now();
  world.run(SECONDS * 1000);
  const ended = performance.now();
  const bytesPerBoard = Math.round((heapBytes() - before) / INSTANCES);
  const running = boards.filter((board) => board.isRunning()).length;
  if (running < INSTANCES || violations.length > 0) {
    throw new Error(`${INSTANCES - running} boards stopped; ${violations[0] ?? 'no violation'}`);
  }
  const thousandths = (value: number) => Math.round(value * 1000) / 1000;
  return {
    bundleBytes: code.length,
    instances: INSTANCES,
    bytesPerBoard,
    millisecondsPerBoard: thousandths((started - begun) / INSTANCES),
    millisecondsPerBoardSecond: thousandths((ended - started) / INSTANCES / SECONDS),
    virtualSeconds: SECONDS,
    messages,
  };
}

const given = process.argv[2];
const code =
  given === undefined
    ? (
        await build({
          firmware: FIRMWARE,
          settings: { broker: { ...BROKER, username: '', password: '', keepAliveSec: 30 } },
        })
      ).code
    : readFileSync(given, 'latin1');
const result = measure(code);
mkdirSync('bench/results', { recursive: true });
writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
