// Who looks at a broker from the other side: MQTT.js, which shares nothing with Mote but the broker.

import mqtt, { type MqttClient } from 'mqtt';
import type { Login } from './broker.ts';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

export interface Observer {
  /** Everything that came, in order. */
  readonly messages: Message[];
  /** Session present flag of each CONNACK. */
  readonly sessions: boolean[];
  /** @returns payloads that came for a topic, in order. */
  on(topic: string): string[];
  publish(topic: string, payload: string, qos: 0 | 1 | 2): Promise<void>;
  /** Leave without a word. */
  cut(): void;
  close(): Promise<void>;
}

export interface ObserverOptions {
  readonly port: number;
  readonly login: Login;
  readonly id: string;
  /** Left out: it only publishes. */
  readonly filter?: string;
  readonly qos?: 0 | 1 | 2;
  /** The broker keeps its session while it is away. Default: it does not. */
  readonly keepSession?: boolean;
  /** Of MQTT. Default: 4. */
  readonly version?: 4 | 5;
}

const RECONNECT_MS = 200;
const SESSION_SEC = 3600;

/** Connect and subscribe; after a loss it comes back by itself. */
export async function startObserver(options: ObserverOptions): Promise<Observer> {
  const messages: Message[] = [];
  const sessions: boolean[] = [];
  const client: MqttClient = mqtt.connect({
    host: '127.0.0.1',
    port: options.port,
    ...options.login,
    clientId: options.id,
    clean: options.keepSession !== true,
    reconnectPeriod: RECONNECT_MS,
    protocolVersion: options.version ?? 4,
    ...(options.version === 5 &&
      options.keepSession === true && { properties: { sessionExpiryInterval: SESSION_SEC } }),
  });
  client.on('error', () => {});
  client.on('connect', ({ sessionPresent }) => sessions.push(sessionPresent));
  client.on('message', (topic, payload, { qos, retain }) => {
    messages.push({ topic, payload: payload.toString(), qos, retain });
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  if (options.filter !== undefined) await client.subscribeAsync(options.filter, { qos: options.qos ?? 1 });
  return {
    messages,
    sessions,
    on: (topic) => messages.filter((message) => message.topic === topic).map(({ payload }) => payload),
    async publish(topic, payload, qos) {
      await client.publishAsync(topic, payload, { qos });
    },
    cut() {
      client.options.reconnectPeriod = 0;
      client.stream.destroy();
    },
    async close() {
      await client.endAsync(true);
    },
  };
}
