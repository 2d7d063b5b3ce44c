// What the examples take on a board: bytes in flash, and Espruino's variables once they run, with client, outbox and discovery.
// `npm run bench:examples`; the simulated chips beside them are counted alone and taken off. Writes bench/results/examples.json.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runEspruino } from '../sim/engine/espruino.ts';
import type { EspruinoMemory } from '../sim/engine/espruino.ts';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { startBroker } from '../flash/sim/broker.ts';
import { startObserver } from '../flash/sim/observer.ts';
import type { Observer } from '../flash/sim/observer.ts';
import { buildScene } from '../flash/sim/scene-build.ts';
import { readScene } from '../flash/sim/scene.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'examples.json');
const EXAMPLES = ['weather-station', 'air-quality', 'plant', 'energy-meter', 'gps-tracker'] as const;
/** Long enough for Wi-Fi, a session and discovery; then until there are several readings, which some chips are slow to give. */
const RUN_MS = 15_000;
const LOOK_EVERY_MS = 500;
const RUN_MAX_MS = 400_000;
const SETTLE_MS = 3000;
const READINGS_MIN = 3;

/** As much of a board as a firmware touches while it is loaded. */
const BARE = `(function(r){
global.require=function(n){return n=="Wifi"?{on:function(){},connect:function(){},getStatus:function(){return {}}}:r(n)};
global.pinMode=function(){};
global.analogRead=function(){return 0.5};
})(require);`;

export interface ExampleRow {
  readonly name: string;
  readonly bytes: number;
  /** Variables once it is loaded from flash storage, before anything has happened. */
  readonly loaded: number;
  /** Variables that the running firmware holds, the most of several looks. */
  readonly variables: number;
  /** Bytes of one. */
  readonly blockBytes: number;
  /** Free beside it on a board with that many: the small engine's for the first example, the ESP32's for the others. */
  readonly free: number;
  readonly total: number;
}

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** @returns the most variables in use, and how many there are. @throws when the engine complains. */
async function memoryOf(
  binary: string,
  prelude: readonly string[],
  bundle: string,
  isOver: () => Promise<void>,
): Promise<EspruinoMemory> {
  let most: EspruinoMemory | undefined;
  const engine = await runEspruino({
    binary,
    prelude,
    bundle,
    onLine: () => {},
    onMemory: (memory) => (most = most === undefined || memory.usage > most.usage ? memory : most),
    memoryEveryMs: 500,
  });
  await isOver();
  const { failures } = await engine.close();
  if (most === undefined || failures.length > 0) {
    throw new Error(failures.join('; ') || 'no look at the memory');
  }
  return most;
}

function engineFor(name: string): string {
  const variable = name === 'weather-station' ? 'ESPRUINO_MCU' : 'ESPRUINO';
  const path = process.env[variable];
  if (path === undefined || path === '') throw new Error(`set ${variable}`);
  return path;
}

/** The smallest engine has no room for a simulated chip in simulated weather beside the firmware. */
async function chipsFor(name: string, firmware: string): Promise<string> {
  if (name !== 'weather-station') return buildScene(readScene(firmware), 'espruino');
  return (await build({ firmware: join(PACKAGE_ROOT, 'sim', 'device', 'frozen.ts') })).code;
}

/** @returns variables that come with loading it from flash storage. */
async function loadedFrom(binary: string, code: string): Promise<number> {
  let used: number | undefined;
  const engine = await runEspruino({
    binary,
    prelude: [`${BARE}\nvar before=process.memory().usage;`],
    bundle: `${code}\nprint("used "+(process.memory().usage-before));`,
    onLine: (line) => (used ??= Number(/^used (\d+)$/.exec(line)?.[1] ?? NaN) || undefined),
  });
  await pause(SETTLE_MS);
  await engine.close();
  if (used === undefined) throw new Error('nothing was loaded');
  return used;
}

async function measure(name: string): Promise<ExampleRow> {
  const firmware = join(PACKAGE_ROOT, 'examples', name);
  const broker = await startBroker(0);
  let observer: Observer | undefined;
  try {
    let readings = 0;
    const address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
    observer = await startObserver(address, '#', {
      onMessage: ({ topic }) => void (readings += /^homeassistant|status$/.test(topic) ? 0 : 1),
      onLost: () => {},
      onBack: () => {},
    });
    const settings = { broker: { host: '127.0.0.1', port: broker.port } };
    const { code } = await build({ firmware, settings, board: 'espruino-linux' });
    const chips = await chipsFor(name, firmware);
    const binary = engineFor(name);
    const bare = await memoryOf(binary, [], '0', () => pause(SETTLE_MS));
    const alone = await memoryOf(binary, [chips], '0', () => pause(SETTLE_MS));
    const running = await memoryOf(binary, [chips], code, async () => {
      await pause(RUN_MS);
      for (let ms = RUN_MS; readings < READINGS_MIN && ms < RUN_MAX_MS; ms += LOOK_EVERY_MS) {
        await pause(LOOK_EVERY_MS);
      }
    });
    // A firmware whose outbox or chips do not work holds less.
    if (readings < READINGS_MIN) throw new Error(`${name} published ${readings} readings only`);
    const variables = running.usage - alone.usage;
    return {
      name,
      bytes: code.length,
      loaded: await loadedFrom(binary, code),
      variables,
      blockBytes: running.blocksize,
      free: running.total - bare.usage - variables,
      total: running.total,
    };
  } finally {
    await observer?.close();
    await broker.close();
  }
}

async function main(): Promise<void> {
  const rows: ExampleRow[] = [];
  for (const name of EXAMPLES) {
    rows.push(await measure(name));
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(rows, null, 2)}\n`);
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
