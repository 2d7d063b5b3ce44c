// One run of a mote on a real Espruino through everything that happens to a link: Wi-Fi that is lost, a broker that is
// started again, one that stands still, and a power cut. Told in the words of its own console, with the account at the end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { decodeLogLine } from '../../flash/codes.ts';
import { IN_FLIGHT_MAX } from '../../src/mqtt/client.ts';
import { Close, Event } from '../../src/ports/codes.ts';
import { startMosquitto } from '../broker.ts';
import { createAir } from './air.ts';
import { prepareMote, startMote, type MoteSettings, type RunningMote } from './mote.ts';
import { observe } from './observer.ts';
import { waitUntil } from './wait.ts';

/** Of the mote, 1.5 times this of the broker. */
const KEEP_ALIVE_SEC = 4;
/** Five a second. */
const INTERVAL_MS = 200;
const WINDOW_MS = 1000;
const CALM_MS = 4000;
const NO_ACCESS_POINT_MS = 3000;
const BROKER_DOWN_MS = 3000;
const POWER_OFF_MS = 2000;
const SETTLE_MS = 1500;
const ONLINE = `#${Event.Online} 0`;
const HALF_OPEN = `#${Event.LinkLost} ${Close.PingTimeout}`;
const WIFI_LOST = `#${Event.LinkLost} ${Close.WifiLost}`;
const CLOSED = `#${Event.LinkLost} ${Close.Peer}`;

export interface StoryLine {
  /** Seconds since the mote's first start. */
  readonly atSec: number;
  /** Who says it: the one who runs the world, or the mote on its console. */
  readonly who: 'world' | 'mote';
  readonly what: string;
}

/** What the mote itself says about its readings (src/parts/account.ts). */
export type Account = Readonly<Record<string, number | boolean | undefined>>;

export interface Story {
  readonly lines: readonly StoryLine[];
  readonly accepted: number;
  readonly refused: number;
  /** Different numbers that arrived, and how many came again. */
  readonly delivered: number;
  readonly repeated: number;
  readonly lost: readonly number[];
  /** Arrived, though the power went away before the mote could say that it had accepted them. */
  readonly untold: readonly number[];
  readonly account: Account;
}

/** Read what the broker keeps of the account, from now on. */
async function readAccount(port: number): Promise<{ latest(): Account | undefined; close(): Promise<void> }> {
  let latest: Account | undefined;
  const client = mqtt.connect({ host: '127.0.0.1', port, protocol: 'mqtt', clientId: 'auditor' });
  client.on('message', (_topic, payload) => (latest = JSON.parse(payload.toString()) as Account));
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync('link/account');
  return { latest: () => latest, close: () => client.endAsync(true) };
}

