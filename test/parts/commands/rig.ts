// A mote with commands, brokers that it can reach or not, and somebody who publishes to it, all in virtual time. The mote can start
// again with the flash that the last one left.

import mqttPacket from 'mqtt-packet';
import {
  createFixedRandom,
  createManualClock,
  createManualTimer,
  createManualWifi,
  createRecordingLog,
} from '../../../sim/manual.ts';
import { createNor, type Nor } from '../../../sim/nor.ts';
import { fromText, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { startMote } from '../../../src/mote.ts';
import type { MoteOptions } from '../../../src/mote.ts';
import { createRamOutbox } from '../../../src/outbox/ram.ts';
import type { CreatePart } from '../../../src/part.ts';
import { createCommands } from '../../../src/parts/commands.ts';
import type { CommandsOptions } from '../../../src/parts/commands.ts';
import { createConfiguration } from '../../../src/parts/configuration.ts';
import { Code } from '../../../src/ports/codes.ts';
import type { Outbox } from '../../../src/ports/outbox.ts';
import type { Socket, SocketEvents } from '../../../src/ports/socket.ts';
import type { Driver } from '../../../src/sensors/driver.ts';
import { BASE, createBench, type Bench, type Region } from '../../power/bench.ts';

/** What a broker does with one who connects. */
export type Mode = 'up' | 'refuses' | 'silent' | 'no login' | 'unknown';

export interface Said {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: number;
  readonly host: string;
}

const REGION: Region = { pages: 4, pageBytes: 1024, unit: 4, ecc: false, recordMax: 200 };

export interface RigOptions extends CommandsOptions {
  /** Flash of the outbox; left out, it is in RAM. */
  readonly nor?: Nor;
  readonly region?: Region;
  readonly minutes?: number;
  readonly mote?: Partial<MoteOptions>;
  readonly sensors?: readonly string[];
  readonly minIntervalMs?: number;
  /** Without `createConfiguration`. */
  readonly isPlain?: boolean;
  readonly parts?: readonly CreatePart[];
  /** Hears of each program and erase. */
  readonly before?: Bench['before'];
}

export interface Rig {
  readonly code: number;
  /** By `host:port`. */
  readonly brokers: Map<string, Mode>;
  readonly opened: string[];
  /** What the mote published, in order. */
  readonly said: Said[];
  readonly log: readonly string[];
  readonly outbox: Outbox<Bytes>;
  /** When each sensor was sampled. */
  readonly samples: Map<string, number[]>;
  readonly clock: ReturnType<typeof createManualClock>;
  pass(ms: number): void;
  /** Publish to the mote, if it is there. @param flags DUP 8, QoS in bits 1 and 2, RETAIN 1. */
  send(topic: string, payload: string, flags?: number): void;
  /** Keep a message in the broker, and send it if the mote is there. */
  retain(topic: string, payload: string): void;
  /** The broker that has a session with the mote. */
  host(): string | undefined;
  /** Bytes that came from brokers for nothing but QoS 1: PUBACKs of the mote. */
  acknowledged(): number;
  /** The connection breaks. */
  drop(): void;
  replies(): Record<string, unknown>[];
  reported(): Record<string, unknown>[];
}

export function createFlash(region: Region = REGION): Nor {
  const { pages, pageBytes, unit, ecc } = region;
  return createNor({ base: BASE, bytes: pages * pageBytes, pageBytes, programUnit: unit, ecc });
}

function createDriver(samples: number[], now: () => number, minIntervalMs: number): Driver {
  return {
    channels: [
      { key: 't', unit: 'C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 },
    ],
    minIntervalMs,
    discard: 0,
    warmUpMs: 0,
    configure: () => 0,
    start(): number {
      samples.push(now());
      return 0;
    },
    poll(_now: number, out: { values: Int32Array }): number {
      out.values[0] = 1;
      return 0;
    },
    close() {},
  } as unknown as Driver;
}

/** What the brokers keep lives longer than a mote. */
const kept = new WeakMap<Map<string, Mode>, Map<string, string>>();

/** A broker keeps a message, as if somebody had published it before. */
export function keepMessage(brokers: Map<string, Mode>, host: string, topic: string, payload: string): void {
  const messages = kept.get(brokers) ?? new Map<string, string>();
  kept.set(brokers, messages);
  messages.set(`${host} ${topic}`, payload);
}

/** Power on. @param brokers those of a former mote, with what they keep. */
export function createRig(
  options: RigOptions = {},
  brokers = new Map<string, Mode>([['own:1883', 'up']]),
): Rig {
  const {
    nor,
    region = REGION,
    minutes,
    isPlain = false,
    sensors = ['air', 'soil'],
    minIntervalMs = 0,
  } = options;
  const clock = createManualClock();
  const timer = createManualTimer();
  const log = createRecordingLog();
  const said: Said[] = [];
  const opened: string[] = [];
  const samples = new Map<string, number[]>(sensors.map((name) => [name, []]));
  const retained = kept.get(brokers) ?? new Map<string, string>();
  kept.set(brokers, retained);
  let events: SocketEvents<Bytes> | undefined;
  let host = '';
  let isOpen = false;
  let isOnline = false;
  let isUnsent = false;
  let received: Buffer[] = [];
  let acknowledged = 0;

  const deliver = (packet: mqttPacket.Packet) =>
    events?.onData(fromText(mqttPacket.generate(packet).toString('latin1')));
  const push = (topic: string, payload: string, flags: number) =>
    deliver({
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload, 'latin1'),
      qos: ((flags >> 1) & 3) as 0 | 1,
      retain: (flags & 1) > 0,
      dup: (flags & 8) > 0,
      messageId: 7,
    });

  const take = (packet: mqttPacket.Packet) => {
    const mode = brokers.get(host);
    if (packet.cmd === 'connect') {
      if (mode === 'silent') return;
      const returnCode = mode === 'no login' ? 5 : 0;
      isOnline = returnCode === 0;
      deliver({ cmd: 'connack', returnCode, sessionPresent: false });
    } else if (packet.cmd === 'subscribe') {
      deliver({ cmd: 'suback', messageId: packet.messageId!, granted: packet.subscriptions.map(() => 1) });
      for (const { topic } of packet.subscriptions) {
        const payload = retained.get(`${host} ${topic}`);
        if (payload !== undefined) push(topic, payload, 3);
      }
    } else if (packet.cmd === 'publish') {
      const { topic, qos, retain } = packet;
      said.push({ topic, payload: packet.payload.toString(), retain, qos, host });
      if (qos === 1) deliver({ cmd: 'puback', messageId: packet.messageId! });
    } else if (packet.cmd === 'pingreq') deliver({ cmd: 'pingresp' });
    else if (packet.cmd === 'puback') acknowledged++;
    else if (packet.cmd === 'disconnect') isOnline = false;
  };
  let parser = mqttPacket.parser();

  const socket: Socket<Bytes> = {
    open(name, port, owner) {
      host = `${name}:${port}`;
      opened.push(host);
      isOpen = isOnline = isUnsent = false;
      received = [];
      parser = mqttPacket.parser();
      parser.on('packet', take);
      const mode = brokers.get(host) ?? 'unknown';
      if (mode === 'refuses') return Code.Refused;
      if (mode === 'unknown') return Code.NoHost;
      events = owner;
      return Code.Ok;
    },
    close() {
      events = undefined;
      isOnline = false;
    },
  };
  const write = (bytes: Bytes) => {
    received.push(Buffer.from(toText(bytes, 0, bytes.length), 'latin1'));
    isUnsent = true;
  };
  /** All that is under way arrives. */
  const serve = () => {
    if (events !== undefined && !isOpen) {
      isOpen = true;
      events.onOpen({ write });
    }
    while (received.length > 0 || (isUnsent && events !== undefined)) {
      for (const bytes of received.splice(0)) parser.parse(bytes);
      if (isUnsent) {
        isUnsent = false;
        events?.onDrain();
      }
    }
  };

  let outbox: Outbox<Bytes> = createRamOutbox(8, 200);
  if (nor !== undefined) {
    const bench = createBench(nor, { ...region, options: { clock } });
    bench.before = options.before;
    const code = bench.outbox.open(1);
    if (code !== Code.Ok) throw new Error(`open: ${code}`);
    outbox = bench.outbox;
  }
  const configuration = isPlain ? undefined : createConfiguration(minutes === undefined ? {} : { minutes });
  const code = startMote(
    {
      clock,
      socket,
      wifi: createManualWifi(),
      log,
      random: createFixedRandom(0),
      outbox,
      createTimer: timer.createTimer,
      serial: '30c6f7-12ab34',
      freeMemory: () => 4000,
    },
    {
      id: 'm',
      broker: { host: 'own', port: 1883, backoff: { windowMs: 1000, maxMs: 2000 } },
      sensors: sensors.map((name) => ({
        name,
        driver: createDriver(samples.get(name)!, clock.now, minIntervalMs),
        intervalMs: 60_000,
        qos: 0,
      })),
      time: false,
      spread: false,
      parts: [
        createCommands({ ...options, ...(configuration && { configuration }) }),
        ...(options.parts ?? []),
      ],
      ...options.mote,
    },
  );

  const json = (topic: string) =>
    said
      .filter((one) => one.topic === topic)
      .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);

  return {
    code,
    brokers,
    opened,
    said,
    log: log.lines,
    outbox,
    samples,
    clock,
    pass(ms) {
      let left = ms;
      for (let fires = 0; timer.delayMs() >= 0 && timer.delayMs() <= left; fires++) {
        if (fires > 200_000) throw new Error('a timer that fires without end');
        const wait = timer.delayMs();
        left -= wait;
        clock.advance(wait);
        timer.fire();
        serve();
      }
      clock.advance(left);
      timer.spend(left);
      serve();
    },
    send(topic, payload, flags = 2) {
      push(topic, payload, flags);
      serve();
    },
    retain(topic, payload) {
      retained.set(`${host} ${topic}`, payload);
      if (isOnline) push(topic, payload, 2);
      serve();
    },
    host: () => (isOnline ? host : undefined),
    acknowledged: () => acknowledged,
    drop() {
      const owner = events;
      events = undefined;
      isOnline = false;
      owner?.onClose();
    },
    replies: () => json('m/reply'),
    reported: () => json('m/config/reported'),
  };
}
