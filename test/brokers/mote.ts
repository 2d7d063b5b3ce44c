// Motes for the story: Mote's own code, from sensor to socket, over Node's network and a flash in a file. What is added looks on:
// which messages were accepted, which the broker acknowledged, and what its CONNACKs said.

import { join } from 'node:path';
import mqttPacket from 'mqtt-packet';
import { createClock, createTimer } from '../../sim/node/clock.ts';
import { openFlash } from '../../sim/node/flash.ts';
import { createRandom } from '../../sim/node/random.ts';
import { createSocket } from '../../sim/node/socket.ts';
import { fromText, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { createLink } from '../../src/link/link.ts';
import type { Client } from '../../src/mqtt/client.ts';
import { startMote, type MoteOptions, type MoteSensor } from '../../src/mote.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import type { MotePorts } from '../../src/part.ts';
import type { CreateTimer, Timer } from '../../src/ports/clock.ts';
import { Close, Code, type Event } from '../../src/ports/codes.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import type { Socket } from '../../src/ports/socket.ts';
import type { Wifi } from '../../src/ports/wifi.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import type { Login } from './broker.ts';

const FLASH = { base: 0, pageSize: 4096, pages: 16, programUnit: 4 };
const RECORD_MAX = 1100;
/** For few motes on a broker of their own: the story is not about waiting. */
const BACKOFF = { windowMs: 1000, maxMs: 4000 };
const CONNECT = 0x10;
const CONNACK = 0x20;
const PUBLISH = 0x30;
const PUBREL = 0x62;

/** Nobody listens here. */
const NOBODYS_PORT = 1;

/** A message that the outbox took. */
export interface Accepted {
  readonly topic: string;
  readonly payload: string;
}

/** What can be seen from outside of a mote. */
export interface Watched {
  /** Messages of QoS 1 and 2 in the order in which they were accepted. */
  readonly accepted: Accepted[];
  /** Those that the broker says it has: PUBACK with QoS 1, PUBREC with QoS 2. */
  readonly taken: Accepted[];
  /** Session present flag of each CONNACK with return code 0. */
  readonly sessions: boolean[];
  /** Version of MQTT in each CONNECT. */
  readonly versions: number[];
  /** Properties of the last CONNACK. */
  limits(): Readonly<Record<string, unknown>>;
  /** PUBLISHes that were sent with an alias in the place of their topic. */
  aliased(): number;
  /** Return codes of the CONNACKs that refused. */
  readonly refusals: number[];
  /** Events as the console prints them: `#<event> <detail>`. */
  readonly console: string[];
  /** Messages that still wait. */
  waiting(): number;
  /** The next PUBREL gets lost, and the connection with it. */
  losePubrel(): void;
  /** From now on the network does not lead to the broker, or does again. A connection that stands is left. */
  setRoad(isOpen: boolean): void;
  /** The power goes: the connection breaks without a DISCONNECT, and nothing of it runs any more. */
  cutPower(): void;
}

const hasNoWifi: Wifi = {
  join() {},
  leave() {},
  missing: () => Close.WifiTimeout,
  rssi: () => 0,
};

/** Ports of Node, as a board has them, with a switch for the power. @param folder where its flash is, kept over power cuts. */
function openPorts(folder: string): { ports: MotePorts; watched: Watched } {
  const flash = openFlash(join(folder, 'flash'), FLASH);
  const outbox = createFlashOutbox(createFlashBytes(flash, FLASH.pageSize), RECORD_MAX);
  const opened = outbox.open(createRandom().next());
  if (opened !== Code.Ok) throw new Error(`the outbox does not open: ${opened}`);
  const timers: Timer[] = [];
  const socket = createSocket();
  const console: string[] = [];
  const seen = watchSession(socket);
  const watchedOutbox = watchOutbox(outbox);
  const createSwitchedTimer: CreateTimer = (callback) => {
    const timer = createTimer(callback);
    timers.push(timer);
    return timer;
  };
  return {
    ports: {
      socket: seen.socket,
      clock: createClock(),
      random: createRandom(),
      outbox: watchedOutbox.outbox,
      log: { write: (event, detail) => void console.push(`#${event} ${detail}`) },
      wifi: hasNoWifi,
      createTimer: createSwitchedTimer,
      serial: 'story',
      freeMemory: () => -1,
    },
    watched: {
      accepted: watchedOutbox.accepted,
      taken: watchedOutbox.taken,
      sessions: seen.sessions,
      refusals: seen.refusals,
      versions: seen.versions,
      limits: seen.limits,
      aliased: seen.aliased,
      console,
      waiting: () => outbox.count(),
      losePubrel: seen.losePubrel,
      setRoad: seen.setRoad,
      cutPower() {
        seen.deafen();
        socket.close();
        for (const timer of timers.splice(0)) timer.stop();
        flash.close();
      },
    },
  };
}

function watchSession(socket: Socket<Bytes>) {
  const sessions: boolean[] = [];
  const refusals: number[] = [];
  const versions: number[] = [];
  let limits: Record<string, unknown> = {};
  let aliased = 0;
  let isOn = true;
  let isLosing = false;
  let isRoadOpen = true;
  const look = (bytes: Bytes) => {
    const text = toText(bytes, 0, bytes.length);
    // Behind the length and the name of the protocol.
    if (firstOf(bytes) === CONNECT) versions.push(text.charCodeAt(8));
    const isPublish = (firstOf(bytes) & 0xf0) === PUBLISH;
    if (isPublish && text.charCodeAt(1) < 128 && text.slice(2, 4) === '\0\0') aliased++;
  };
  const hear = (bytes: Bytes) => {
    const text = toText(bytes, 0, bytes.length);
    const parser = mqttPacket.parser({ protocolVersion: versions.at(-1)! });
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connack') limits = { ...packet.properties };
    });
    parser.parse(Buffer.from(text, 'latin1'));
    if (text.charCodeAt(3) === 0) sessions.push(text.charCodeAt(2) === 1);
    else refusals.push(text.charCodeAt(3));
  };
  const watched: Socket<Bytes> = {
    open(host, port, events) {
      return socket.open(host, isRoadOpen ? port : NOBODYS_PORT, {
        onOpen(connection) {
          if (!isOn) return;
          events.onOpen({
            write(bytes) {
              look(bytes);
              if (!isLosing || firstOf(bytes) !== PUBREL) return connection.write(bytes);
              isLosing = false;
              // No event comes from inside a method.
              setImmediate(() => {
                socket.close();
                if (isOn) events.onClose();
              });
            },
          });
        },
        onData(bytes) {
          if (!isOn) return;
          if (firstOf(bytes) === CONNACK && bytes.length >= 4) hear(bytes);
          events.onData(bytes);
        },
        onDrain: () => isOn && events.onDrain(),
        onClose: () => isOn && events.onClose(),
      });
    },
    close: () => socket.close(),
  };
  const deafen = () => {
    isOn = false;
  };
  const losePubrel = () => {
    isLosing = true;
  };
  const setRoad = (isOpen: boolean) => {
    isRoadOpen = isOpen;
  };
  return {
    socket: watched,
    sessions,
    refusals,
    versions,
    limits: () => limits,
    aliased: () => aliased,
    deafen,
    losePubrel,
    setRoad,
  };
}

