// A mote in a real Espruino, with its outbox in flash, against a real Mosquitto, and again and again something cuts the way
// between them or ends one of them. Whatever was accepted must arrive. Ends at the first thing that is wrong.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { build } from '../../flash/build/build.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import type { EspruinoEngine } from '../../sim/engine/espruino.ts';
import { createRandom } from '../../sim/network/random.ts';
import { startRestartable } from './broker.ts';
import { createJudge } from './judge.ts';
import { createMemoryWatch, judgeMemory } from './memory.ts';
import type { Life } from './memory.ts';
import { createProxy } from './proxy.ts';

/**
 * The power of the mote fails; the broker is killed and comes back; the connection is reset; the access point goes away and comes back;
 * the connection falls silent.
 */
export const CUTS = ['power', 'broker', 'reset', 'wifi', 'silence'] as const;
export type Cut = (typeof CUTS)[number];

export interface SoakOptions {
  /** Path of a Linux Espruino. */
  readonly binary: string;
  readonly minutes: number;
  readonly cutEverySec: number;
  readonly seed: number;
  /** Told of each minute, and of where files are kept. */
  onLine(line: string): void;
}

export interface SoakResult {
  /** What went wrong; empty when nothing did. */
  readonly faults: readonly string[];
  /** Where flash, console and events lie after a fault; '' when there was none. */
  readonly kept: string;
  readonly seconds: number;
  readonly cuts: Readonly<Record<Cut, number>>;
  /** Numbers that the mote said it accepted; that arrived, those included of which the power took the line; that did not. */
  readonly said: number;
  readonly arrived: number;
  readonly lost: number;
  readonly repeated: number;
  readonly refused: number;
  /** Milliseconds from a cut to the first new number after it. */
  readonly backMedianMs: number;
  readonly backMostMs: number;
  readonly lives: readonly Life[];
}

const TOPIC = 'soak/count/n';
const EVERY_MS = 100;
/** Numbers of a life. */
const LIFE_NUMBERS = 100_000;
/** Longest time without a new number, and longest time for the last ones to arrive. */
const STALL_MS = 90_000;
const SETTLE_MS = 1000;
const CONSOLE_LINES = 3000;
const MINUTE_MS = 60_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The access point goes down, and is up again; no more numbers. */
const TELL = { down: 'd', up: 'u', over: 'o' } as const;

