// The composition: sensors, telemetry, client and link on one timer. The only file that knows all rooms;
// it decides nothing that one of them could decide.

import { prepareDiscovery } from './discovery.ts';
import { AUTH, LOG, TIME } from './features.ts';
import { createLink } from './link/link.ts';
import type { LinkOptions, LinkPorts } from './link/link.ts';
import type { CreateTimer } from './ports/clock.ts';
import { sooner } from './ports/clock.ts';
import { Code, Event } from './ports/codes.ts';
import type { OutboxOptions } from './ports/outbox.ts';
import type { Reading } from './ports/reading.ts';
import type { Driver } from './sensors/driver.ts';
import { createDiagnostics } from './sensors/diagnostics.ts';
import { createScheduler } from './sensors/scheduler.ts';
import type { Slot } from './sensors/scheduler.ts';
import { isName, prepareChannels } from './telemetry/channel.ts';
import type { ChannelOptions, FormatContext } from './telemetry/channel.ts';
import type { CreateDiscovery, DescribedSensor, Discovery } from './telemetry/discovery/discovery.ts';
import { createJson } from './telemetry/formats/json.ts';
import type { CreateFormat } from './telemetry/formats/format.ts';
import { phaseOf } from './telemetry/phase.ts';
import type { Client } from './mqtt/client.ts';
import { NOTHING, createPublisher } from './telemetry/publisher.ts';
import type { Publisher } from './telemetry/publisher.ts';
import { OFFLINE, createStatus } from './telemetry/status.ts';

/** Short enough that a dead link is noticed within half a minute. */
const DEFAULT_KEEP_ALIVE_SEC = 30;

/** Largest packet from the broker that is taken in whole. */
const RECEIVE_MAX = 1024;

/** Failures in a row after which a sensor is said to be offline. */
const OFFLINE_AFTER = 3;

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
}

/** What an optional part of a mote is made with. */
export interface Mote {
  readonly id: string;
  readonly ports: MotePorts;
  readonly client: Client;
  /** Have `run` of all parts called as soon as the event loop runs again. */
  wake(): void;
}

/** An optional part of a mote, beside its sensors. */
export interface MotePart {
  /**
   * A reading was published.
   * @param index of the sensor in the options. @param code 0: accepted; NOTHING: nothing of it was to be published; else a negative Code.
   */
  onReading?(index: number, reading: Reading, code: number): void;
  /** Do what is due. @returns milliseconds until the next call is needed. */
  run(now: number): number;
}

/** @returns null: its options are impossible. */
export type CreatePart = (mote: Mote) => MotePart | null;

export interface MoteOptions {
  /** First part of all topics and the MQTT client identifier: different for each mote of a fleet. */
  readonly id: string;
  readonly broker: {
    readonly host: string;
    readonly port: number;
    /** Empty: no login. */
    readonly username?: string;
    readonly password?: string;
    /** Default 30. */
    readonly keepAliveSec?: number;
    /** false: the broker keeps the session, so that QoS 2 is exactly once over reconnects, too. Default: true. */
    readonly cleanSession?: boolean;
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
  /** Optional parts. */
  readonly parts?: readonly CreatePart[];
  /** Motes that start together sample at different times of their interval. Default: they do. */
  readonly spread?: boolean;
}

export interface MotePorts extends LinkPorts {
  readonly createTimer: CreateTimer;
  /** Of the board: no two have the same. */
  readonly serial: string;
  /** @returns free blocks of the engine's memory, -1 where it cannot tell. */
  freeMemory(): number;
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
      cleanSession: broker.cleanSession !== false,
      receiveMax: RECEIVE_MAX,
      keepAliveSec: broker.keepAliveSec === undefined ? DEFAULT_KEEP_ALIVE_SEC : broker.keepAliveSec,
      username: broker.username ? broker.username : undefined,
      password: broker.username ? broker.password : undefined,
      will: { topic: status, payload: OFFLINE, qos: 1, retain: true },
    },
    ssid: wifi === undefined ? '' : wifi.ssid,
    wifiPassword: wifi === undefined ? '' : wifi.password,
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

/**
 * Wire a mote and start it.
 * @returns 0, or Code.BadTopic when `id`, a sensor's name, a channel or one of its steps is not possible; it is reported and nothing runs.
 */
export function startMote(ports: MotePorts, options: MoteOptions): number {
  const publishers: Publisher[] = [];
  const slots: Slot[] = [];
  const listeners: (((reading: Reading) => void) | undefined)[] = [];
  const described: DescribedSensor[] = [];
  const statusNames = [options.id + '/status'];
  /** Readings since one was accepted last. */
  let refused = 0;

  function say(event: Event, detail: number): void {
    if (LOG) ports.log.write(event, detail);
  }

  function wake(): void {
    timer.set(0);
  }

  function onOnline(): void {
    if (AUTH) status!.refresh();
    if (discovery !== null) discovery.refresh(ports.clock.now());
  }

  const link = createLink(ports, prepareLink(options, statusNames[0]), wake, onOnline);

  /** @param number of the sensor in the options, from 1. */
  function refuse(number: number): number {
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
      link.client,
      context,
      sensor.format === undefined ? createJson : sensor.format,
      sensor.qos === undefined ? 1 : sensor.qos,
      sensor.retain === true,
    );
    if (publisher === null) return false;
    publishers.push(publisher);
    listeners.push(sensor.onReading);
    const statusName = options.id + '/' + sensor.name + '/status';
    statusNames.push(statusName);
    described.push({ context, format: publisher.format, status: AUTH ? statusName : '' });
    slots.push({
      driver: sensor.driver,
      intervalMs: sensor.intervalMs,
      phaseMs: options.spread === false ? 0 : phaseOf(ports.serial, sensor.intervalMs),
    });
    return true;
  }

