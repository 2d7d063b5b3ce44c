// The examples, each with the scene beside it, on the virtual board in virtual time: what they publish, and what Home Assistant is told.

import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { build } from '../../flash/build/build.ts';
import { missingIn, readMoteAccount } from '../../flash/account.ts';
import { decodeLogLine } from '../../flash/codes.ts';
import { historyText } from '../../flash/history.ts';
import { readScene } from '../../flash/sim/scene.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createBroker } from '../../sim/device/broker.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { wireScene } from '../../sim/scene/bench.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What a payload must look like: names of its numbers, and where these may lie. */
type Ranges = Readonly<Record<string, readonly [least: number, greatest: number]>>;

interface Example {
  readonly name: string;
  /** Topics behind the mote's id. */
  readonly topics: Readonly<Record<string, Ranges>>;
  /** Messages of discovery. */
  readonly announced: number;
}

const EXAMPLES: readonly Example[] = [
  {
    name: 'weather-station',
    topics: {
      'outdoor/temperature': { value: [-20, 40] },
      'outdoor/humidity': { value: [5, 100] },
      'outdoor/pressure': { value: [90000, 105000] },
    },
    announced: 3,
  },
  {
    name: 'air-quality',
    topics: {
      air: { co2: [380, 5000], temperature: [15, 30], humidity: [20, 80] },
      'gas/voc-index': { value: [1, 500] },
      dust: { pm1: [0, 500], pm25: [0, 500], pm10: [0, 500] },
    },
    announced: 7,
  },
  {
    name: 'plant',
    topics: {
      'soil/moisture': { value: [5, 100] },
      'pot/temperature': { value: [5, 40] },
      'light/illuminance': { value: [0, 100000] },
      'supply/battery': { value: [0, 100] },
      'supply/voltage': { value: [2.5, 4.3] },
      // It sleeps; the time is not known here.
      sleep: { seconds: [1, 21600] },
      energy: {
        boots: [1, 10],
        boot_ms: [500, 5000],
        boot_mc: [25, 250],
        sample_ms: [100, 3000],
        sample_mc: [5, 150],
        // The first session waits for a time server besides.
        join_ms: [500, 800],
        join_mc: [60, 96],
        open_ms: [1, 100],
        open_mc: [0, 12],
        login_ms: [1, 100],
        login_mc: [0, 12],
        send_ms: [100, 4000],
        send_mc: [12, 480],
        asleep_s: [0, 60],
        asleep_mc: [0, 1],
        total_mc: [100, 1000],
      },
    },
    announced: 5,
  },
  {
    name: 'energy-meter',
    topics: {
      mains: { energy: [0, 1], power: [0, 2000] },
      solar: { voltage: [2.5, 4.5], current: [-2, 2], power: [-5, 10], energy: [0, 1] },
    },
    announced: 0,
  },
  {
    name: 'gps-tracker',
    topics: {
      position: {
        latitude: [48, 49],
        longitude: [11, 12],
        altitude: [400, 700],
        speed: [0, 60],
        course: [0, 360],
        satellites: [0, 20],
        hdop: [0, 30],
      },
      shock: { 'acceleration-x': [0, 20], 'acceleration-y': [0, 20], 'acceleration-z': [0, 20] },
    },
    announced: 1,
  },
];

const MINUTES = 3;

interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

async function run(name: string) {
  const firmware = root(`examples/${name}`);
  const { code } = await build({ firmware, board: esp32.id });
  const network = createNetwork();
  // Who is asked for the time.
  network.addHost('pool.ntp.org');
  const world = createVirtualWorld({ seed: 1, network });
  const heard: Heard[] = [];
  const broker = createBroker({
    now: () => Math.floor(world.now()),
    keep: 0,
    // One that sleeps wants its session kept.
    keepsSessions: true,
    onMessage: ({ topic, payload, qos, retain }) => void heard.push({ topic, payload, qos, retain }),
  });
  network.listen('127.0.0.1', 1883, (peer) => {
    const link = broker.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => link.data(bytes));
    peer.onClose(() => link.closed());
  });
  const lines: string[] = [];
  const bundle = compileBundle(code, 'firmware.js');
  const board = createBoard({
    bundle,
    world,
    board: esp32,
    onConsole: (line) => lines.push(decodeLogLine(line) ?? line),
  });
  const { stop } = wireScene(readScene(firmware), board.bench, world);
  board.powerOn();
  world.run(MINUTES * 60_000);
  stop();
  board.powerOff();
  return { heard, lines, violations: broker.violations };
}

