// Three nodes of NATS on loopback that keep sessions and messages of MQTT three times over: any one may be killed.

import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { freePorts, inPath } from '../../bench/programs.ts';
import { LOGIN } from './broker.ts';
import { launch, type Running } from './program.ts';

export const CLUSTER_NODES = 3;

export interface Node {
  /** Of MQTT. */
  readonly port: number;
  /** As `kill -9`. */
  kill(): Promise<void>;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  close(): Promise<void>;
}

interface Ports {
  readonly mqtt: number;
  readonly nats: number;
  readonly route: number;
}

/** The nodes find each other by their routes, and choose a leader of each stream among themselves. */
const config = (folder: string, index: number, own: Ports, all: readonly Ports[]) => `
host: 127.0.0.1
port: ${own.nats}
server_name: node${index + 1}
cluster {
  name: fleet
  listen: "127.0.0.1:${own.route}"
  routes: [${all.map(({ route }) => `"nats://127.0.0.1:${route}"`).join(', ')}]
}
jetstream { store_dir: "${join(folder, 'data')}" }
mqtt {
  host: 127.0.0.1
  port: ${own.mqtt}
  stream_replicas: ${CLUSTER_NODES}
  ack_wait: "2s"
  max_ack_pending: 1000
  authorization { username: "${LOGIN.username}", password: "${LOGIN.password}" }
}
`;

const START_MS = 30_000;
const POLL_MS = 100;

/** Nodes listen before they have agreed on who leads, and close each connection until then. */
async function takesSessions(port: number): Promise<void> {
  const end = performance.now() + START_MS;
  for (;;) {
    try {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { ...LOGIN, reconnectPeriod: 0 }, false);
      await client.endAsync();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** Start all nodes, each in a folder of its own below `folder`; resolves when each takes sessions. */
export async function startCluster(folder: string): Promise<Cluster> {
  const free = await freePorts(CLUSTER_NODES * 3);
  const all = Array.from({ length: CLUSTER_NODES }, (_, i): Ports => {
    const [mqtt, nats, route] = free.slice(i * 3, i * 3 + 3);
    return { mqtt: mqtt!, nats: nats!, route: route! };
  });
  const running: Running[] = await Promise.all(
    all.map((own, index) => {
      const home = join(folder, `node${index + 1}`);
      mkdirSync(home);
      const file = join(home, 'nats.conf');
      writeFileSync(file, config(home, index, own, all));
      return launch({ program: inPath('nats-server')!, args: ['-c', file] }, home, own.mqtt, START_MS);
    }),
  );
  const close = async () => {
    await Promise.all(running.map((node) => node.kill()));
  };
  try {
    for (const { mqtt } of all) await takesSessions(mqtt);
  } catch (error) {
    await close();
    throw error;
  }
  return { nodes: all.map(({ mqtt }, index) => ({ port: mqtt, kill: () => running[index]!.kill() })), close };
}
