// What the plant example takes from its battery: its own ledger, over a day on the virtual board. `npm run bench:sleep` writes
// bench/results/sleep.json and the table in docs/sleep.md.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { esp32 } from '../boards/esp32.ts';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { readScene } from '../flash/sim/scene.ts';
import { createBoard } from '../sim/board/board.ts';
import { compileBundle } from '../sim/board/bundle.ts';
import { createVirtualWorld } from '../sim/board/world.ts';
import { createBroker } from '../sim/device/broker.ts';
import { createNetwork } from '../sim/network/network.ts';
import { wireScene } from '../sim/scene/bench.ts';

const FIRMWARE = 'examples/plant';
const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'sleep.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'sleep.md');
const BEGIN = '<!-- measured: npm run bench:sleep -->';
const END = '<!-- /measured -->';
const HOUR_MS = 3_600_000;
const DAYS = 3;
/** Coulombs of a milliampere-hour. */
const C_PER_MAH = 3.6;
/** As long as an ESP32 takes: scan and handshake; DHCP with the check by ARP that Espruino's build has on. Assumed, not measured. */
const JOIN_MS = 1000;
const ADDRESS_MS = 1500;

interface Variant {
  readonly name: string;
  readonly intervalMinutes: number;
  readonly sendCount: number;
}

/** A wake makes five messages. */
const VARIANTS: readonly Variant[] = [
  { name: 'every 15 minutes, four samples a session', intervalMinutes: 15, sendCount: 20 },
  { name: 'every 15 minutes, a session each time', intervalMinutes: 15, sendCount: 1 },
  { name: 'every 15 minutes, 24 samples a session', intervalMinutes: 15, sendCount: 120 },
  { name: 'every 5 minutes, twelve samples a session', intervalMinutes: 5, sendCount: 60 },
];

const STAGES = ['boot', 'sample', 'join', 'open', 'login', 'send', 'asleep'] as const;

interface Row {
  readonly name: string;
  readonly sessionsADay: number;
  readonly radioSecondsADay: number;
  /** Milliampere-hours a day by stage, and of all. */
  readonly mah: Readonly<Record<(typeof STAGES)[number] | 'total', number>>;
}

async function measure({ name, intervalMinutes, sendCount }: Variant): Promise<Row> {
  const settings = {
    intervalMs: intervalMinutes * 60_000,
    sendCount,
    broker: { host: 'broker', port: 1883, username: '', password: '', keepAliveSec: 30 },
  };
  const { code } = await build({ firmware: FIRMWARE, board: esp32.id, settings });
  const network = createNetwork({ delayMs: [2, 20] });
  const world = createVirtualWorld({ seed: 1, network });
  world.accessPoint.joinMs = JOIN_MS;
  world.accessPoint.addressMs = ADDRESS_MS;
  const ledgers: Record<string, number>[] = [];
  const broker = createBroker({
    now: () => Math.floor(world.now()),
    keepsSessions: true,
    keep: 0,
    onMessage({ topic, payload }) {
      if (topic.endsWith('/energy')) ledgers.push(JSON.parse(payload) as Record<string, number>);
    },
  });
  network.setName('broker', '10.0.0.5');
  network.listen('10.0.0.5', 1883, (peer) => {
    const link = broker.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => link.data(bytes));
    peer.onClose(() => link.closed());
  });
  const board = createBoard({
    bundle: compileBundle(code, 'plant.js'),
    world,
    board: esp32,
    onConsole: () => undefined,
  });
  const { stop } = wireScene(readScene(FIRMWARE), board.bench, world);
  board.powerOn();
  world.run(DAYS * 24 * HOUR_MS);
  stop();
  board.powerOff();
  // The first two have what happens once: a longer session, in which it tells what it is.
  const days = ledgers.slice(2);
  const sum = (key: string) => days.reduce((all, ledger) => all + ledger[key]!, 0);
  const stages = ['boot_ms', 'sample_ms', 'join_ms', 'open_ms', 'login_ms', 'send_ms'];
  const seconds = sum('asleep_s') + stages.reduce((all, key) => all + sum(key), 0) / 1000;
  const aDay = (value: number) => (value * 86_400) / seconds;
  const mah = (key: string) => Number((aDay(sum(key)) / 1000 / C_PER_MAH).toFixed(3));
  const radioMs = sum('join_ms') + sum('open_ms') + sum('login_ms') + sum('send_ms');
  return {
    name,
    sessionsADay: Number(aDay(days.length).toFixed(1)),
    radioSecondsADay: Number(aDay(radioMs / 1000).toFixed(1)),
    mah: Object.fromEntries([...STAGES, 'total'].map((stage) => [stage, mah(`${stage}_mc`)])) as Row['mah'],
  };
}

/** What a mote takes that is awake and joined all day. */
function awakeMah(): number {
  return esp32.currents!.radioMa * 24;
}

function table(rows: readonly Row[]): string {
  const head = ['plant', 'sessions', 'radio', ...STAGES, 'mAh a day'];
  const lines = rows.map(({ name, sessionsADay, radioSecondsADay, mah }) => [
    name,
    String(sessionsADay),
    `${radioSecondsADay} s`,
    ...STAGES.map((stage) => mah[stage].toFixed(2)),
    mah.total.toFixed(2),
  ]);
  const awake = ['always awake and joined', '1', '86400 s', ...STAGES.map(() => ''), String(awakeMah())];
  return [head, head.map(() => '---'), ...lines, awake].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const variant of VARIANTS) {
    rows.push(await measure(variant));
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(rows, null, 2)}\n`);
  const [before = '', rest = ''] = readFileSync(PAGE, 'utf8').split(BEGIN);
  const page = `${before}${BEGIN}\n\n${table(rows)}\n\n${END}${rest.split(END)[1] ?? ''}`;
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