  function leave(code: number): void {
    say(Event.Untold, -code);
  }

  function openDiscovery(): Discovery | null {
    if (options.discovery === undefined) return null;
    return options.discovery(prepareDiscovery(link.client, wake, leave), {
      id: options.id,
      serial: ports.serial,
      status: AUTH ? statusNames[0] : '',
      sensors: described,
    });
  }

  /** @returns 0, or number of the first sensor with impossible settings, from 1. */
  function prepareSensors(): number {
    const sensors = options.sensors;
    for (let i = 0; i < sensors.length; i++) {
      if (!prepareSensor(sensors[i])) return i + 1;
      if (sensors[i].intervalMs < sensors[i].driver.minIntervalMs) say(Event.TooFast, i);
    }
    if (options.diagnosticsMs === undefined) return 0;
    // A sensor of that name is there already.
    return prepareSensor(diagnose(ports, options.diagnosticsMs)) ? 0 : sensors.length + 1;
  }

  if (link.client.topic(options.id) === null) return refuse(0);
  const wrong = prepareSensors();
  if (wrong > 0) return refuse(wrong);
  // Without a will nobody would say "offline".
  const status = AUTH ? createStatus(link.client, statusNames) : null;
  if (AUTH && status === null) return refuse(0);
  if (AUTH) status!.set(0, true);

  const discovery = openDiscovery();
  if (discovery === null && options.discovery !== undefined) return refuse(0);

  const parts: MotePart[] = [];
  if (options.parts !== undefined) {
    const mote: Mote = { id: options.id, ports, client: link.client, wake };
    for (let i = 0; i < options.parts.length; i++) {
      const part = options.parts[i](mote);
      if (part === null) return refuse(0);
      parts.push(part);
    }
  }

  function onReading(index: number, reading: Reading): void {
    if (AUTH) status!.set(index + 1, true);
    const listener = listeners[index];
    if (listener !== undefined) hear(listener, index, reading);
    const code = publishers[index].publish(reading);
    count(index, code);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part.onReading !== undefined) part.onReading(index, reading, code);
    }
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
    if (AUTH && failures === OFFLINE_AFTER) status!.set(index + 1, false);
  }

  function onRecovered(index: number): void {
    say(Event.SensorBack, index);
  }

  const scheduler = createScheduler(slots, { onReading, onFailure, onRecovered, onWake: wake });

  function run(): void {
    const now = ports.clock.now();
    let wait = scheduler.run(now);
    if (AUTH && !status!.send()) wait = sooner(wait, SAY_AGAIN_MS);
    if (discovery !== null) wait = sooner(wait, discovery.send(now));
    for (let i = 0; i < parts.length; i++) wait = sooner(wait, parts[i].run(now));
    timer.set(sooner(wait, link.tick(now)));
  }

  const timer = ports.createTimer(run);
  say(Event.Started, 0);
  wake();
  return Code.Ok;
}
