// A client in a test's own hands: packets are made and read by mqtt-packet, which shares no code with the broker.

import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import type { Taken, SessionBroker } from '../../../sim/broker/broker.ts';
import { createSessionBroker } from '../../../sim/broker/broker.ts';
import { createVirtualClock } from '../../../sim/clock.ts';

export interface TestClient {
  /** Connection is open on the broker's side. */
  isOpen(): boolean;
  send(packet: Packet): TestClient;
  /** Bytes as they are. */
  sendRaw(bytes: string): TestClient;
  /** @returns what has come since the last call, as short lines. */
  got(): string[];
  /** The network breaks. */
  die(): void;
  connect(more?: object): TestClient;
  publish(id: number, payload: string, more?: object): TestClient;
  ack(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', id: number): TestClient;
  subscribe(topic: string, qos: 0 | 1 | 2): TestClient;
}

/** A packet in a few words: what matters of it. */
function lineOf(packet: Packet): string {
  switch (packet.cmd) {
    case 'connack':
      return `connack ${packet.returnCode}${packet.sessionPresent ? ' present' : ''}`;
    case 'publish': {
      const marks = `${packet.dup ? ' dup' : ''}${packet.retain ? ' retain' : ''}`;
      return `publish ${packet.messageId ?? '-'} q${packet.qos} ${packet.topic}=${String(packet.payload)}${marks}`;
    }
    case 'suback':
      return `suback ${packet.messageId} ${packet.granted.join()}`;
    default:
      return 'messageId' in packet && packet.messageId !== undefined
        ? `${packet.cmd} ${packet.messageId}`
        : packet.cmd;
  }
}

/** @returns a CONNECT of `version`. */
export const connectOf = (version: 4 | 5, more: object): Packet => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: version,
  clientId: 'mote',
  clean: false,
  keepalive: 30,
  ...more,
});

/** @returns a PUBLISH of QoS 1. */
export const publishOf = (messageId: number, payload: string, more: object): Packet => ({
  cmd: 'publish',
  topic: 't',
  payload,
  qos: 1,
  dup: false,
  retain: false,
  messageId,
  ...more,
});

export interface Bench {
  readonly broker: SessionBroker;
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly taken: Taken[];
  /** Sessions that have ended: number and payloads of open exchanges. */
  readonly ended: string[];
  /** Payloads that went with them to the client, and that it had not acknowledged. */
  readonly lost: string[];
  /** Clients that have sent something behind their CONNACK. */
  readonly heard: string[];
  /** DISCONNECTs: client and reason code. */
  readonly left: string[];
  /** PUBLISHes with DUP. */
  duplicates: number;
  isDisturbed: boolean;
  client(): TestClient;
}

export function createBench(): Bench {
  const clock = createVirtualClock();
  const taken: Taken[] = [];
  const ended: string[] = [];
  const lost: string[] = [];
  const heard: string[] = [];
  const left: string[] = [];
  const broker = createSessionBroker(
    { now: clock.now, setTimer: clock.setTimer },
    {
      onMessage: (message) => void taken.push(message),
      onSessionEnd(_, session, open, unacknowledged) {
        ended.push(`${session}: ${open.map(({ payload }) => payload).join()}`);
        lost.push(...unacknowledged.map(({ payload }) => payload));
      },
      onOnline: (clientId) => void heard.push(clientId),
      onDisconnect: (clientId, code) => void left.push(`${clientId} ${code}`),
      onDuplicate: () => void bench.duplicates++,
      isDisturbed: () => bench.isDisturbed,
    },
  );

  const client = (): TestClient => {
    let isOpen = true;
    let lines: string[] = [];
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => lines.push(lineOf(packet)));
    const attached = broker.connect({
      write: (bytes) => void parser.parse(Buffer.from(bytes, 'latin1')),
      end: () => void (isOpen = false),
    });
    const it: TestClient = {
      isOpen: () => isOpen,
      send(packet) {
        attached.data(mqttPacket.generate(packet).toString('latin1'));
        return it;
      },
      sendRaw(bytes) {
        attached.data(bytes);
        return it;
      },
      got() {
        const come = lines;
        lines = [];
        return come;
      },
      die: attached.closed,
      connect: (more = {}) => it.send(connectOf(4, more)),
      publish: (messageId, payload, more = {}) => it.send(publishOf(messageId, payload, more)),
      ack: (cmd, messageId) => it.send({ cmd, messageId }),
      subscribe: (topic, qos) => it.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic, qos }] }),
    };
    return it;
  };

  const bench: Bench = {
    broker,
    clock,
    taken,
    ended,
    lost,
    heard,
    left,
    duplicates: 0,
    isDisturbed: false,
    client,
  };
  return bench;
}