/** The engine's other ear. */
async function openControl() {
  let engine: Socket | undefined;
  const server = createServer((socket) => {
    engine = socket;
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    tell: (what: keyof typeof TELL) => void engine?.write(TELL[what]),
    close() {
      engine?.destroy();
      server.close();
    },
  };
}

const control = (port: number) =>
  `require("net").connect({host:"127.0.0.1",port:${port}}).on("data",function(d){` +
  'for(var i=0;i<d.length;i++){if(d[i]=="o")soakIsOver=true;else{world.wifi.refuse=d[i]=="d";if(d[i]=="d")world.wifi.drop();}}});';

/** The mote's side of the story. */
async function compile() {
  const board = 'espruino-linux';
  const firmware = (name: string) => join(PACKAGE_ROOT, name);
  return {
    world: (await build({ firmware: firmware('sim/device/espruino.ts'), board })).code,
    mote: (await build({ firmware: firmware('bench/device/soak.ts'), board })).code,
  };
}

/** @throws EngineError, MoteError when there is no engine or no broker. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { binary, minutes, cutEverySec, seed, onLine } = options;
  const random = createRandom(seed);
  const programs = await compile();
  const judge = createJudge();
  const memory = createMemoryWatch();
  const directory = mkdtempSync(join(tmpdir(), 'mote-soak-'));
  const consoleLines: string[] = [];
  const events: string[] = [];
  const faults: string[] = [];
  const backMs: number[] = [];
  const cuts: Record<Cut, number> = { power: 0, broker: 0, reset: 0, wifi: 0, silence: 0 };
  const begun = performance.now();
  let refused = 0;
  let newest = begun;
  let cutAt = -1;
  let engine: EspruinoEngine | undefined;
  let bornAt = begun;
  let isStopping = false;

  const elapsedSec = () => (performance.now() - begun) / 1000;
  const note = (what: string) => void events.push(`${elapsedSec().toFixed(2)} ${what}`);
  const blame = (what: string) => {
    if (what === '') return;
    note(`FAULT ${what}`);
    faults.push(what);
  };

  const broker = await startRestartable();
  const proxy = await createProxy(broker.port);
  const air = await openControl();
  const observer = mqtt.connect({
    host: '127.0.0.1',
    port: broker.port,
    clientId: 'soak-observer',
    clean: false,
    reconnectPeriod: 200,
  });
  observer.on('error', () => {});
  observer.on('message', (_topic, payload) => {
    const { value } = JSON.parse(payload.toString('latin1')) as { value: number };
    const before = judge.counts.greatest;
    blame(judge.arrived(value));
    if (value <= before) return;
    newest = performance.now();
    if (cutAt >= 0) backMs.push(newest - cutAt);
    cutAt = -1;
  });
  await new Promise<void>((resolve) => observer.once('connect', () => resolve()));
  await observer.subscribeAsync(TOPIC, { qos: 1 });

  function hear(line: string): void {
    consoleLines.push(`${elapsedSec().toFixed(2)} ${line}`);
    if (consoleLines.length > 2 * CONSOLE_LINES) consoleLines.splice(0, CONSOLE_LINES);
    if (/^=\d+$/.test(line)) blame(judge.said(Number(line.slice(1))));
    else if (line.startsWith('!')) refused++;
  }

  async function startLife(life: number): Promise<void> {
    const settings = `soakPort=${proxy.port};soakFirst=${life * LIFE_NUMBERS};soakEveryMs=${EVERY_MS};soakIsOver=false;`;
    bornAt = performance.now();
    const made = await runEspruino({
      binary,
      prelude: [programs.world, control(air.port), settings],
      bundle: programs.mote,
      cwd: directory,
      memoryEveryMs: 1000,
      onLine: hear,
      onMemory({ usage }) {
        memory.look(usage);
        note(`${usage} blocks`);
      },
    });
    engine = made;
    void made.exited.then(({ failures }) => {
      for (const failure of failures) blame(`the engine said: ${failure}`);
      if (engine === made && !isStopping) blame('the engine has gone');
    });
    note(`life ${life} begins`);
  }

  const endLife = () => memory.endLife((performance.now() - bornAt) / 1000);

  let life = 0;
  const doCut: Record<Cut, () => Promise<void>> = {
    async power() {
      const victim = engine;
      engine = undefined;
      if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
      await victim?.exited;
      endLife();
      await pause(random.integer(0, 2000));
      await startLife(++life);
    },
    async broker() {
      proxy.refuse();
      await broker.kill();
      await pause(random.integer(200, 5000));
      await broker.start();
      await proxy.listen();
    },
    async reset() {
      proxy.reset();
    },
    async wifi() {
      proxy.mute();
      air.tell('down');
      await pause(random.integer(200, 5000));
      air.tell('up');
    },
    async silence() {
      proxy.mute();
    },
  };

  /** Every kind once in a random order, then every kind but the end of a life: lives should be long enough to see memory grow. */
  let bag: Cut[] = [];
  let wasWhole = false;
  function nextCut(): Cut {
    if (bag.length === 0) {
      bag = CUTS.filter((cut) => cut !== 'power' || !wasWhole);
      wasWhole = !wasWhole;
    }
    return bag.splice(random.integer(0, bag.length - 1), 1)[0]!;
  }

  const report = () => {
    const { said, arrived, repeated } = judge.counts;
    const done = CUTS.map((cut) => `${cut} ${cuts[cut]}`).join(', ');
    const look = memory.lives.at(-1);
    const rest = look === undefined ? '' : `; ${look.end} blocks at the end of the last life`;
    onLine(
      `${(elapsedSec() / 60).toFixed(1)} min: ${said} accepted, ${arrived} arrived, ${judge.missing().length} under way, ` +
        `${repeated} repeated; cuts: ${done}${rest}`,
    );
  };
  const minutely = setInterval(report, MINUTE_MS);

  const isStalled = () => performance.now() - newest > STALL_MS;

  /** @returns false when something is wrong. */
  async function until(done: () => boolean): Promise<boolean> {
    while (faults.length === 0 && !done()) {
      if (isStalled()) blame(`nothing new for ${STALL_MS / 1000} s; ${judge.missing().length} are missing`);
      await pause(20);
    }
    return faults.length === 0;
  }

  async function soak(): Promise<void> {
    await startLife(++life);
    const end = begun + minutes * MINUTE_MS;
    const periodMs = cutEverySec * 1000;
    for (let period = 0; begun + (period + 1) * periodMs <= end; period++) {
      // Not in step with anything.
      const at = begun + period * periodMs + random.next() * periodMs * 0.6;
      if (!(await until(() => performance.now() >= at && judge.counts.arrived > 0))) return;
      const cut = nextCut();
      note(cut);
      cuts[cut]++;
      cutAt = performance.now();
      await doCut[cut]();
    }
    if (!(await until(() => performance.now() >= end))) return;
    note('no more cuts');
    air.tell('over');
    await until(() => cutAt < 0 && judge.missing().length === 0);
    // A line, or a message, may still be on its way.
    await pause(SETTLE_MS);
    if (judge.missing().length > 0) await until(() => judge.missing().length === 0);
  }

  try {
    await soak();
  } catch (error) {
    blame(String(error));
  }
  clearInterval(minutely);
  isStopping = true;
  if (engine !== undefined) {
    process.kill(engine.pid, 'SIGKILL');
    await engine.exited;
  }
  endLife();
  report();
  const missing = judge.missing();
  air.close();
  await proxy.close();
  await observer.endAsync(true);
  await broker.close();
  blame(judgeMemory(memory.lives));
  if (faults.length > 0) {
    writeFileSync(join(directory, 'console.log'), `${consoleLines.join('\n')}\n`);
    writeFileSync(join(directory, 'events.log'), `${events.join('\n')}\n`);
    onLine(`seed ${seed}: ${faults[0]}; flash, console and events are kept in ${directory}`);
  } else {
    rmSync(directory, { recursive: true, force: true });
  }
  const { said, arrived, repeated } = judge.counts;
  return {
    faults,
    kept: faults.length > 0 ? directory : '',
    seconds: Math.round(elapsedSec()),
    cuts,
    said,
    arrived,
    lost: missing.length,
    repeated,
    refused,
    backMedianMs: Math.round(median(backMs)),
    backMostMs: Math.round(Math.max(0, ...backMs)),
    lives: memory.lives,
  };
}
