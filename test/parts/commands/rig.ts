// A mote with commands, brokers that it can reach or not, and somebody who publishes to it, all in virtual time. The mote can start
// again with the flash that the last one left, and sleep. Brokers keep its session where it wants that.

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
import type { CreatePart, MotePorts } from '../../../src/part.ts';
import { createCommands } from '../../../src/parts/commands.ts';
import type { CommandsOptions } from '../../../src/parts/commands.ts';
import { createConfiguration } from '../../../src/parts/configuration.ts';
import { createSleep } from '../../../src/parts/sleep.ts';
import type { SleepOptions } from '../../../src/parts/sleep.ts';
import { Code } from '../../../src/ports/codes.ts';
import type { Outbox } from '../../../src/ports/outbox.ts';
import { WakeCause } from '../../../src/ports/power.ts';
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
/** The ledger of a mote that sleeps is a long message. */
const SLEEPING: Region = { ...REGION, recordMax: 400 };

export interface RigOptions extends CommandsOptions {
  /** Flash of the outbox; left out, it is in RAM. */
  readonly nor?: Nor;
  readonly region?: Region;
  readonly minutes?: number;
  readonly mote?: Partial<MoteOptions>;
  readonly sensors?: readonly string[];
  /** Of the sensors; 0 unless given. A broker keeps the session of a mote with one of QoS 2. */
  readonly qos?: number;
  readonly minIntervalMs?: number;
  /** Without `createConfiguration`. */
  readonly isPlain?: boolean;
  readonly parts?: readonly CreatePart[];
  /** It sleeps, every quarter of an hour. */
  readonly sleep?: Partial<SleepOptions>;
  /** Why it starts; WakeCause.PowerOn unless given. */
  readonly cause?: WakeCause;
  /** Random numbers, again and again; 0 unless given. */
  readonly random?: readonly number[];
  /** What a sensor says, 0 or a code. */
  readonly poll?: (name: string) => number;
  /** @returns topic and payload of what somebody publishes to the mote when he has heard a message. */
  readonly respond?: (one: Said) => readonly [topic: string, payload: string] | undefined;
  /** In the place of those of the rig. */
  readonly ports?: Partial<MotePorts>;
  /** What the mote knows of the time as it starts, seconds since 1970; else nothing. */
  readonly wallSec?: number;
  /** @returns whether the broker acknowledges what it has heard; it does unless given. */
  readonly acknowledges?: (one: Said) => boolean;
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
  /** The mote runs once. */
  tick(): void;
  /** Milliseconds of its sleep, -1 while it is awake: nothing happens to it any more. */
  asleep(): number;
  /** Filters of each SUBSCRIBE that came. */
  readonly subscribed: string[];
  /** Publish to the mote, if it is there. @param flags DUP 8, QoS in bits 1 and 2, RETAIN 1. */
  send(topic: string, payload: string, flags?: number): void;
  /** Keep a message in the broker, and send it if the mote is there. */
  retain(topic: string, payload: string): void;
  /** The broker that has a session with the mote. */
  host(): string | undefined;
  /** Bytes that came from brokers for nothing but QoS 1: PUBACKs of the mote. */
  acknowledged(): number;
  /** The broker acknowledges what of QoS 1 it has not yet. */
  catchUp(): void;
  /** The connection breaks. */
  drop(): void;
  replies(): Record<string, unknown>[];
  reported(): Record<string, unknown>[];
}

export function createFlash(region: Region = REGION): Nor {
  const { pages, pageBytes, unit, ecc } = region;
  return createNor({ base: BASE, bytes: pages * pageBytes, pageBytes, programUnit: unit, ecc });
}

function createDriver(
  samples: number[],
  now: () => number,
  minIntervalMs: number,
  poll: () => number,
): Driver {
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
      return poll();
    },
    close() {},
  } as unknown as Driver;
}

/** What the brokers keep lives longer than a mote. */
const kept = new WeakMap<Map<string, Mode>, Map<string, string>>();

