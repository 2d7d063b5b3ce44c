// What the example firmware needs: bytes, and variables of a real Espruino, running from flash as on a board.
// `npm run bench:firmware`; engines from ESPRUINO (the ESP32's layout) and ESPRUINO_MCU (a small board's).

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from '../flash/build/build.ts';
import { runEspruino } from '../sim/engine/espruino.ts';

const RESULT = 'bench/results/firmware.json';
const FIRMWARE = 'examples/weather-station';
/** The example publishes three messages a reading. */
const CHANNELS = 3;
/** Enough to have everything allocated: reading code from flash is slow on Linux. */
const READINGS = 5;

export interface EngineRow {
  /** Variable that names the engine. */
  readonly variable: string;
  readonly version: string;
  /** Bytes of one variable, and how many there are. */
  readonly blocksize: number;
  readonly total: number;
  /** Variables that the firmware holds: loaded, started, online. */
  readonly held: number;
}

export interface FirmwareResult {
  readonly bundle: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly engines: EngineRow[];
}

/** Around the firmware, in the world that allocates nothing: `quiet.publish(n)` runs it until n more messages are out. */
const BEFORE = `var looks=new Int32Array(2);looks[0]=process.memory().usage;looks[0]=process.memory().usage;`;
const AFTER = `
quiet.publish(${READINGS * CHANNELS});looks[1]=process.memory().usage;
var memory=process.memory();
print("@@"+JSON.stringify({version:process.version,blocksize:memory.blocksize,total:memory.total,
held:looks[1]-looks[0]}));quit();`;

async function measure(variable: string, world: string, bundle: string): Promise<EngineRow | undefined> {
  const binary = process.env[variable];
  if (binary === undefined) {
    process.stderr.write(`skipped: ${variable} is not set\n`);
    return undefined;
  }
  let row: EngineRow | undefined;
  const engine = await runEspruino({
    binary,
    prelude: [world, BEFORE],
    bundle: bundle + AFTER,
    onLine(line) {
      if (line.startsWith('@@')) row = { variable, ...JSON.parse(line.slice(2)) };
    },
  });
  const { failures } = await engine.exited;
  if (row === undefined) throw new Error(`${variable} measured nothing: ${failures.join('; ')}`);
  return row;
}

// The quiet world has no access point: its network is always there.
const world = await build({ firmware: 'sim/device/quiet.ts' });
const { code, bytes, gzipBytes } = await build({ firmware: FIRMWARE, settings: { wifi: { ssid: '' } } });
const engines: EngineRow[] = [];
for (const variable of ['ESPRUINO', 'ESPRUINO_MCU']) {
  const row = await measure(variable, world.code, code);
  if (row !== undefined) engines.push(row);
}
const bundle = createHash('sha256').update(code).digest('hex').slice(0, 16);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  RESULT,
  `${JSON.stringify({ bundle, bytes, gzipBytes, engines } satisfies FirmwareResult, null, 2)}\n`,
);
process.stdout.write(
  `${RESULT}: ${bytes} bytes, ${engines.map((row) => `${row.held} of ${row.total} variables`).join(', ')}\n`,
);
