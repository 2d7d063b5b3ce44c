// An independent client that subscribes to everything a mote publishes. It shares nothing with the firmware but the broker. It has a session
// of its own and QoS 1, so that it misses nothing while it is away.

import mqtt from 'mqtt';
import type { IClientOptions } from 'mqtt';
import { ExitCode, MoteError } from '../errors.ts';
import { formatBrokerAddress } from './address.ts';
import type { BrokerAddress } from './address.ts';

/** One message as it arrived. `value` is the number or text in the payload, `unit` is empty where it names none. */
export interface Observation {
  topic: string;
  value: number | string;
  unit: string;
  /** Arrival, milliseconds since 1970. */
  time: number;
}

export interface ObserverEvents {
  /** @param payload as it arrived. */
  onMessage(observation: Observation, payload: string): void;
  /** The connection to the broker is gone; the observer tries again by itself. */
  onLost(): void;
  onBack(): void;
}

export interface Observer {
  /** Publish with QoS 1. */
  publish(topic: string, payload: string): void;
  close(): Promise<void>;
}

const RECONNECT_MS = 500;
const CONNECT_TIMEOUT_MS = 5000;
/** Longest time that a broker gets to forget the session at the end. */
const FORGET_MS = 1000;

/** Read a payload: a number, {"value": …, "unit": …}, or any text. */
export function readPayload(topic: string, payload: Buffer, time: number): Observation {
  const text = payload.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { topic, value: text, unit: '', time };
  }
  if (typeof parsed === 'number') return { topic, value: parsed, unit: '', time };
  const { value, unit } = (parsed ?? {}) as { value?: unknown; unit?: unknown };
  const known = typeof value === 'number' || typeof value === 'string';
  return { topic, value: known ? value : text, unit: known && typeof unit === 'string' ? unit : '', time };
}

function connectError(error: Error, address: BrokerAddress): MoteError {
  const where = formatBrokerAddress(address);
  const code = (error as NodeJS.ErrnoException).code;
  const environment = (what: string, fix: string) => new MoteError(what, fix, where, ExitCode.Environment);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return environment('the host name is unknown', 'check the name in --broker and the network');
  }
  if (code === 'ECONNREFUSED') {
    return environment('nothing listens there', 'start the broker or correct --broker');
  }
  // MQTT.js hands over the CONNACK return code.
  if (Number(code) === 4 || Number(code) === 5) {
    return environment('the broker refused the login', 'check user and password in --broker');
  }
  if (Number(code) > 0) return environment(error.message, 'check what the broker allows');
  return environment(`no MQTT broker answers (${error.message})`, 'check address and network');
}

/**
 * Connect and subscribe to `filter`.
 * @throws MoteError when the broker cannot be reached or refuses; later losses are reported and mended.
 */
export async function startObserver(
  address: BrokerAddress,
  filter: string,
  events: ObserverEvents,
): Promise<Observer> {
  const options: IClientOptions = {
    protocol: 'mqtt',
    host: address.host,
    port: address.port,
    ...(address.username === '' ? {} : { username: address.username, password: address.password }),
    clientId: `mote-observer-${process.pid}-${Date.now().toString(36)}`,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    resubscribe: false,
    clean: false,
  };
  const client = mqtt.connect(options);
  client.on('message', (topic, payload) =>
    events.onMessage(readPayload(topic, payload, Date.now()), payload.toString('utf8')),
  );
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', (error) => reject(connectError(error, address)));
    client.once('close', () => reject(connectError(new Error('the connection was closed'), address)));
  }).catch((error: unknown) => {
    client.end(true);
    throw error;
  });
  await client.subscribeAsync(filter, { qos: 1 });
  let lost = false;
  client.options.reconnectPeriod = RECONNECT_MS;
  client.on('error', () => {
    // Each failed try is followed by 'close'; the loss was reported with the first.
  });
  client.on('close', () => {
    if (!lost) events.onLost();
    lost = true;
  });
  client.on('connect', ({ sessionPresent }) => {
    const back = () => {
      if (lost) events.onBack();
      lost = false;
    };
    // A subscription that is made once more brings all retained messages once more.
    if (sessionPresent) return back();
    client.subscribe(filter, { qos: 1 }, (error) => {
      // A connection that broke meanwhile comes back through here.
      if (!error) back();
    });
  });
  return {
    publish: (topic, payload) => void client.publish(topic, payload, { qos: 1 }),
    async close() {
      client.removeAllListeners('close');
      const wasThere = client.connected;
      await client.endAsync(true);
      if (wasThere) await forget(options);
    },
  };
}

/** A session that nobody comes back to is not left with the broker. */
function forget(options: IClientOptions): Promise<void> {
  const client = mqtt.connect({ ...options, clean: true, connectTimeout: FORGET_MS });
  return new Promise((resolve) => {
    const end = () => void client.endAsync(true).then(() => resolve());
    client.once('connect', () => void client.endAsync().then(() => resolve()));
    client.once('error', end);
    client.once('close', end);
  });
}
