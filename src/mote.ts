// The composition: sensors, telemetry, client and link on one timer. The only file that knows all rooms;
// it decides nothing that one of them could decide.

import { HAS_OUTBOX_FLASH } from './board.ts';
import { FLASH, LOG, TIME } from './features.ts';
import { createLink } from './link/link.ts';
import type { LinkPorts } from './link/link.ts';
import type { CreateTimer } from './ports/clock.ts';
import { sooner } from './ports/clock.ts';
import { Code, Event } from './ports/codes.ts';
import type { OutboxOptions } from './ports/outbox.ts';
import type { Reading } from './ports/reading.ts';
import type { Driver } from './sensors/driver.ts';
import { createScheduler } from './sensors/scheduler.ts';
import type { Slot } from './sensors/scheduler.ts';
import { createPublisher } from './telemetry/publisher.ts';
import type { Publisher } from './telemetry/publisher.ts';

/** Short enough that a dead link is noticed within half a minute. */
const DEFAULT_KEEP_ALIVE_SEC = 30;

/** Largest packet from the broker that is taken in whole. */
const RECEIVE_MAX = 1024;

/** At least once, where what waits survives everything. Where it lies in RAM, a reading that finds no session is old news. */
const READING_QOS = FLASH && HAS_OUTBOX_FLASH ? 1 : 0;

/** One sensor of a mote. */
export interface MoteSensor {
  /** Second part of its topics; letters, digits, hyphen. */
  readonly name: string;
  readonly driver: Driver;
  readonly intervalMs: number;
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
  };
  /** Left out, or an empty ssid: the network is always there. */
  readonly wifi?: { readonly ssid: string; readonly password: string };
  readonly sensors: readonly MoteSensor[];
  readonly outbox?: OutboxOptions;
  /** Each reading says when it was taken, also one that waited in flash for days. Default: it does not. */
  readonly time?: boolean;
}

export interface MotePorts extends LinkPorts {
  readonly createTimer: CreateTimer;
}

/**
 * Wire a mote and start it.
 * @returns 0, or Code.BadTopic when `id`, a sensor's name or a channel's key cannot stand in a topic; it is reported and nothing runs.
 */
export function startMote(ports: MotePorts, options: MoteOptions): number {
  const broker = options.broker;
  const publishers: Publisher[] = [];
  const slots: Slot[] = [];
  let refusing = false;

  function say(event: Event, detail: number): void {
    if (LOG) ports.log.write(event, detail);
  }

  function wake(): void {
    timer.set(0);
  }

  const link = createLink(
    ports,
    {
      host: broker.host,
      port: broker.port,
      connect: {
        clientId: options.id,
        cleanSession: true,
        receiveMax: RECEIVE_MAX,
        keepAliveSec: broker.keepAliveSec === undefined ? DEFAULT_KEEP_ALIVE_SEC : broker.keepAliveSec,
        username: broker.username ? broker.username : undefined,
        password: broker.username ? broker.password : undefined,
      },
      ssid: options.wifi === undefined ? '' : options.wifi.ssid,
      wifiPassword: options.wifi === undefined ? '' : options.wifi.password,
    },
    wake,
  );

  function onReading(index: number, reading: Reading): void {
    const code = publishers[index].publish(reading);
    if (code < 0 && !refusing) say(Event.ReadingRefused, -code);
    refusing = code < 0;
  }

  function onFailure(index: number, code: number, failures: number): void {
    if (failures === 1) say(Event.SensorFailed, index * 100 - code);
  }

  function onRecovered(index: number): void {
    say(Event.SensorBack, index);
  }

  for (let i = 0; i < options.sensors.length; i++) {
    const sensor = options.sensors[i];
    const publisher = createPublisher(
      link.client,
      options.id + '/' + sensor.name,
      sensor.driver.channels,
      READING_QOS,
      TIME && options.time === true,
    );
    if (publisher === null) {
      say(Event.BadSettings, 0);
      return Code.BadTopic;
    }
    publishers.push(publisher);
    slots.push({ driver: sensor.driver, intervalMs: sensor.intervalMs });
  }
  const scheduler = createScheduler(slots, { onReading, onFailure, onRecovered });

  function run(): void {
    const now = ports.clock.now();
    const untilSensor = scheduler.run(now);
    timer.set(sooner(untilSensor, link.tick(now)));
  }

  const timer = ports.createTimer(run);
  say(Event.Started, 0);
  wake();
  return Code.Ok;
}
