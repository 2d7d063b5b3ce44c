// Messages a second out of a real Espruino into a real Mosquitto: Mote, and Espruino's own MQTT module through the same minifier,
// in turn, several times. `npm run bench:throughput` writes bench/results/throughput.json. Times are those of the engine's own
// clock, from the first publish to the last byte sent (QoS 0) or the last acknowledgement (QoS 1); a subscriber counts what came.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { CHOSEN, minifyCode } from '../flash/build/minify.ts';
import { reportError } from '../flash/cli/output.ts';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { runEspruino } from '../sim/engine/espruino.ts';
import { startMosquitto } from './broker.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'throughput.json');
const TOPIC = 'bench/outdoor/temp/te/01';
const MESSAGES = 5000;
const WINDOW = 8;
/** Messages of the module for each `drain`: as many as Mote's window of unsent bytes holds. */
const BURST = 7;
const ROUNDS = 5;
const LIMIT_MS = 120_000;

let collectors = 0;

type Qos = 0 | 1;
const CLIENTS = ['mote', 'module'] as const;
type ClientName = (typeof CLIENTS)[number];

export interface ThroughputRow {
  readonly qos: Qos;
  readonly messages: number;
  /** Messages a second, round by round. */
  readonly mote: readonly number[];
  readonly module: readonly number[];
  /** Mote's rate by the module's: the median of the rounds. */
  readonly ratio: number;
  /** Messages that did not arrive, and such that arrived more than once, over all rounds. */
  readonly lost: Readonly<Record<ClientName, number>>;
  readonly repeated: Readonly<Record<ClientName, number>>;
}

export interface ThroughputResult {
  readonly engine: string;
  readonly broker: string;
  /** Minified bytes: Mote with its RAM outbox and Espruino port and the few lines that publish, and the module alone. */
  readonly moteBytes: number;
  readonly moduleBytes: number;
  readonly rows: readonly ThroughputRow[];
}

/** What both programs find: 48 bytes, a new string each time, the same work for both. */
const GLOBALS = (
  port: number,
  qos: Qos,
) => `var port=${port},qos=${qos},count=${MESSAGES},places=${WINDOW},startedAt;
function payload(n){return '{"value":21.54,"unit":"C","room":"attic","n":'+(100+n%900)+'}'}
function began(){startedAt=getTime()}
function ended(){print("@@took "+Math.round((getTime()-startedAt)*1e6))}`;

/** The module's own way: QoS 0 in bursts paced by 'drain', QoS 1 one more for each acknowledgement. */
const MODULE_PROGRAM = `var sent=0,over=false,topic="${TOPIC}",options={qos:qos};
var client=exports.create("127.0.0.1",{port:port,client_id:"bench-module"});
function fill(most){for(var i=0;i<most&&sent<count;i++)client.publish(topic,payload(sent++),options)}
client.on("connected",function(){
began();
if(qos){var acknowledged=0;client.on("puback",function(){if(++acknowledged===count)ended();else fill(1)});fill(places)}
else{client.client.on("drain",function(){if(sent<count)fill(${BURST});else if(!over){over=true;ended()}});fill(${BURST})}
});
client.on("disconnected",function(){print("@@offline")});
client.connect();`;

/**
 * Both run from memory: the Linux engine's flash storage is a file that is opened for every few characters of code, so that
 * nothing but that would be measured.
 */
interface Program {
  /** What was minified. */
  readonly client: string;
  readonly scripts: readonly string[];
}

async function loadPrograms(): Promise<Record<ClientName, Program>> {
  const docs = process.env['ESPRUINO_DOCS'];
  if (docs === undefined) {
    const fix = 'set ESPRUINO_DOCS to a checkout of EspruinoDocs';
    throw new MoteError("no module of Espruino's to compare with", fix, undefined, ExitCode.Environment);
  }
  const text = readFileSync(join(docs, 'modules', 'MQTT.js'), 'latin1');
  const module = await minifyCode({ code: `(function(exports){\n${text}\n})(exports);`, map: '' }, CHOSEN);
  const mote = await build({
    firmware: join(PACKAGE_ROOT, 'bench', 'device', 'throughput.ts'),
    features: { LOG: false, WIFI: false, QOS2: false, STREAM: false },
  });
  return {
    mote: { client: mote.code, scripts: [mote.code] },
    module: { client: module.code, scripts: ['var exports={};', module.code, MODULE_PROGRAM] },
  };
}

interface Round {
  readonly perSecond: number;
  readonly lost: number;
  readonly repeated: number;
}

