// A client of MQTT 5.0 in a test's own hands: packets are made and read by mqtt-packet, or made of bytes, and so share no code with the
// broker.

import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import type { SessionBroker } from '../../../../sim/broker/broker.ts';
import { connectOf, publishOf } from '../client.ts';

export interface TestClient5 {
  /** Connection is open on the broker's side. */
  isOpen(): boolean;
  send(packet: Packet): TestClient5;
  /** A packet from the hexadecimal digits of its first byte and its body. */
  sendBytes(first: string, body: string): TestClient5;
  sendRaw(bytes: string): TestClient5;
  /** @returns what has come since the last call, as short lines. */
  got(): string[];
  /** @returns bytes that have come since the last call. */
  gotBytes(): string;
  /** The network breaks. */
  die(): void;
  connect(more?: object, properties?: object): TestClient5;
  publish(id: number, payload: string, more?: object): TestClient5;
  ack(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', id: number, reasonCode?: number): TestClient5;
  /** @param options of the subscription; `id` is the subscription identifier. */
  subscribe(topic: string, qos: 0 | 1 | 2, options?: object, id?: number): TestClient5;
}

const said = (properties: object | undefined) => {
  const text = JSON.stringify(properties ?? {}, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  );
  return text === '{}' ? '' : ` ${text}`;
};

const mark = (is: boolean | undefined, text: string) => (is ? ` ${text}` : '');

/** A packet in a few words: what matters of it. */
function lineOf(packet: Packet): string {
  const more = said('properties' in packet ? packet.properties : {});
  switch (packet.cmd) {
    case 'connack':
      return `connack ${packet.reasonCode}${mark(packet.sessionPresent, 'present')}${more}`;
    case 'publish': {
      const marks = mark(packet.dup, 'dup') + mark(packet.retain, 'retain');
      return `publish ${packet.messageId ?? '-'} q${packet.qos} ${packet.topic}=${String(packet.payload)}${marks}${more}`;
    }
    case 'suback':
    case 'unsuback':
      return `${packet.cmd} ${packet.messageId} ${packet.granted.join()}${more}`;
    case 'disconnect':
    case 'auth':
      return `${packet.cmd} ${packet.reasonCode ?? 0}${more}`;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp': {
      const code = packet.reasonCode ?? 0;
      return `${packet.cmd} ${packet.messageId}${code > 0 ? ` ${code}` : ''}${more}`;
    }
    default:
      return packet.cmd;
  }
}

/** @returns bytes of hexadecimal digits; spaces are free. */
export const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1');

export function createClient5(broker: SessionBroker): TestClient5 {
  let isOpen = true;
  let lines: string[] = [];
  let bytesCome = '';
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (packet) => lines.push(lineOf(packet)));
  parser.on('error', (error) => lines.push(`error ${error.message}`));
  const attached = broker.connect({
    write(bytes) {
      bytesCome += bytes;
      parser.parse(Buffer.from(bytes, 'latin1'));
    },
    end: () => void (isOpen = false),
  });
  const it: TestClient5 = {
    isOpen: () => isOpen,
    send(packet) {
      attached.data(mqttPacket.generate(packet, { protocolVersion: 5 }).toString('latin1'));
      return it;
    },
    sendBytes(first, body) {
      const bytes = bytesOf(body);
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
      return it.sendRaw(bytesOf(first) + String.fromCharCode(...length) + bytes);
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
    gotBytes() {
      const come = bytesCome;
      bytesCome = '';
      return come;
    },
    die: attached.closed,
    connect: (more = {}, properties = {}) => it.send(connectOf(5, { properties, ...more })),
    publish: (messageId, payload, more = {}) => it.send(publishOf(messageId, payload, more)),
    ack: (cmd, messageId, reasonCode = 0) => it.send({ cmd, messageId, reasonCode }),
    subscribe: (topic, qos, options = {}, id = 0) =>
      it.send({
        cmd: 'subscribe',
        messageId: 9,
        subscriptions: [{ topic, qos, ...options }],
        ...(id > 0 && { properties: { subscriptionIdentifier: id } }),
      }),
  };
  return it;
}
