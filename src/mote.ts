// The composition: sensors, telemetry, client and link on one timer. The only file that knows all rooms;
// it decides nothing that one of them could decide.

import { prepareDiscovery } from './discovery.ts';
import { AUTH, LOG, QOS2, TIME, V5 } from './features.ts';
import type { BackoffOptions } from './link/backoff.ts';
import { createLink } from './link/link.ts';
import type { Address, LinkOptions } from './link/link.ts';
import type { Bytes } from './bytes/bytes.ts';
import type { Authentication } from './mqtt/authentication.ts';
import type { Client, ClientEvents } from './mqtt/client.ts';
import type { Will } from './mqtt/packet.ts';
import type { CreatePart, Mote, MotePart, MotePorts, Sleeper } from './part.ts';
import type { PacketWriter } from './ports/packet-writer.ts';
import { NEVER_MS, sooner } from './ports/clock.ts';
import { Code, Event } from './ports/codes.ts';
import type { Close } from './ports/codes.ts';
import type { Log } from './ports/log.ts';
import type { Socket } from './ports/socket.ts';
import type { OutboxOptions } from './ports/outbox.ts';
import type { Reading } from './ports/reading.ts';
import { Stage } from './ports/stage.ts';
import type { Driver } from './sensors/driver.ts';
import { createDiagnostics } from './sensors/diagnostics.ts';
import { createScheduler } from './sensors/scheduler.ts';
import type { Slot } from './sensors/scheduler.ts';
import type { CreateSigning } from './signing/signer.ts';
import { isName, prepareChannels } from './telemetry/channel.ts';
import type { ChannelOptions, FormatContext } from './telemetry/channel.ts';
import type { CreateDiscovery, DescribedSensor, Discovery } from './telemetry/discovery/discovery.ts';
import { createJson } from './telemetry/formats/json.ts';
import type { CreateFormat } from './telemetry/formats/format.ts';
import { phaseOf } from './telemetry/phase.ts';
import { NOTHING, createPublisher } from './telemetry/publisher.ts';
import type { Publisher } from './telemetry/publisher.ts';
import { OFFLINE, createStatus } from './telemetry/status.ts';

/** Short enough that a dead link is noticed within half a minute. */
const DEFAULT_KEEP_ALIVE_SEC = 30;

/** Largest packet from the broker that is taken in whole. */
const RECEIVE_MAX = 1024;

/** Failures in a row after which a sensor is said to be offline. A mote that sleeps samples once, and remembers nothing. */
const OFFLINE_AFTER = 3;
const OFFLINE_AFTER_SLEEP = 1;

const NO_PARTS: readonly CreatePart[] = [];

/** Text that is summed up at once. */
const SUM_SIZE = 512;

/** What preparing the sensors comes to, besides the number of one that is impossible. */
const READY = -1;
const UNSIGNED = -2;

/** Until the next try to say something that found no room. */
const SAY_AGAIN_MS = 100;

/** One sensor of a mote. */
export interface MoteSensor {
  /** Second part of its topics; letters, digits, hyphen. */
  readonly name: string;
  readonly driver: Driver<never>;
  readonly intervalMs: number;
  /** Which of the driver's channels go out, and what is done to their values. Default: all, as they are. */
  readonly channels?: readonly ChannelOptions[];
  /** What the payloads are: createJson (default), createJsonGroup, createInflux, or one of your own. */
  readonly format?: CreateFormat;
  /** Default 1: kept in the outbox until the broker has it. */
  readonly qos?: number;
  /** Called with each reading that passed all checks, before it is published: for what else a firmware does with it. */
  readonly onReading?: (reading: Reading) => void;
  /** The broker keeps the last message of each topic for those who come later. Default: it does not. */
  readonly retain?: boolean;
  /** MQTT 5.0: what all its messages come with (message expiry, content type, …), as `encodeProperties` puts it together with FOR_TOPIC. */
  readonly properties?: string | null;
}

/** What makes encrypted connections: openTls of the board. */
export type OpenTls = (log: Log) => Socket<Bytes>;

