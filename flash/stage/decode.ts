// A packet of MQTT in words: each field of it by name, for a person who looks at a list. mqtt-packet reads it, so this is a second opinion on
// what the mote writes. Whatever the bytes are, nothing throws, and no password is shown.

import mqttPacket from 'mqtt-packet';
import type {
  IConnackPacket,
  IConnectPacket,
  IPublishPacket,
  ISubscribePacket,
  IUnsubscribePacket,
  Packet,
  PacketCmd,
} from 'mqtt-packet';
import mqtt from 'mqtt';
import { asText } from '../outbox/text.ts';

export type Field = readonly [name: string, value: string];

/** A packet, decoded. */
export interface Decoded {
  /** PUBLISH, …; '?' for bytes that are no packet. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly summary: string;
  /** As mqtt-packet has it; undefined: it cannot be read. */
  readonly packet?: Packet;
}

/** Characters of one value. */
const VALUE_MAX = 2000;
const SHORT_MAX = 80;
const LABEL_MAX = 200;

const NAMES: Record<string, string> = {
  protocolId: 'protocol name',
  protocolVersion: 'protocol level',
  clean: 'clean session',
  keepalive: 'keep alive',
  clientId: 'client identifier',
  username: 'user name',
  messageId: 'packet identifier',
  dup: 'DUP',
  qos: 'QoS',
  retain: 'RETAIN',
  sessionPresent: 'session present',
  returnCode: 'return code',
  reasonCode: 'reason code',
  granted: 'granted QoS',
  nl: 'no local',
  rap: 'retain as published',
  rh: 'retain handling',
};

/** In this order; what is not named here comes behind, as it is. */
const ORDER = [
  'dup',
  'qos',
  'retain',
  'sessionPresent',
  'returnCode',
  'reasonCode',
  'protocolId',
  'protocolVersion',
  'clean',
  'keepalive',
  'clientId',
  'username',
  'password',
  'will',
  'messageId',
  'topic',
  'subscriptions',
  'unsubscriptions',
  'granted',
  'properties',
  'payload',
];
const HIDDEN = new Set(['cmd', 'length']);
const SECRET = new Set(['password', 'authenticationData']);
/** Only PUBLISH has these; mqtt-packet says them of all. */
const OF_PUBLISH = new Set(['dup', 'qos', 'retain']);

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** @returns bytes as text, or in hex where they are none. */
function bytesText(bytes: Uint8Array): string {
  const text = asText(bytes.subarray(0, VALUE_MAX));
  return cut('text' in text ? text.text : `hex ${text.hex}`, VALUE_MAX);
}

