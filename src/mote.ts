// The composition: sensors, telemetry, client and link on one timer. The only file that knows all rooms;
// it decides nothing that one of them could decide.

import { prepareDiscovery } from './discovery.ts';
import { AUTH, LOG, TIME } from './features.ts';
import type { BackoffOptions } from './link/backoff.ts';
import { createLink } from './link/link.ts';
import type { Address, LinkOptions } from './link/link.ts';
import type { CreatePart, Mote, MotePart, MotePorts } from './part.ts';
import { NEVER_MS, sooner } from './ports/clock.ts';
import { Code, Event } from './ports/codes.ts';
import type { Close } from './ports/codes.ts';
import type { OutboxOptions } from './ports/outbox.ts';
import type { Reading } from './ports/reading.ts';
import { Stage } from './ports/stage.ts';
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
    /** Tried in turn where this one does not answer. */
    readonly fallbacks?: readonly Address[];
    /** Between tries to connect. */
    readonly backoff?: BackoffOptions;
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
  /** Motes that start together sample at different times of their interval. Default: they do. */
  readonly spread?: boolean;
  /** What it can do besides: createAccount, createSleep, createCommands (src/parts), or something of your own. */
  readonly parts?: readonly CreatePart[];
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
      cleanSession: true,
      receiveMax: RECEIVE_MAX,
      keepAliveSec: broker.keepAliveSec === undefined ? DEFAULT_KEEP_ALIVE_SEC : broker.keepAliveSec,
      username: broker.username ? broker.username : undefined,
      password: broker.username ? broker.password : undefined,
      will: { topic: status, payload: OFFLINE, qos: 1, retain: true },
    },
    ssid: wifi === undefined ? '' : wifi.ssid,
    wifiPassword: wifi === undefined ? '' : wifi.password,
    fallbacks: broker.fallbacks,
    backoff: broker.backoff,
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
  const names: string[] = [];
  const parts: MotePart[] = [];
  const hasParts = options.parts !== undefined;
  /** Readings since one was accepted last. */
  let refused = 0;

  function say(event: Event, detail: number): void {
    if (LOG) ports.log.write(event, detail);
  }

  function wake(): void {
    timer.set(0);
  }

  function tellStage(stage: Stage, why: Close): void {
    for (let i = 0; i < parts.length; i++) if (parts[i].onStage !== undefined) parts[i].onStage!(stage, why);
  }

  function onStage(stage: Stage, why: Close): void {
    if (stage === Stage.Running || stage === Stage.Draining) onSession();
    if (hasParts) tellStage(stage, why);
  }

  /** The broker may have lost what it was told. */
  function onSession(): void {
    if (AUTH) status!.refresh();
    if (discovery !== null) discovery.refresh(ports.clock.now());
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
  });

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
    names.push(sensor.name);
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
  if (AUTH) {
    if (status === null) return refuse(0);
    status.set(0, true);
  }

  const discovery = openDiscovery();
  if (discovery === null && options.discovery !== undefined) return refuse(0);

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
    if (AUTH && failures === OFFLINE_AFTER) status!.set(index + 1, false);
  }

  function onRecovered(index: number): void {
    say(Event.SensorBack, index);
  }

  const scheduler = createScheduler(slots, { onReading, onFailure, onRecovered, onWake: wake });

  /** @returns false, and it is said, when the options of one are impossible. */
  function createParts(creators: readonly CreatePart[]): boolean {
    const mote: Mote = { id: options.id, ports, link, scheduler, sensors: names, wake };
    for (let i = 0; i < creators.length; i++) {
      const part = creators[i](mote);
      if (part === null) {
        say(Event.BadPart, i + 1);
        return false;
      }
      parts.push(part);
    }
    return true;
  }

  function runParts(now: number): number {
    let wait = NEVER_MS;
    for (let i = 0; i < parts.length; i++) wait = sooner(wait, parts[i].run(now));
    return wait;
  }

  function run(): void {
    const now = ports.clock.now();
    let wait = scheduler.run(now);
    if (hasParts) wait = sooner(wait, runParts(now));
    if (AUTH && !status!.send()) wait = sooner(wait, SAY_AGAIN_MS);
    if (discovery !== null) wait = sooner(wait, discovery.send(now));
    timer.set(sooner(wait, link.tick(now)));
  }

  const timer = ports.createTimer(run);
  if (options.parts !== undefined && !createParts(options.parts)) return Code.BadOptions;
  say(Event.Started, 0);
  wake();
  return Code.Ok;
}