/** Sessions that the brokers keep: what is subscribed to, and what waits. */
interface Session {
  readonly filters: Set<string>;
  readonly waiting: [topic: string, payload: string][];
}
const sessions = new WeakMap<Map<string, Mode>, Map<string, Session>>();

/** The brokers start anew, and have forgotten all sessions, but not what is retained. */
export function forgetSessions(brokers: Map<string, Mode>): void {
  sessions.delete(brokers);
}

/** A broker takes a session. @param isKept over the connection. @returns it, and whether it was there. */
function openSession(brokers: Map<string, Mode>, host: string, clean: boolean, isKept: boolean) {
  const all = sessions.get(brokers) ?? new Map<string, Session>();
  sessions.set(brokers, all);
  if (clean) all.delete(host);
  const former = all.get(host);
  const session: Session = former ?? { filters: new Set(), waiting: [] };
  if (isKept) all.set(host, session);
  return { session, isPresent: former !== undefined };
}

function regionOf({ sleep }: RigOptions): Region {
  return sleep === undefined ? REGION : SLEEPING;
}

function clockOf({ wallSec }: RigOptions) {
  const clock = createManualClock();
  if (wallSec !== undefined) clock.setWall(wallSec);
  return clock;
}

/** @returns what makes the mote sleep, if it does. @param onSleep is told how long. */
function sleeperOf({ sleep, cause = WakeCause.PowerOn }: RigOptions, onSleep: (ms: number) => void) {
  const power = {
    canSleep: true,
    watch() {},
    feed() {},
    sleep: onSleep,
    wakeCause: () => cause,
    restart() {},
  };
  return sleep && { sleep: createSleep({ power, intervalMs: 900_000, ...sleep }) };
}

/** @returns 16 bits of a text, as an engine would. */
function checksumOf(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) & 0xffff;
  return sum;
}

/** A broker keeps a message, as if somebody had published it before. */
export function keepMessage(brokers: Map<string, Mode>, host: string, topic: string, payload: string): void {
  const messages = kept.get(brokers) ?? new Map<string, string>();
  kept.set(brokers, messages);
  messages.set(`${host} ${topic}`, payload);
  const session = sessions.get(brokers)?.get(host);
  if (session?.filters.has(topic)) session.waiting.push([topic, payload]);
}

