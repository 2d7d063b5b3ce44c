// A Mosquitto that a test may stop, kill and start again on the same port, with what it keeps over an orderly end; an
// observer whose session stays; and a tap between counter and broker, which sees what the broker acknowledged.

import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { accepts, freePort } from '../../bench/programs.ts';
import { findMosquitto, MOSQUITTO_ENABLE } from './mosquitto.ts';

export interface RestartableMosquitto {
  readonly port: number;
  start(): Promise<void>;
  /** Send a signal; SIGTERM and SIGKILL are awaited. */
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  close(): Promise<void>;
}

export async function createMosquitto(): Promise<RestartableMosquitto> {
  const programs = findMosquitto();
  if (programs === undefined) throw new Error(MOSQUITTO_ENABLE);
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'mote-mosquitto-'));
  // Started by root it becomes a user of its own.
  chmodSync(directory, 0o777);
  const configuration = join(directory, 'mosquitto.conf');
  writeFileSync(
    configuration,
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${directory}/`,
      'max_queued_messages 0',
      '',
    ].join('\n'),
  );
  let daemon: ChildProcess | undefined;

  async function start(): Promise<void> {
    daemon = spawn(programs!.broker, ['-c', configuration], { stdio: 'ignore' });
    while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = daemon!;
    if (name === 'SIGSTOP' || name === 'SIGCONT') {
      child.kill(name);
      return;
    }
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(name);
    await ended;
    daemon = undefined;
  }

  await start();
  return {
    port,
    start,
    signal,
    async close() {
      if (daemon !== undefined) await signal('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface CounterObserver {
  /** Numbers that came, in order. */
  readonly numbers: number[];
  publish(topic: string, payload: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Subscribe to t/n with QoS 1, in a session that stays. */
export async function observe(port: number): Promise<CounterObserver> {
  const numbers: number[] = [];
  const client = mqtt.connect({
    host: '127.0.0.1',
    port,
    protocol: 'mqtt',
    clientId: 'observer',
    clean: false,
    reconnectPeriod: 200,
    keepalive: 60,
  });
  client.on('error', () => {});
  client.on('message', (_, payload) => numbers.push(Number(payload.toString())));
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync('t/n', { qos: 1 });
  return {
    numbers,
    publish: (topic, payload) => client.publishAsync(topic, payload, { qos: 1 }),
    close: () => client.endAsync(true),
  };
}

export interface Tap {
  readonly port: number;
  /** Numbers that the broker acknowledged on the connection on which they were sent, in order. */
  readonly acknowledged: number[];
  close(): Promise<void>;
}

/** Carry bytes between `port` and whoever connects, and read along. @param version of MQTT. */
export async function createTap(port: number, version: number): Promise<Tap> {
  const acknowledged: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((counter) => {
    const broker = connect(port, '127.0.0.1');
    const sent = new Map<number, number>();
    const up = mqttPacket.parser({ protocolVersion: version });
    const down = mqttPacket.parser({ protocolVersion: version });
    up.on('packet', (packet) => {
      if (packet.cmd === 'publish') sent.set(packet.messageId!, Number(packet.payload.toString()));
    });
    down.on('packet', (packet) => {
      const number = packet.cmd === 'puback' ? sent.get(packet.messageId!) : undefined;
      if (number !== undefined) acknowledged.push(number);
    });
    for (const [from, to, parser] of [
      [counter, broker, up],
      [broker, counter, down],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes) => {
        parser.parse(bytes);
        to.write(bytes);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    acknowledged,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
