// A mote whose options say that it signs: what reaches the broker, and what happens where it cannot.
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeLogLine } from '../../flash/codes.ts';
import { createVerifier } from '../../flash/signing/verifier.ts';
import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualTimer,
  createManualWifi,
  createRecordingLog,
} from '../../sim/manual.ts';
import { createNodeDigest } from '../../sim/node/digest.ts';
import { startMote } from '../../src/mote.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import { createSigning } from '../../src/signing/signer.ts';
import { createInflux } from '../../src/telemetry/formats/influx.ts';
import { createJsonGroup } from '../../src/telemetry/formats/json-group.ts';
import type { MoteSensor } from '../../src/mote.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import { createBench, createChip } from '../power/bench.ts';
import { messagesIn } from '../telemetry/fixture.ts';
import { KEY, region } from './bench.ts';

const driver: Driver = {
  channels: [
    { key: 't', unit: '\xc2\xb0C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 },
    { key: 'h', unit: '%', deviceClass: 'humidity', decimals: 3, precision: 1, min: -1, max: 1 },
  ],
  minIntervalMs: 0,
  discard: 0,
  configure: () => 0,
  warmUpMs: 0,
  start: () => 8,
  poll(_now, out) {
    out.values[0] = 21500;
    out.values[1] = 40000;
    return 0;
  },
  close: () => {},
};

let socket = createManualSocket();
let timer = createManualTimer();
let clock = createManualClock();
let log = createRecordingLog();

function start(signing: ReturnType<typeof createSigning>, sensor: Partial<MoteSensor> = {}, hasFlash = true) {
  const { outbox } = createBench(createChip(region), { ...region, recordMax: 300 });
  outbox.open(7);
  return startMote(
    {
      clock,
      socket,
      wifi: createManualWifi(),
      log,
      random: createFixedRandom(0),
      outbox: hasFlash ? outbox : createRamOutbox(8, 300),
      createTimer: timer.createTimer,
      serial: '1',
      freeMemory: () => 4000,
    },
    {
      id: 'm',
      broker: { host: 'broker', port: 1883 },
      sensors: [{ name: 's', driver, intervalMs: 1000, ...sensor }],
      spread: false,
      signing,
    },
  );
}

/** @returns readings that were sent within three seconds of a session, at whose start the time becomes known. */
function readings() {
  timer.fire();
  socket.accept();
  socket.drain();
  clock.setWall(1767268800);
  socket.deliver('\x20\x02\x00\x00');
  let bytes = '';
  for (let fires = 0; fires < 40; fires++) {
    clock.advance(Math.max(timer.delayMs(), 1));
    timer.fire();
    bytes += socket.take();
    socket.drain();
  }
  return messagesIn(bytes).filter(({ topic }) => !topic.endsWith('/status'));
}

beforeEach(() => {
  socket = createManualSocket();
  timer = createManualTimer();
  clock = createManualClock();
  log = createRecordingLog();
});

const sentences = () => log.lines.map((line) => decodeLogLine(`#${line}`));

describe('a mote that signs', () => {
  it.each([
    ['a value a message', {}, { value: 21.5, unit: '°C' }],
    ['all in one', { format: createJsonGroup }, { t: 21.5, h: 40 }],
    ['QoS 0', { qos: 0 }, { value: 21.5, unit: '°C' }],
  ])('publishes what the verifier takes: %s', (_name, sensor, value) => {
    expect(start(createSigning(createNodeDigest(), { key: KEY }), sensor)).toBe(Code.Ok);
    const verifier = createVerifier({ key: KEY });
    const seen = readings();
    expect(seen.length).toBeGreaterThan(1);
    const verified = seen.map(({ topic, payload }) => verifier.verify(topic, payload));
    expect(verified[0]).toMatchObject({ ok: true, value });
    for (const one of verified) expect(one).toMatchObject({ ok: true });
    const counters = verified.map((one) => (one.ok ? one.counter : 0));
    expect(counters).toEqual(counters.map((_, i) => counters[0]! + i));
  });

  it('refuses readings that are no JSON object, and says so', () => {
    start(createSigning(createNodeDigest(), { key: KEY }), { format: createInflux });
    expect(readings()).toEqual([]);
    expect(sentences()).toContainEqual(expect.stringContaining('no JSON object where payloads are signed'));
  });

  it.each([
    ['its engine has no SHA-256', createSigning(null, { key: KEY }), true, 'has no SHA-256'],
    [
      'its key is too short',
      createSigning(createNodeDigest(), { key: 'short' }),
      true,
      'fewer than 16 bytes',
    ],
    [
      'nothing keeps its numbers',
      createSigning(createNodeDigest(), { key: KEY }),
      false,
      'over a loss of power',
    ],
  ])('publishes nothing, and says why, when %s', (_name, signing, hasFlash, why) => {
    expect(start(signing, {}, hasFlash)).toBe(Code.BadOptions);
    expect(sentences()).toEqual([expect.stringContaining(why)]);
    expect(timer.delayMs()).toBe(-1);
  });
});