function firstOf(bytes: Bytes): number {
  return toText(bytes, 0, 1).charCodeAt(0);
}

function watchOutbox(outbox: Outbox<Bytes>) {
  const accepted: Accepted[] = [];
  const taken: Accepted[] = [];
  const held = new Map<number, Accepted>();
  const take = (sequence: number) => {
    const message = held.get(sequence);
    if (message !== undefined) taken.push(message);
    held.delete(sequence);
  };
  const watched: Outbox<Bytes> = {
    ...outbox,
    append(topic, payload, timeAt) {
      const sequence = outbox.append(topic, payload, timeAt);
      if (sequence > 0) {
        const message = {
          // Two bytes of length stand before the name.
          topic: toText(topic.name, 2, topic.name.length - 2),
          payload: toText(payload, 0, payload.length),
        };
        held.set(sequence, message);
        accepted.push(message);
      }
      return sequence;
    },
    receive(sequence) {
      take(sequence);
      return outbox.receive(sequence);
    },
    acknowledge(sequence) {
      take(sequence);
      return outbox.acknowledge(sequence);
    },
  };
  return { outbox: watched, accepted, taken };
}

/** A sensor whose channel `n` counts 1, 2, 3, ... @param from the last number of an earlier life. */
function createCounting(from: number): Driver<never> {
  let count = from;
  return {
    channels: [
      {
        key: 'n',
        unit: '',
        deviceClass: '',
        decimals: 0,
        precision: 0,
        min: 0,
        max: 1_000_000,
      },
    ],
    warmUpMs: 0,
    minIntervalMs: 0,
    discard: 0,
    configure: () => Code.Ok,
    start: () => 0,
    poll(_now, out) {
      count++;
      out.values[0] = count;
      return Code.Ok;
    },
    close() {},
  };
}