export interface MoteOptions {
  /** First part of all topics and the MQTT client identifier: different for each mote of a fleet. */
  readonly id: string;
  readonly broker: {
    readonly host: string;
    readonly port: number;
    /** Empty: no login. */
    readonly username?: string;
    readonly password?: string;
    /** MQTT 5.0, where V5_AUTH is built in: log in by a conversation (docs/authentication.md). Default: none. */
    readonly authentication?: Authentication;
    /** Default 30. */
    readonly keepAliveSec?: number;
    /**
     * openTls: nobody can listen who only listens, and whoever stands between can read and change everything, because the engine
     * verifies no certificate. Default: no encryption.
     */
    readonly encryptedButUnverified?: OpenTls | undefined;
    /** Tried in turn where this one does not answer. */
    readonly fallbacks?: readonly Address[];
    /** Between tries to connect. */
    readonly backoff?: BackoffOptions;
    /**
     * MQTT 5.0: what CONNECT says besides (session expiry, user properties, …), and what comes with the status message of a mote that is gone
     * (will delay, …), as `encodeProperties` puts it together with FOR_CONNECT and FOR_WILL.
     */
    readonly properties?: string | null;
    readonly willProperties?: string | null;
    /** MQTT 5.0: go where the broker says that it has moved, or that others are to be used. Default: that is only reported. */
    readonly followServer?: boolean;
    /** MQTT 5.0: told what the broker says in words: reason strings, user properties, server reference. */
    readonly onProperty?: ClientEvents['onProperty'];
  };
  /** Left out, or an empty ssid: the network is always there. */
  readonly wifi?: { readonly ssid: string; readonly password: string };
  readonly sensors: readonly MoteSensor[];
  readonly outbox?: OutboxOptions;
  /** Each reading says when it was taken, also one that waited in flash for days. Default: it does, where TIME is built in. */
  readonly time?: boolean;
  /** How often the mote tells of its Wi-Fi, memory, outbox and age, as a sensor called "mote". Default: never. */
  readonly diagnosticsMs?: number;
  /** What the mote tells of itself to those who want to show it: createHomeAssistant or createHomeAssistantDevice. Default: nothing. */
  readonly discovery?: CreateDiscovery | undefined;
  /** Readings carry a signature that `createVerifier` checks: createSigning. A mote that cannot sign does not run. Default: none. */
  readonly signing?: CreateSigning;
  /** Motes that start together sample at different times of their interval. Default: they do. */
  readonly spread?: boolean;
  /** What it can do besides: createAccount, createCommands (src/parts), or something of your own. */
  readonly parts?: readonly CreatePart[];
  /** Sleep between samples: createSleep. Default: it stays awake. */
  readonly sleep?: Sleeper;
}

/** @returns whether a sensor publishes with QoS 2. Where its session is clean, a broker may forget a message between PUBREC and PUBREL. */
function hasExactlyOnce(sensors: readonly MoteSensor[]): boolean {
  for (let i = 0; i < sensors.length; i++) if (sensors[i].qos === 2) return true;
  return false;
}

function orNone(properties: string | null | undefined): string | undefined {
  return properties === null ? undefined : properties;
}

function prepareWill(broker: MoteOptions['broker'], status: string): Will {
  return V5
    ? { topic: status, payload: OFFLINE, qos: 1, retain: true, properties: orNone(broker.willProperties) }
    : { topic: status, payload: OFFLINE, qos: 1, retain: true };
}

/** @param status topic of the will. */
function prepareLink(options: MoteOptions, status: string): LinkOptions {
  const broker = options.broker;
  const wifi = options.wifi;
  return {
    host: broker.host,
    port: broker.port,
    connect: {
      clientId: options.id,
      // The broker keeps what belongs to a mote that sleeps: commands to it. And of QoS 2 what it has taken, but not passed on.
      cleanSession: options.sleep === undefined && !(QOS2 && hasExactlyOnce(options.sensors)),
      receiveMax: RECEIVE_MAX,
      keepAliveSec: broker.keepAliveSec === undefined ? DEFAULT_KEEP_ALIVE_SEC : broker.keepAliveSec,
      username: broker.username ? broker.username : undefined,
      password: broker.username ? broker.password : undefined,
      authentication: broker.authentication,
      will: prepareWill(broker, status),
      properties: V5 ? orNone(broker.properties) : undefined,
    },
    ssid: wifi === undefined ? '' : wifi.ssid,
    wifiPassword: wifi === undefined ? '' : wifi.password,
    encrypted: broker.encryptedButUnverified !== undefined,
    fallbacks: broker.fallbacks,
    backoff: broker.backoff,
    asleep: options.sleep !== undefined,
    hostOf: options.sleep === undefined ? undefined : options.sleep.hostOf,
    followServer: broker.followServer,
  };
}

