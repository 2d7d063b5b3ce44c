// Who looks at a fleet from the other side: MQTT.js with a session that its broker keeps, so it misses nothing while it is away. With several
// addresses it goes to the next where one is gone: they are nodes of one cluster, or it would miss what others took.

import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { BrokerAddress } from '../sim/address.ts';
import { startObserver } from '../sim/observer.ts';

/** The observer was away, and came back. */
export interface Return {
  /** From the loss of its connection to the CONNACK of the next. */
  readonly awayMs: number;
  /** Session present: what came meanwhile was kept for it. */
  readonly sessionKept: boolean;
}

export interface FleetObserver {
  readonly returns: readonly Return[];
  /** @returns for how long it has been connected and nothing came, milliseconds. */
  quietMs(): number;
  /** End it, and its session. */
  close(): Promise<void>;
}

const RECONNECT_MS = 500;
/** No message of ours comes by it. */
const NO_TOPIC = 'mote-fleet/nothing';

/** @throws MoteError when there is no MQTT at one of them, or it lets nobody in with this login. */
export async function checkBrokers(addresses: readonly BrokerAddress[]): Promise<void> {
  const events = { onMessage() {}, onLost() {}, onBack() {} };
  for (const address of addresses) await (await startObserver(address, NO_TOPIC, events)).close();
}

/** Log in once more with a session that ends with it. */
async function forget(options: mqtt.IClientOptions): Promise<void> {
  const client = mqtt.connect({ ...options, clean: true, reconnectPeriod: 0 });
  client.on('error', () => {});
  await new Promise<void>((resolve) => {
    client.once('connect', () => resolve());
    client.once('close', () => resolve());
  });
  await client.endAsync();
}

/**
 * Connect and subscribe to `filters` with QoS 1.
 * @param onMessage payload and topic as their bytes, a character each.
 */
export async function watchFleet(
  addresses: readonly BrokerAddress[],
  filters: readonly string[],
  onMessage: (topic: string, payload: string) => void,
): Promise<FleetObserver> {
  const { username, password } = addresses[0]!;
  const options: mqtt.IClientOptions = {
    protocol: 'mqtt',
    servers: addresses.map(({ host, port }) => ({ host, port, protocol: 'mqtt' as const })),
    ...(username === '' ? {} : { username, password }),
    clientId: `mote-fleet-${process.pid}-${Date.now().toString(36)}`,
    clean: false,
    reconnectPeriod: RECONNECT_MS,
    resubscribe: false,
  };
  const returns: Return[] = [];
  let lostAt: number | undefined;
  let heardAt = performance.now();
  const client: MqttClient = mqtt.connect(options);
  client.on('error', () => {});
  client.on('connect', ({ sessionPresent }) => {
    if (lostAt !== undefined) {
      returns.push({ awayMs: performance.now() - lostAt, sessionKept: sessionPresent });
    }
    lostAt = undefined;
    heardAt = performance.now();
    if (!sessionPresent) client.subscribe([...filters], { qos: 1 }, () => {});
  });
  client.on('close', () => (lostAt ??= performance.now()));
  client.on('message', (topic, payload) => {
    heardAt = performance.now();
    onMessage(Buffer.from(topic).toString('latin1'), payload.toString('latin1'));
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  returns.length = 0;
  await client.subscribeAsync([...filters], { qos: 1 });
  return {
    returns,
    quietMs: () => (lostAt === undefined ? performance.now() - heardAt : 0),
    async close() {
      const wasOnline = client.connected;
      await client.endAsync(!wasOnline);
      if (wasOnline) await forget(options);
    },
  };
}