export interface CountingMote {
  readonly id: string;
  readonly port: number;
  readonly login: Login;
  /** Name of a sensor and the QoS of its readings. */
  readonly sensors: readonly { readonly name: string; readonly qos: number; readonly retain?: boolean }[];
  readonly intervalMs: number;
  readonly keepAliveSec?: number | undefined;
  /** Where its flash is. */
  readonly folder: string;
}

/** A mote as a firmware has it: sensors that count. @throws when its options are impossible. */
export function startCountingMote(mote: CountingMote): Watched {
  const { ports, watched } = openPorts(mote.folder);
  const sensors = mote.sensors.map(({ name, qos, retain = false }): MoteSensor => ({
    name,
    driver: createCounting(0),
    intervalMs: mote.intervalMs,
    qos,
    retain,
  }));
  const options: MoteOptions = {
    id: mote.id,
    broker: {
      host: '127.0.0.1',
      port: mote.port,
      ...mote.login,
      backoff: BACKOFF,
      ...(mote.keepAliveSec !== undefined && { keepAliveSec: mote.keepAliveSec }),
    },
    sensors,
    time: false,
    spread: false,
  };
  const code = startMote(ports, options);
  if (code !== Code.Ok) throw new Error(`the mote does not start: ${code}`);
  return watched;
}

export interface SessionMote extends Watched {
  readonly client: Client;
  /** Payloads that came for its subscription, in order. */
  readonly received: string[];
  /** Publish by hand. @returns the code of Client.publish. */
  publish(topic: string, payload: string, qos: number): number;
}

/** A link with a session that the broker keeps, and one subscription of QoS 1. */
export function startSessionMote(mote: {
  readonly id: string;
  readonly port: number;
  readonly login: Login;
  readonly filter: string;
  readonly folder: string;
}): SessionMote {
  const { ports, watched } = openPorts(mote.folder);
  const received: string[] = [];
  const wake = () => timer.set(0);
  const link = createLink(
    ports,
    {
      host: '127.0.0.1',
      port: mote.port,
      connect: {
        clientId: mote.id,
        cleanSession: false,
        receiveMax: 1024,
        keepAliveSec: 30,
        ...mote.login,
      },
      ssid: '',
      wifiPassword: '',
      backoff: BACKOFF,
    },
    { onChange: wake, onStage() {} },
  );
  link.client.subscription(mote.filter, 1, (payload) => {
    received.push(toText(payload, 0, payload.length));
  });
  const timer = ports.createTimer(() => timer.set(link.tick(ports.clock.now())));
  timer.set(0);
  return {
    ...watched,
    client: link.client,
    received,
    publish(topic, payload, qos) {
      const code = link.client.publish(link.client.topic(topic, qos), fromText(payload));
      wake();
      return code;
    },
  };
}

/** @returns the details of an event in what a console printed. */
export function detailsOf(console: readonly string[], event: Event): number[] {
  const start = `#${event} `;
  return console.filter((line) => line.startsWith(start)).map((line) => Number(line.slice(start.length)));
}