/** Collect what the broker kept for a session that was away, until nothing has come for a while. */
async function collect(port: number, clientId: string, session: 'begin' | 'end'): Promise<string[]> {
  const arrived: string[] = [];
  const client = mqtt.connect({ port, clientId, clean: false, protocolVersion: 4, reconnectPeriod: 0 });
  let wake = () => {};
  client.on('message', (_topic, payload) => {
    arrived.push(payload.toString('latin1'));
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  if (session === 'begin') {
    await client.subscribeAsync(TOPIC, { qos: 1 });
  } else {
    for (let before = -1; before !== arrived.length && arrived.length < MESSAGES;) {
      before = arrived.length;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 1000);
      });
    }
  }
  await client.endAsync();
  return arrived;
}

/** The engine publishes, and says how long it took. */
async function publish(binary: string, port: number, program: Program, qos: Qos): Promise<number> {
  let took: (us: number) => void = () => {};
  let complain: (error: Error) => void = () => {};
  const result = new Promise<number>((resolve, reject) => {
    took = resolve;
    complain = reject;
  });
  const timer = setTimeout(() => complain(new Error('the engine came to no end')), LIMIT_MS);
  const engine = await runEspruino({
    binary,
    prelude: [GLOBALS(port, qos), ...program.scripts],
    bundle: 'if(require("Storage").list(/^prelude/).length)print("@@too large to run from memory");',
    onLine(line) {
      if (line.startsWith('@@took ')) took(Number(line.slice(7)));
      else complain(new Error(`the engine said: ${line}`));
    },
  });
  try {
    return await result;
  } finally {
    clearTimeout(timer);
    await engine.close();
  }
}

async function run(binary: string, port: number, program: Program, qos: Qos): Promise<Round> {
  // The session is away while the engine publishes, so that no third program takes part in the race.
  const clientId = `bench-collector-${++collectors}`;
  await collect(port, clientId, 'begin');
  const tookUs = await publish(binary, port, program, qos);
  const arrived = await collect(port, clientId, 'end');
  const expected = (n: number) => `{"value":21.54,"unit":"C","room":"attic","n":${100 + (n % 900)}}`;
  if (arrived.length === MESSAGES && arrived.some((payload, n) => payload !== expected(n))) {
    throw new Error('messages arrived changed or out of order');
  }
  return {
    perSecond: Math.round((MESSAGES / tookUs) * 1e6),
    lost: Math.max(0, MESSAGES - arrived.length),
    repeated: Math.max(0, arrived.length - MESSAGES),
  };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

async function measure(binary: string, port: number, qos: Qos): Promise<ThroughputRow> {
  const programs = await loadPrograms();
  const rounds: Record<ClientName, Round[]> = { mote: [], module: [] };
  for (let i = 0; i < ROUNDS; i++) {
    for (const name of CLIENTS) {
      const round = await run(binary, port, programs[name], qos);
      process.stderr.write(`QoS ${qos} ${name}: ${round.perSecond} a second\n`);
      rounds[name].push(round);
    }
  }
  const rates = (name: ClientName) => rounds[name].map(({ perSecond }) => perSecond);
  const sum = (what: 'lost' | 'repeated') => {
    const of = (name: ClientName) => rounds[name].reduce((all, round) => all + round[what], 0);
    return { mote: of('mote'), module: of('module') };
  };
  const mote = rates('mote');
  const module = rates('module');
  const ratio = median(mote.map((rate, i) => rate / (module[i] as number)));
  return {
    qos,
    messages: MESSAGES,
    mote,
    module,
    ratio: Math.round(ratio * 100) / 100,
    lost: sum('lost'),
    repeated: sum('repeated'),
  };
}

async function main(): Promise<void> {
  const binary = process.env['ESPRUINO'];
  if (binary === undefined) {
    const fix = 'set ESPRUINO to a Linux Espruino with 16383 variables';
    throw new MoteError('no Espruino to measure on', fix, undefined, ExitCode.Environment);
  }
  const programs = await loadPrograms();
  const broker = await startMosquitto();
  try {
    const rows = [await measure(binary, broker.port, 0), await measure(binary, broker.port, 1)];
    const result: ThroughputResult = {
      engine: 'Espruino, 16383 variables',
      broker: `Mosquitto ${broker.version}`,
      moteBytes: programs.mote.client.length,
      moduleBytes: programs.module.client.length,
      rows,
    };
    mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
    console.log(JSON.stringify(result, null, 2));
  } finally {
    await broker.close();
  }
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