function diagnose(ports: MotePorts, intervalMs: number): MoteSensor {
  const driver = createDiagnostics(
    {
      rssi: () => ports.wifi.rssi(),
      freeMemory: () => ports.freeMemory(),
      waiting: () => ports.outbox.count(),
    },
    ports.clock.now(),
  );
  // Old news about itself is of no use to anybody.
  return { name: 'mote', driver, intervalMs, qos: 0 };
}

/** @returns what readings are written to; null: they cannot be signed. */
function openWriter(ports: MotePorts, options: MoteOptions, client: Client): PacketWriter<Bytes> | null {
  const sign = options.signing;
  return sign === undefined ? client : sign(ports, client);
}

/**
 * Wire a mote and start it.
 * @returns 0; Code.BadOptions when payloads cannot be signed that should be; Code.BadTopic when `id`, a sensor's name, a channel or one of its steps is not possible; it is reported and nothing runs.
 */
export function startMote(ports: MotePorts, options: MoteOptions): number {
  const publishers: Publisher[] = [];
  const slots: Slot[] = [];
  const listeners: (((reading: Reading) => void) | undefined)[] = [];
  const described: DescribedSensor[] = [];
  const statusNames = [options.id + '/status'];
  const names: string[] = [];
  const parts: MotePart[] = [];
  const sleeper = options.sleep;
  const hasParts = options.parts !== undefined || sleeper !== undefined;
  /** Readings since one was accepted last. */
  let refused = 0;
  /** Something is due soon. */
  let isWoken = false;
  /** The stage of the link. */
  let before = Stage.Waiting;
  /** All that a session begins with is said. */
  let told = true;

  function say(event: Event, detail: number): void {
    if (LOG) ports.log.write(event, detail);
  }

  function wake(): void {
    isWoken = true;
    timer.set(0);
  }

  function tellStage(stage: Stage, why: Close): void {
    for (let i = 0; i < parts.length; i++) if (parts[i].onStage !== undefined) parts[i].onStage!(stage, why);
  }

  function onStage(stage: Stage, why: Close): void {
    if (before === Stage.Login && (stage === Stage.Running || stage === Stage.Draining)) onSession();
    before = stage;
    if (hasParts) tellStage(stage, why);
  }

  /** The broker may have lost what it was told. */
  function onSession(): void {
    if (ports.reportHealthy !== undefined) ports.reportHealthy();
    const isKnown = sleeper !== undefined && sleeper.isKnown();
    told = false;
    if (AUTH) {
      if (isKnown) status!.keep();
      else status!.refresh();
    }
    if (discovery !== null && !isKnown) discovery.refresh(ports.clock.now());
  }

  /** @returns how long the parts want the link to wait. */
  function onTry(): number {
    let wait = 0;
    if (!hasParts) return wait;
    for (let i = 0; i < parts.length && wait === 0; i++) {
      if (parts[i].onTry !== undefined) wait = parts[i].onTry!();
    }
    return wait;
  }

  const link = createLink(ports, prepareLink(options, statusNames[0]), {
    onChange: wake,
    onStage,
    onTry,
    onProperty: V5 ? options.broker.onProperty : undefined,
  });

  const writer = openWriter(ports, options, link.client);
  /** @param number of the sensor in the options, from 1; UNSIGNED is said already. */
  function refuse(number: number): number {
    if (number === UNSIGNED) return Code.BadOptions;
    say(Event.BadSettings, number);
    return Code.BadTopic;
  }

  /** @returns whether a sensor can be called that, and none is. */
  function isFree(name: string): boolean {
    for (let i = 0; i < described.length; i++) if (described[i].context.sensor === name) return false;
    return isName(name);
  }

  function prepareSensor(sensor: MoteSensor): boolean {
    if (!isFree(sensor.name)) return false;
    const channels = prepareChannels(sensor.driver.channels, sensor.channels);
    if (channels === null) return false;
    const context: FormatContext = {
      id: options.id,
      sensor: sensor.name,
      channels,
      hasTime: TIME && options.time !== false,
      clock: ports.clock,
    };
    const publisher = createPublisher(
      writer!,
      context,
      sensor.format === undefined ? createJson : sensor.format,
      sensor.qos === undefined ? 1 : sensor.qos,
      sensor.retain === true,
      sensor.properties,
    );
    if (publisher === null) return false;
    publishers.push(publisher);
    listeners.push(sensor.onReading);
    const statusName = options.id + '/' + sensor.name + '/status';
    statusNames.push(statusName);
    names.push(sensor.name);
    described.push({ context, format: publisher.format, status: AUTH ? statusName : '' });
    slots.push({
      driver: sensor.driver,
      intervalMs: sensor.intervalMs,
      phaseMs:
        options.spread === false || sleeper !== undefined ? 0 : phaseOf(ports.serial, sensor.intervalMs),
    });
    return true;
  }

  function leave(code: number): void {
    say(Event.Untold, -code);
  }

  function openDiscovery(): Discovery | null {
    const describe = options.discovery;
    if (describe === undefined) return null;
    return describe(prepareDiscovery(link.client, wake, leave), {
      id: options.id,
      serial: ports.serial,
      status: AUTH ? statusNames[0] : '',
      sensors: described,
      // One session may fail: who is silent for two is gone.
      expireSec: sleeper === undefined ? 0 : 2 * sleeper.quietSec,
    });
  }

  /** @returns READY, UNSIGNED, 0 when the id is impossible, else the number of the first sensor with impossible settings, from 1. */
  function prepareSensors(): number {
    if (writer === null) return UNSIGNED;
    if (link.client.topic(options.id) === null) return 0;
    const sensors = options.sensors;
    for (let i = 0; i < sensors.length; i++) {
      if (!prepareSensor(sensors[i])) return i + 1;
      if (sensors[i].intervalMs < sensors[i].driver.minIntervalMs) say(Event.TooFast, i);
    }
    if (options.diagnosticsMs === undefined) return READY;
    // A sensor of that name is there already.
    return prepareSensor(diagnose(ports, options.diagnosticsMs)) ? READY : sensors.length + 1;
  }

  function tellReading(index: number, reading: Reading, code: number): void {
    for (let i = 0; i < parts.length; i++) {
      if (parts[i].onReading !== undefined) parts[i].onReading!(index, reading, code);
    }
  }

  function onReading(index: number, reading: Reading): void {
    if (AUTH) status!.set(index + 1, true);
    const listener = listeners[index];
    if (listener !== undefined) hear(listener, index, reading);
    const code = publishers[index].publish(reading);
    if (hasParts) tellReading(index, reading, code);
    count(index, code);
  }

  /** What a firmware does with a reading must not stop the mote. */
  function hear(listener: (reading: Reading) => void, index: number, reading: Reading): void {
    try {
      listener(reading);
    } catch {
      say(Event.ListenerFailed, index);
    }
  }

  /** @param code what became of a reading; of those about the mote itself nobody is told. */
  function count(index: number, code: number): void {
    if (index >= options.sensors.length || code === NOTHING) return;
    if (code < 0) {
      if (refused === 0) say(Event.ReadingRefused, -code);
      refused++;
    } else if (refused > 0) {
      say(Event.ReadingAccepted, refused);
      refused = 0;
    }
  }

  function onFailure(index: number, code: number, failures: number): void {
    if (failures === 1) say(Event.SensorFailed, index * 100 - code);
    const limit = sleeper === undefined ? OFFLINE_AFTER : OFFLINE_AFTER_SLEEP;
    if (AUTH && failures === limit) status!.set(index + 1, false);
    if (hasParts) tellFailure(index, code);
  }

  function tellFailure(index: number, code: number): void {
    for (let i = 0; i < parts.length; i++) {
      if (parts[i].onFailure !== undefined) parts[i].onFailure!(index, code);
    }
  }

  function onRecovered(index: number): void {
    say(Event.SensorBack, index);
  }

  // All is made before anything is refused: what is made in a branch the build cannot take apart.
  const wrong = prepareSensors();
  // Without a will nobody would say "offline".
  const status = AUTH ? createStatus(link.client, statusNames) : null;
  const discovery = openDiscovery();
  const scheduler = createScheduler(slots, { onReading, onFailure, onRecovered, onWake: wake });

  /** What a session begins with, subscriptions too, as a sum; the way to the broker is a part of it. */
  function checksum(): number {
    const checksumOf = ports.checksum;
    if (checksumOf === undefined) return -1;
    let sum = 0;
    let text = options.id + ' ' + options.broker.host;
    const sink = {
      text(bytes: string): void {
        text += bytes;
        if (text.length < SUM_SIZE) return;
        sum = checksumOf(sum + text);
        text = '';
      },
    };
    if (AUTH) status!.describe(sink);
    if (discovery !== null) discovery.describe(sink);
    link.client.describe(sink);
    return checksumOf(sum + text);
  }

  function tellSleep(): void {
    for (let i = 0; i < parts.length; i++) if (parts[i].onSleep !== undefined) parts[i].onSleep!();
  }

  function isBusy(): boolean {
    for (let i = 0; i < parts.length; i++) {
      if (parts[i].isBusy !== undefined && parts[i].isBusy!()) return true;
    }
    return false;
  }

  /** @returns false, and it is said, when its options are impossible. */
  function addPart(part: MotePart | null): boolean {
    if (part === null) say(Event.BadPart, parts.length + 1);
    else parts.push(part);
    return part !== null;
  }

  /** @returns false, and it is said, when the options of one are impossible; sleep comes last. */
  function createParts(): boolean {
    const creators = options.parts === undefined ? NO_PARTS : options.parts;
    const mote: Mote = {
      id: options.id,
      ports,
      link,
      scheduler,
      sensors: names,
      host: options.broker.host,
      wake,
      tellSleep,
      isBusy,
      isTold: () => told,
      checksum,
    };
    for (let i = 0; i < creators.length; i++) if (!addPart(creators[i](mote))) return false;
    return sleeper === undefined || addPart(sleeper.create(mote));
  }

  function runParts(now: number): number {
    let wait = NEVER_MS;
    for (let i = 0; i < parts.length; i++) wait = sooner(wait, parts[i].run(now));
    return wait;
  }

  /** Both say again what they have just said: that they have nothing to say. @returns 0 if that is all, for the sleeper to hear of it. */
  function lookTold(now: number): number {
    told = (!AUTH || status!.send()) && (discovery === null || discovery.send(now) === NEVER_MS);
    return told ? 0 : SAY_AGAIN_MS;
  }

  function run(): void {
    const now = ports.clock.now();
    isWoken = false;
    let wait = scheduler.run(now);
    if (hasParts) wait = sooner(wait, runParts(now));
    if (AUTH && !status!.send()) wait = sooner(wait, SAY_AGAIN_MS);
    if (discovery !== null) wait = sooner(wait, discovery.send(now));
    if (sleeper !== undefined && !told) wait = sooner(wait, lookTold(now));
    wait = sooner(wait, link.tick(now));
    // What happened meanwhile is for all of them.
    timer.set(isWoken ? 0 : wait);
  }

  /** @returns whether what it is to say of itself cannot be said. */
  function isSpeechless(): boolean {
    if (V5 && (options.broker.properties === null || options.broker.willProperties === null)) return true;
    return (AUTH && status === null) || (discovery === null && options.discovery !== undefined);
  }

  const timer = ports.createTimer(run);
  if (wrong !== READY) return refuse(wrong);
  if (isSpeechless()) return refuse(0);
  if (AUTH) status!.set(0, true);
  if (hasParts && !createParts()) return Code.BadOptions;
  say(Event.Started, 0);
  wake();
  return Code.Ok;
}