export async function runStory(binary: string): Promise<Story> {
  await prepareMote(true);
  const broker = await startMosquitto(true);
  const observer = await observe(broker);
  const air = await createAir(broker.port);
  const cwd = mkdtempSync(join(tmpdir(), 'mote-bench-story-'));
  const lives: RunningMote[] = [];
  const world: { at: number; what: string }[] = [];
  let auditor: Awaited<ReturnType<typeof readAccount>> | undefined;

  const say = (what: string) => world.push({ at: performance.now(), what });
  const settings: MoteSettings = {
    binary,
    port: air.port,
    keepAliveSec: KEEP_ALIVE_SEC,
    backoff: { windowMs: WINDOW_MS, maxMs: WINDOW_MS },
    intervalMs: INTERVAL_MS,
    ssid: 'home',
    hasAccount: true,
    cwd,
  };
  /** Wait for a line of the mote's console that was not there before. */
  const hear = async (mote: RunningMote, text: string, from: number) => {
    await waitUntil(() => mote.line(text, from) !== undefined, decodeLogLine(text)!);
  };

  try {
    say('the power comes on; five readings a second from here on, each of QoS 1');
    const first = await startMote(settings);
    lives.push(first);
    await hear(first, ONLINE, 0);
    await delay(CALM_MS);

    let from = first.lines.length;
    say(
      `the access point goes away, and for ${NO_ACCESS_POINT_MS / 1000} s there is none; connections are not closed, they are dead`,
    );
    air.lose();
    first.evaluate('world.wifi.refuse=true;world.wifi.reason="201";world.wifi.drop();');
    await hear(first, WIFI_LOST, from);
    await delay(NO_ACCESS_POINT_MS);
    say('the access point is back');
    first.evaluate('world.wifi.refuse=false;');
    await hear(first, ONLINE, from);
    await delay(CALM_MS);

    from = first.lines.length;
    say('the broker is killed (SIGKILL)');
    await broker.kill();
    await air.down();
    await delay(BROKER_DOWN_MS);
    await broker.start();
    await air.up();
    say(`the broker is started again, ${BROKER_DOWN_MS / 1000} s later`);
    await hear(first, CLOSED, from);
    await hear(first, ONLINE, from);
    await delay(CALM_MS);

    from = first.lines.length;
    say('the broker stands still (SIGSTOP): the link is half-open');
    broker.freeze();
    await hear(first, HALF_OPEN, from);
    await delay(1000);
    say('the broker goes on (SIGCONT)');
    broker.thaw();
    await hear(first, ONLINE, from);
    await delay(CALM_MS);

    say(
      'the power goes away while the access point is off and readings wait in flash (SIGKILL of the engine)',
    );
    air.lose();
    first.evaluate('world.wifi.refuse=true;world.wifi.drop();');
    await delay(CALM_MS / 2);
    await first.kill();
    await delay(POWER_OFF_MS);
    say('the power comes back');
    const second = await startMote({ ...settings, before: first.counted() + 1 });
    lives.push(second);
    await hear(second, ONLINE, 0);
    await delay(CALM_MS);

    say('no more readings; what waits is delivered');
    second.countTo(0);
    await delay(SETTLE_MS);
    const accepted = new Set(lives.flatMap((mote) => [...mote.accepted]));
    await waitUntil(() => [...accepted].every((value) => observer.distinct().has(value)), 'all arrives');
    await delay(SETTLE_MS);
    auditor = await readAccount(broker.port);
    const isSettled = (account: Account | undefined) =>
      account !== undefined && account['waiting'] === 0 && account['stored'] === account['acknowledged'];
    await waitUntil(() => isSettled(auditor!.latest()), 'the account adds up', 20_000).catch(() => {});
    say('the account is read');

    const arrived = observer.distinct();
    const start = world[0]!.at;
    const lines = [
      ...world.map(({ at, what }) => ({ at, who: 'world' as const, what })),
      ...lives.flatMap((mote) =>
        mote.lines.map(({ at, text }) => ({ at, who: 'mote' as const, what: decodeLogLine(text) ?? text })),
      ),
    ].sort((a, b) => a.at - b.at);
    return {
      lines: lines.map(({ at, who, what }) => ({ atSec: (at - start) / 1000, who, what })),
      accepted: accepted.size,
      refused: lives.reduce((sum, mote) => sum + mote.refused.size, 0),
      delivered: arrived.size,
      repeated: observer.arrivals.length - arrived.size,
      lost: [...accepted].filter((value) => !arrived.has(value)),
      untold: [...arrived].filter((value) => !accepted.has(value)),
      account: auditor.latest() ?? {},
    };
  } finally {
    await auditor?.close();
    await observer.close();
    for (const mote of lives) await mote.close();
    await air.close();
    await broker.close();
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** @returns what is not as it should be, in words: nothing when all that was accepted was delivered and the account adds up. */
export function troublesOf(story: Story): string[] {
  const of = (name: string) => Number(story.account[name] ?? NaN);
  const gone = of('waiting') + of('oldest') + of('damaged') + of('overtaken');
  const checks: [boolean, string][] = [
    [story.lost.length === 0, `accepted and lost: ${story.lost.join(' ')}`],
    [story.refused === 0, `${story.refused} refused`],
    // The power may go away between a reading's way into flash and the line that tells of it.
    [story.untold.length <= 1, `never accepted and delivered: ${story.untold.join(' ')}`],
    [of('stored') === story.delivered, `the mote stored ${of('stored')}, and ${story.delivered} arrived`],
    [of('stored') === of('acknowledged') + gone, 'stored is not acknowledged and what became of the others'],
    [gone === 0, `${gone} messages are not delivered, says the mote`],
    [of('boots') === 2, `${of('boots')} boots`],
    [
      // What was in flight when the power went away nobody counts.
      story.repeated <= of('duplicates') + IN_FLIGHT_MAX,
      `${story.repeated} came twice, and the mote sent ${of('duplicates')} again`,
    ],
  ];
  return checks.flatMap(([isGood, what]) => (isGood ? [] : [what]));
}
