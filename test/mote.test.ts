// The composition: a driver's readings reach the socket, through one timer, over everything in between.
import { createHomeAssistant } from '../src/telemetry/discovery/home-assistant.ts';
import { phaseOf } from '../src/telemetry/phase.ts';
import { messagesIn } from './telemetry/fixture.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualTimer,
  createManualWifi,
  createRecordingLog,
} from '../sim/manual.ts';
import { startMote } from '../src/mote.ts';
import type { MoteOptions } from '../src/mote.ts';
import { createRamOutbox } from '../src/outbox/ram.ts';
import { Code, Event } from '../src/ports/codes.ts';
import type { Driver } from '../src/sensors/driver.ts';

const CONVERSION_MS = 8;

/** A sensor of one channel whose next sample the test decides. */
function createDriver(): Driver & { result: number; value: number } {
  const driver = {
    result: 0,
    value: 21500,
    channels: [
      { key: 't', unit: 'C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 },
    ],
    minIntervalMs: 0,
    discard: 0,
    configure: () => 0,
    warmUpMs: 0,
    start: () => (driver.result < 0 ? driver.result : CONVERSION_MS),
    poll(_now: number, out: { values: Int32Array }): number {
      out.values[0] = driver.value;
      return 0;
    },
    close: () => {},
  };
  return driver;
}

let clock = createManualClock();
let socket = createManualSocket();
let timer = createManualTimer();
let wifi = createManualWifi();
let log = createRecordingLog();
let driver = createDriver();
/** Times that the mote said it works. */
let healthy = 0;

function start(options: Partial<MoteOptions> = {}): number {
  return startMote(
    {
      clock,
      socket,
      wifi,
      log,
      random: createFixedRandom(0),
      outbox: createRamOutbox(8, 100),
      createTimer: timer.createTimer,
      serial: '30c6f7-12ab34',
      freeMemory: () => 4000,
      reportHealthy: () => void healthy++,
    },
    {
      id: 'm',
      broker: { host: 'broker', port: 1883 },
      sensors: [{ name: 's', driver, intervalMs: 1000 }],
      time: false,
      spread: false,
      ...options,
    },
  );
}

/** Let the timer fire as often as it is due within `ms`. */
function pass(ms: number): void {
  let left = ms;
  for (let fires = 0; timer.delayMs() >= 0 && timer.delayMs() <= left; fires++) {
    expect(fires, 'a timer that fires without end').toBeLessThan(10_000);
    const wait = timer.delayMs();
    left -= wait;
    clock.advance(wait);
    timer.fire();
  }
  clock.advance(left);
  timer.spend(left);
}

function accept(): void {
  socket.accept();
  socket.drain();
  socket.deliver('\x20\x02\x00\x00');
  socket.take();
}

beforeEach(() => {
  clock = createManualClock(0x7ffff00);
  socket = createManualSocket();
  timer = createManualTimer();
  wifi = createManualWifi();
  log = createRecordingLog();
  driver = createDriver();
  healthy = 0;
});

/** Topic and payload as they stand in a CONNECT. */
const WILL = '\x00\x08m/status\x00\x07offline';

describe('mote', () => {
  it('is healthy when a broker has let it in, not before', () => {
    start();
    pass(0);
    wifi.up();
    pass(0);
    socket.accept();
    socket.drain();
    socket.deliver('\x20\x02\x00\x05');
    pass(10_000);
    expect(healthy).toBe(0);
    accept();
    expect(healthy).toBe(1);
  });

  it('publishes what its sensor measures, once an interval', () => {
    expect(start()).toBe(Code.Ok);
    pass(0);
    accept();
    pass(CONVERSION_MS);
    expect(messagesIn(socket.take())).toEqual([
      { topic: 'm/status', payload: 'online', qos: 0, retain: true },
      { topic: 'm/s/t', payload: '{"value":21.5,"unit":"C"}', qos: 1, retain: false },
      { topic: 'm/s/status', payload: 'online', qos: 0, retain: true },
    ]);
    socket.drain();
    driver.value = -500;
    pass(1000);
    expect(messagesIn(socket.take())).toEqual([
      { topic: 'm/s/t', payload: '{"value":-0.5,"unit":"C"}', qos: 1, retain: false },
    ]);
    expect(log.lines).toEqual([`${Event.Started} 0`, `${Event.Online} 0`]);
  });

  it('says when a reading was taken, where it is told to', () => {
    start({ time: true });
    clock.setWall(1767268800);
    pass(0);
    accept();
    pass(CONVERSION_MS);
    expect(socket.take()).toContain('{"value":21.5,"unit":"C","time":1767268800}');
  });

  it('says once that a sensor fails, and once that it is back', () => {
    driver.result = Code.Absent;
    start();
    pass(0);
    accept();
    pass(5000);
    expect(log.lines.filter((line) => line.startsWith(`${Event.SensorFailed} `))).toEqual([
      `${Event.SensorFailed} 1`,
    ]);
    const statuses = (): string[] =>
      messagesIn(socket.take())
        .filter(({ topic }) => topic === 'm/s/status')
        .map(({ payload }) => payload);
    expect(statuses()).toEqual(['offline']);
    driver.result = 0;
    socket.drain();
    pass(20000);
    expect(log.lines.filter((line) => line === `${Event.SensorBack} 0`)).toHaveLength(1);
    expect(statuses()).toEqual(['online']);
  });

  it('says once that readings are refused while there is no session, and then how many were', () => {
    start({ sensors: [{ name: 's', driver, intervalMs: 1000, qos: 0 }] });
    pass(3000);
    const refused = `${Event.ReadingRefused} ${-Code.Closed}`;
    expect(log.lines.filter((line) => line === refused)).toHaveLength(1);
    accept();
    pass(1000);
    expect(log.lines).toContain(`${Event.ReadingAccepted} 3`);
    socket.drop();
    socket.openResult = Code.Refused;
    pass(3000);
    expect(log.lines.filter((line) => line === refused)).toHaveLength(2);
  });

  it('joins Wi-Fi and logs in where the options say so', () => {
    start({
      wifi: { ssid: 'home', password: 'w' },
      broker: { host: 'b', port: 1, username: 'u', password: 'p', keepAliveSec: 7 },
    });
    pass(0);
    expect(wifi.joined).toEqual(['home/w']);
    wifi.up();
    pass(0);
    expect(socket.opened).toEqual(['b:1']);
    socket.accept();
    expect(socket.take()).toContain(`\x04\xee\x00\x07\x00\x01m${WILL}\x00\x01u\x00\x01p`);
  });

  it('takes an empty user name for none', () => {
    start({ broker: { host: 'b', port: 1, username: '', password: '' } });
    pass(0);
    socket.accept();
    expect(socket.take()).toContain(`\x04\x2e\x00\x1e\x00\x01m${WILL}`);
  });

  it('keeps readings in the outbox while there is no session', () => {
    start();
    pass(3500);
    socket.accept();
    socket.drain();
    socket.take();
    socket.deliver('\x20\x02\x00\x00');
    const payloads = messagesIn(socket.take()).filter(({ topic }) => topic === 'm/s/t');
    expect(payloads).toHaveLength(4);
  });

  it('waits with the first sample for as long as its serial number says', () => {
    const topicsAfter = (ms: number): string[] => {
      start({ spread: true });
      pass(0);
      accept();
      pass(ms);
      return messagesIn(socket.take()).map(({ topic }) => topic);
    };
    const phase = phaseOf('30c6f7-12ab34', 1000);
    expect(phase).toBeGreaterThan(0);
    expect(topicsAfter(phase + CONVERSION_MS - 1)).toEqual(['m/status']);
    expect(topicsAfter(phase + CONVERSION_MS)).toContain('m/s/t');
  });

  it('says that a sensor is sampled less often than asked for', () => {
    start({ sensors: [{ name: 's', driver: { ...driver, minIntervalMs: 2000 }, intervalMs: 500 }] });
    expect(log.lines).toContain(`${Event.TooFast} 0`);
  });

  it('goes on where what the firmware does with a reading throws', () => {
    let calls = 0;
    const onReading = (): void => {
      calls++;
      throw new Error('mine');
    };
    start({ sensors: [{ name: 's', driver, intervalMs: 1000, onReading }] });
    pass(3000 + CONVERSION_MS);
    expect(calls).toBe(4);
    expect(log.lines).toContain(`${Event.ListenerFailed} 0`);
  });

  it('tells the firmware of each reading before it is published', () => {
    const seen: number[] = [];
    const onReading = ({ values }: { values: Int32Array }) => void seen.push(values[0]);
    start({ sensors: [{ name: 's', driver, intervalMs: 1000, onReading }] });
    pass(1000 + CONVERSION_MS);
    expect(seen).toEqual([21500, 21500]);
  });

  it('tells of itself, and is found by Home Assistant', () => {
    start({ diagnosticsMs: 2000, discovery: createHomeAssistant() });
    socket.accept();
    pass(0);
    accept();
    const seen = new Map<string, string>();
    for (let i = 0; i < 50; i++) {
      pass(100);
      for (const { topic, payload } of messagesIn(socket.take())) seen.set(topic, payload);
      socket.drain();
    }
    expect(seen.get('m/mote/rssi')).toBe('{"value":-60,"unit":"dBm"}');
    expect(seen.get('m/mote/free-memory')).toBe('{"value":4000}');
    expect(seen.get('m/mote/uptime')).toBe('{"value":4,"unit":"s"}');
    expect(Number(JSON.parse(seen.get('m/mote/waiting')!).value)).toBeGreaterThan(0);
    const configs = [...seen.keys()].filter((topic) => topic.startsWith('homeassistant/'));
    expect(configs).toHaveLength(5);
  });

  it('says of what it cannot tell that it cannot, and tells the rest', () => {
    const name = 'x'.repeat(1100);
    start({ discovery: createHomeAssistant({ name }) });
    pass(0);
    accept();
    pass(CONVERSION_MS);
    expect(log.lines).toContain(`${Event.Untold} ${-Code.TooLong}`);
    expect(messagesIn(socket.take()).map(({ topic }) => topic)).toEqual(['m/status', 'm/s/t', 'm/s/status']);
  });

  it('says who is there as fast as the network takes it, and forgets nobody', () => {
    const names = Array.from({ length: 30 }, (_, i) => `sensor-${i}`);
    start({
      sensors: names.map((name) => ({
        name,
        driver: { ...createDriver(), start: () => 0 },
        intervalMs: 60_000,
        qos: 0,
      })),
    });
    pass(0);
    accept();
    const there = new Set<string>();
    for (let i = 0; i < 20; i++) {
      pass(100);
      for (const { topic, payload } of messagesIn(socket.take())) if (payload === 'online') there.add(topic);
      socket.drain();
    }
    expect([...there].sort()).toEqual(['m/status', ...names.map((name) => `m/${name}/status`)].sort());
  });

  it('says which sensor has impossible settings, and does not start', () => {
    const sensors = [
      { name: 's', driver, intervalMs: 1000 },
      { name: 't', driver, intervalMs: 1000, channels: [{ key: 'nothing' }] },
    ];
    expect(start({ sensors })).toBe(Code.BadTopic);
    expect(log.lines).toEqual([`${Event.BadSettings} 2`]);
  });

  it.each([
    [['s', 's'], 2],
    [['a b'], 1],
    [['a', 'mote'], 3],
  ])('refuses sensors called %j', (names, wrong) => {
    const sensors = names.map((name) => ({ name, driver, intervalMs: 1000 }));
    expect(start({ sensors, diagnosticsMs: 60000 })).toBe(Code.BadTopic);
    expect(log.lines).toEqual([`${Event.BadSettings} ${wrong}`]);
  });

  it.each([{ id: 'a/#' }, { id: '\xff' }])('refuses %j and does not start', (options) => {
    expect(start(options)).toBe(Code.BadTopic);
    expect(timer.delayMs()).toBe(-1);
    expect(log.lines).toEqual([`${Event.BadSettings} 0`]);
  });

  it('lets its parts hear of readings and stages, and calls them when they ask for it', () => {
    const heard: string[] = [];
    const runs: number[] = [];
    start({
      parts: [
        (mote) => ({
          onReading: (index, reading, code) =>
            heard.push(`${mote.sensors[index]} ${reading.values[0]} ${code}`),
          onStage: (stage, why) => heard.push(`stage ${stage} ${why}`),
          run(now) {
            runs.push(now);
            return 400;
          },
        }),
        () => ({ run: () => 1_000_000 }),
      ],
    });
    pass(0);
    accept();
    pass(CONVERSION_MS);
    expect(heard).toEqual(['stage 2 0', 'stage 3 0', 'stage 4 0', 's 21500 0']);
    runs.length = 0;
    pass(400);
    expect(runs).toHaveLength(1);
  });

  it('does not run with a part whose options are impossible', () => {
    expect(start({ parts: [() => ({ run: () => 1000 }), () => null] })).toBe(Code.BadOptions);
    expect(log.lines).toEqual([`${Event.BadPart} 2`]);
    expect(timer.delayMs()).toBe(-1);
  });

  it('has the broker keep its session where a reading is to arrive exactly once', () => {
    const CLEAN = 2;
    const flagsOf = (qos: number) => {
      start({ sensors: [{ name: 's', driver, intervalMs: 1000, qos }] });
      pass(0);
      socket.accept();
      return socket.take().charCodeAt(9);
    };
    expect(flagsOf(1) & CLEAN).toBe(CLEAN);
    expect(flagsOf(2) & CLEAN).toBe(0);
  });
});