/** Power on. @param brokers those of a former mote, with what they keep. */
export function createRig(
  options: RigOptions = {},
  brokers = new Map<string, Mode>([['own:1883', 'up']]),
): Rig {
  const {
    nor,
    region = regionOf(options),
    minutes,
    isPlain = false,
    qos = 0,
    random = [0],
    parts = [],
    sensors = ['air', 'soil'],
    minIntervalMs = 0,
  } = options;
  const clock = clockOf(options);
  const timer = createManualTimer();
  const log = createRecordingLog();
  const said: Said[] = [];
  const opened: string[] = [];
  const samples = new Map<string, number[]>(sensors.map((name) => [name, []]));
  const subscribed: string[] = [];
  const retained = kept.get(brokers) ?? new Map<string, string>();
  kept.set(brokers, retained);
  let events: SocketEvents<Bytes> | undefined;
  let host = '';
  let isOpen = false;
  let isOnline = false;
  let isUnsent = false;
  let received: Buffer[] = [];
  /** Identifiers of what was not acknowledged. */
  const late: number[] = [];
  let acknowledged = 0;
  let asleepMs = -1;
  let session: Session | undefined;

  /** What the mote speaks, which is what the broker speaks too. */
  let protocolVersion = 4;
  const deliver = (packet: mqttPacket.Packet) =>
    events?.onData(fromText(mqttPacket.generate(packet, { protocolVersion }).toString('latin1')));
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

  const welcome = (clean: boolean, isKept: boolean) => {
    const mode = brokers.get(host);
    if (mode === 'no login') {
      deliver({ cmd: 'connack', returnCode: 5, reasonCode: 0x87, sessionPresent: false });
      return;
    }
    const opened = openSession(brokers, host, clean, isKept);
    ({ session } = opened);
    if (mode === 'silent') return;
    isOnline = true;
    deliver({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: opened.isPresent });
    for (const [topic, payload] of session.waiting.splice(0)) push(topic, payload, 2);
  };
  const hear = ({ topic, payload, qos, retain, messageId }: mqttPacket.IPublishPacket) => {
    const one = { topic, payload: payload.toString(), retain, qos, host };
    said.push(one);
    if (options.acknowledges?.(one) === false) {
      if (qos > 0) late.push(messageId!);
      return;
    }
    if (qos === 1) deliver({ cmd: 'puback', messageId: messageId! });
    if (qos === 2) deliver({ cmd: 'pubrec', messageId: messageId! });
    const response = options.respond?.(one);
    if (response !== undefined) push(...response, 2);
  };
  const take = (packet: mqttPacket.Packet) => {
    if (packet.cmd === 'connect') {
      protocolVersion = packet.protocolVersion ?? 4;
      const { clean = true, properties } = packet;
      welcome(clean, protocolVersion === 5 ? (properties?.sessionExpiryInterval ?? 0) > 0 : !clean);
    } else if (packet.cmd === 'subscribe') {
      subscribed.push(packet.subscriptions.map(({ topic }) => topic).join(' '));
      for (const { topic } of packet.subscriptions) session!.filters.add(topic);
      deliver({ cmd: 'suback', messageId: packet.messageId!, granted: packet.subscriptions.map(() => 1) });
      for (const { topic } of packet.subscriptions) {
        const payload = retained.get(`${host} ${topic}`);
        if (payload !== undefined) push(topic, payload, 3);
      }
    } else if (packet.cmd === 'publish') hear(packet);
    else if (packet.cmd === 'pubrel') deliver({ cmd: 'pubcomp', messageId: packet.messageId! });
    else if (packet.cmd === 'pingreq') deliver({ cmd: 'pingresp' });
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
      random: createFixedRandom(...random),
      checksum: checksumOf,
      outbox,
      createTimer: timer.createTimer,
      serial: '30c6f7-12ab34',
      freeMemory: () => 4000,
      ...options.ports,
    },
    {
      id: 'm',
      broker: { host: 'own', port: 1883, backoff: { windowMs: 1000, maxMs: 2000 } },
      sensors: sensors.map((name) => ({
        name,
        driver: createDriver(samples.get(name)!, clock.now, minIntervalMs, () => options.poll?.(name) ?? 0),
        intervalMs: 60_000,
        qos,
      })),
      time: false,
      spread: false,
      parts: [createCommands({ ...options, ...(configuration && { configuration }) }), ...parts],
      ...sleeperOf(options, (ms) => {
        asleepMs = ms;
        events = undefined;
      }),
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
      for (let fires = 0; asleepMs < 0 && timer.delayMs() >= 0 && timer.delayMs() <= left; fires++) {
        if (fires > 200_000) throw new Error('a timer that fires without end');
        const wait = timer.delayMs();
        left -= wait;
        clock.advance(wait);
        timer.fire();
        serve();
      }
      clock.advance(left);
      if (asleepMs >= 0) return;
      timer.spend(left);
      serve();
    },
    tick() {
      clock.advance(timer.delayMs());
      timer.fire();
      serve();
    },
    asleep: () => asleepMs,
    subscribed,
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
    catchUp() {
      for (const messageId of late.splice(0)) deliver({ cmd: 'puback', messageId });
      serve();
    },
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

/** As `createRig`, for a mote that starts as it is told, and is online. */
export function startOnline(options: RigOptions = {}, brokers?: Map<string, Mode>): Rig {
  const rig = createRig(options, brokers);
  if (rig.code !== Code.Ok) throw new Error(`the mote does not start: ${rig.code}`);
  rig.pass(100);
  return rig;
}
