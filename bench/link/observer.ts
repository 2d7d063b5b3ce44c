// Who sees what has arrived: a client whose session the broker keeps, over its own death too. What the broker has acknowledged
// comes here sooner or later, so that what does not was lost before it.

import mqtt from 'mqtt';
import type { Broker } from '../broker.ts';

export const TOPIC = 'link/n/count';

export interface Arrival {
  readonly value: number;
  /** Milliseconds, of performance.now(). */
  readonly at: number;
}

export interface Observer {
  readonly arrivals: readonly Arrival[];
  /** @returns how many numbers from `first` on are there, each once. */
  distinct(): Set<number>;
  close(): Promise<void>;
}

/** Subscribe, and have the broker keep that. */
export async function observe(broker: Broker): Promise<Observer> {
  const arrivals: Arrival[] = [];
  const client = mqtt.connect({
    host: '127.0.0.1',
    port: broker.port,
    protocol: 'mqtt',
    protocolVersion: 4,
    clientId: 'observer',
    clean: false,
    reconnectPeriod: 50,
    connectTimeout: 2000,
  });
  client.on('error', () => {});
  client.on('message', (_topic, payload) => {
    const { value } = JSON.parse(payload.toString()) as { value: number };
    arrivals.push({ value, at: performance.now() });
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync(TOPIC, { qos: 1 });
  await broker.save();
  return {
    arrivals,
    distinct: () => new Set(arrivals.map(({ value }) => value)),
    close: () => client.endAsync(true),
  };
}