/** @returns the name of a property as MQTT 5.0 writes it. */
const spelled = (name: string) =>
  NAMES[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function valueText(name: string, value: unknown): string {
  if (SECRET.has(name)) return `${'•'.repeat(8)} (${(value as Uint8Array).length} bytes)`;
  if (value instanceof Uint8Array) return bytesText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if ((name === 'reasonCode' || name === 'returnCode') && typeof value === 'number') return codeText(value);
  if (typeof value === 'string') return cut(textOf(value), VALUE_MAX);
  return cut(String(value), VALUE_MAX);
}

/** A text with characters that a person would not see is shown in hex. */
const textOf = (text: string) => bytesText(Buffer.from(text));

function codeText(code: number): string {
  const name = (mqtt.ReasonCodes as Record<number, string>)[code] || 'Success';
  return `${code} ${name}`;
}

function fieldsOf(name: string, value: unknown, under = ''): Field[] {
  if (value === undefined || value === null || HIDDEN.has(name)) return [];
  // Names of user properties come from outside, too.
  const label = `${under}${cut(textOf(spelled(name)), LABEL_MAX)}`;
  if (Array.isArray(value)) {
    const items = value.flatMap((item, i) => fieldsOf(String(i + 1), item, `${label} `));
    return items.length > 0 ? items : [[label, 'none']];
  }
  if (typeof value === 'object' && !(value instanceof Uint8Array)) {
    const prefix = name === 'properties' ? under : `${label} `;
    return Object.entries(value as object).flatMap(([key, one]) => fieldsOf(key, one, prefix));
  }
  return [[label, valueText(name, value)]];
}

/** What matters of a packet, by its kind; of all others the identifier and the reason code do. */
const SUMMARIES: { readonly [Kind in PacketCmd]?: (packet: never, topic: string, id: string) => string } = {
  connect: ({ clientId, clean, keepalive }: IConnectPacket) =>
    `${textOf(clientId)}, ${clean ? 'clean' : 'kept'} session, keep alive ${keepalive} s`,
  connack: ({ reasonCode, returnCode, sessionPresent }: IConnackPacket) =>
    `${codeText(reasonCode ?? returnCode ?? 0)}${sessionPresent ? ', session present' : ''}`,
  publish({ dup, retain, qos, payload }: IPublishPacket, topic, id) {
    const marks = `${dup ? ' DUP' : ''}${retain ? ' RETAIN' : ''}`;
    const shown = cut(bytesText(Buffer.from(payload)), SHORT_MAX);
    return `${cut(textOf(topic), SHORT_MAX)} = ${shown}  QoS ${qos}${marks} ${id}`;
  },
  subscribe: ({ subscriptions }: ISubscribePacket, _, id) =>
    `${id} ${subscriptions.map(({ topic }) => textOf(topic)).join(', ')}`,
  unsubscribe: ({ unsubscriptions }: IUnsubscribePacket, _, id) =>
    `${id} ${unsubscriptions.map(textOf).join(', ')}`,
};

function summaryOf(packet: Packet, topic: string): string {
  const id = packet.messageId === undefined ? '' : `#${packet.messageId}`;
  const summary = SUMMARIES[packet.cmd];
  if (summary !== undefined) return cut(summary(packet as never, topic, id).trimEnd(), VALUE_MAX);
  const { reasonCode } = packet as { reasonCode?: number };
  return `${id}${reasonCode ? ` ${codeText(reasonCode)}` : ''}`.trimStart();
}

/** @returns bytes that are no packet. @param why a clause. */
export function noPacket(bytes: Uint8Array, why: string): Decoded {
  const shown = Buffer.from(bytes.subarray(0, 64)).toString('hex');
  const more = bytes.length > 64 ? ` … ${bytes.length - 64} more` : '';
  return {
    name: '?',
    fields: [
      ['no packet', why],
      ['bytes', `${shown}${more}`],
    ],
    summary: why,
  };
}

/** Reads the packets of one connection. */
export interface Decoder {
  /** @param bytes one whole packet. @param direction seen from the mote. */
  decode(bytes: Uint8Array, direction: 'out' | 'in'): Decoded;
}

export function createDecoder(): Decoder {
  let protocolVersion: number | undefined;
  const aliases = { out: new Map<number, string>(), in: new Map<number, string>() };

  const read = (bytes: Uint8Array): Packet => {
    const parser = mqttPacket.parser(protocolVersion === 5 ? { protocolVersion: 5 } : {});
    let packet: Packet | undefined;
    let failed: Error | undefined;
    parser.on('packet', (one: Packet) => (packet ??= one));
    parser.on('error', (error: Error) => (failed ??= error));
    const left = parser.parse(Buffer.from(bytes));
    if (failed !== undefined) throw failed;
    if (packet === undefined || left > 0) throw new Error('it does not end where it says');
    return packet;
  };

  /** @returns the topic of a PUBLISH, also where only its alias went over the air. */
  const topicOf = (packet: Packet, direction: 'out' | 'in'): string | undefined => {
    if (packet.cmd !== 'publish') return undefined;
    const alias = packet.properties?.topicAlias;
    if (alias === undefined) return packet.topic;
    const known = aliases[direction];
    if (packet.topic !== '') known.set(alias, packet.topic);
    return known.get(alias);
  };

  return {
    decode(bytes, direction) {
      try {
        const packet = read(bytes);
        if (packet.cmd === 'connect') protocolVersion = packet.protocolVersion;
        const topic = topicOf(packet, direction);
        const more = Object.keys(packet).filter((key) => !ORDER.includes(key));
        const keys = [...ORDER, ...more].filter((key) => packet.cmd === 'publish' || !OF_PUBLISH.has(key));
        const fields = keys.flatMap((key) =>
          fieldsOf(key, (packet as unknown as Record<string, unknown>)[key]),
        );
        const isAlias = packet.cmd === 'publish' && packet.topic === '' && topic !== undefined;
        const meant: Field[] = isAlias ? [['topic of the alias', textOf(topic)]] : [];
        return {
          name: packet.cmd.toUpperCase(),
          fields: [['remaining length', String(packet.length ?? 0)], ...fields, ...meant],
          summary: summaryOf(packet, topic ?? ''),
          packet,
        };
      } catch (error) {
        return noPacket(bytes, error instanceof Error ? error.message : String(error));
      }
    },
  };
}