/** @returns the numbers of a payload by their names: of JSON, or of a line. */
function numbersOf(payload: string): Record<string, number> {
  if (payload.startsWith('{')) {
    const members = Object.entries(JSON.parse(payload) as Record<string, number>);
    return Object.fromEntries(members.filter(([key]) => !['unit', 'time', 'asleep_until'].includes(key)));
  }
  const fields = payload.split(' ')[1]!.split(',');
  return Object.fromEntries(
    fields.map((field) => field.split('=')).map(([key, value]) => [key, Number(value)]),
  );
}

describe.each(EXAMPLES)('example $name', { timeout: 120_000 }, ({ name, topics, announced }) => {
  it('publishes what its sensors measure, with QoS 1, and is found by Home Assistant', async () => {
    const { heard, lines, violations } = await run(name);
    expect(violations).toEqual([]);
    expect(
      lines.filter((line) => /failed|impossible|refused|lost|often|passed over|Uncaught/.test(line)),
    ).toEqual([]);
    const own = heard.filter(({ topic }) => !topic.startsWith('homeassistant/'));
    const id = own[0]!.topic.split('/')[0]!;
    const statuses = own.filter(({ topic }) => topic.endsWith('/status'));
    const reports = own.filter(({ topic }) => topic.endsWith('/config/reported'));
    const abouts = own.filter(({ topic }) => /\/(account|history)$/.test(topic));
    const readings = own.filter((one) => ![...statuses, ...reports, ...abouts].includes(one));
    // This one can be told its configuration.
    expect(reports.map(({ payload }) => (JSON.parse(payload) as { state: string }).state)).toEqual(
      name === 'air-quality' ? ['default'] : [],
    );
    for (const { topic, payload } of abouts) {
      const account = topic.endsWith('/account') ? readMoteAccount(payload) : undefined;
      if (account === undefined) expect(historyText(payload).length, topic).toBeGreaterThan(0);
      else expect([missingIn(account), account.since], payload).toEqual([0, undefined]);
    }
    expect(abouts.length > 0).toBe(name === 'plant');
    // It has asked a time server, and the board was not told the time by anybody else.
    if (name === 'plant') {
      expect(readings.filter(({ topic }) => topic.includes('/soil/')).at(-1)!.payload).toMatch(
        /"time":1\d{9}/,
      );
    }
    expect(new Set(statuses.map(({ payload }) => payload))).toEqual(new Set(['online']));
    expect(new Set(readings.map(({ topic }) => topic.slice(id.length + 1)))).toEqual(
      new Set(Object.keys(topics)),
    );
    for (const { topic, payload, qos } of readings) {
      const ranges = topics[topic.slice(id.length + 1)]!;
      expect(qos).toBe(1);
      for (const [key, value] of Object.entries(numbersOf(payload))) {
        expect(ranges[key], `${topic} ${key}`).toBeDefined();
        expect(value, `${topic} ${key}`).toBeGreaterThanOrEqual(ranges[key]![0]);
        expect(value, `${topic} ${key}`).toBeLessThanOrEqual(ranges[key]![1]);
      }
    }
    const told = heard.filter(({ topic }) => topic.startsWith('homeassistant/'));
    expect(told).toHaveLength(announced);
    expect(told.every(({ retain }) => retain)).toBe(true);
    const dump = told.map(({ topic, payload }) => ({
      topic,
      payload: JSON.parse(Buffer.from(payload, 'latin1').toString('utf8')) as unknown,
    }));
    const file = root(`test/examples/discovery/${name}.json`);
    const options = { ...(await resolveConfig(file)), parser: 'json' };
    await expect(await format(JSON.stringify(dump), options)).toMatchFileSnapshot(file);
  });
});
