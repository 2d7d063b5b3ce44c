// Packets of MQTT 5.0 as the broker reads and writes them, against mqtt-packet, which shares no code with it.

import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { SEED, amount } from '../../../fuzz/settings.ts';
import { Type, cutPacket } from '../../../../sim/broker/packets.ts';
import { ack5, codes5, connack5, publish5, reason5 } from '../../../../sim/broker/v5/packets.ts';
import {
  levelOf,
  readConnect5,
  readFilters5,
  readPublish5,
  readReason,
} from '../../../../sim/device/judge5.ts';
import { BYTE, DATA, PROPERTIES, TEXT, VARINT, VARINT_MAX, WORD } from '../../../../sim/device/properties.ts';
import type { Properties, PropertyRow } from '../../../../sim/device/properties.ts';

const assert = (runs: number, property: fc.IProperty<unknown>) => {
  console.log(`FUZZ_SEED=${SEED}`);
  fc.assert(property as fc.IProperty<[unknown]>, amount(runs));
};

/** Names that mqtt-packet has for the same. */
const THEIRS: Partial<Record<keyof Properties, string>> = {
  payloadFormat: 'payloadFormatIndicator',
  messageExpirySec: 'messageExpiryInterval',
  subscriptionIdentifiers: 'subscriptionIdentifier',
  sessionExpirySec: 'sessionExpiryInterval',
  assignedClientId: 'assignedClientIdentifier',
  serverKeepAliveSec: 'serverKeepAlive',
  willDelaySec: 'willDelayInterval',
  maximumQos: 'maximumQoS',
  wildcardAvailable: 'wildcardSubscriptionAvailable',
  sharedAvailable: 'sharedSubscriptionAvailable',
};

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** Text that MQTT and mqtt-packet allow, one character a byte. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((one) => Buffer.from(one).toString('latin1'));
const topic = text.map((one) => one.replaceAll(/[+#]/g, '-'));
const data = fc.uint8Array({ maxLength: 20 }).map((one) => Buffer.from(one).toString('latin1'));

function valueOf({ name, kind, least, most }: PropertyRow, packet: number): fc.Arbitrary<unknown> {
  if (name === 'responseTopic') return topic;
  if (kind === TEXT) return text;
  if (kind === DATA) return data;
  if (kind === VARINT) {
    const number = fc.integer({ min: 1, max: VARINT_MAX });
    return fc.array(number, { minLength: 1, maxLength: packet === Type.Publish ? 3 : 1 });
  }
  if (kind === BYTE || kind === WORD) return fc.integer({ min: least, max: Math.min(most, 65535) });
  if (name === 'userProperties') {
    // mqtt-packet keeps them by name, and so their order among different names only where these are no numbers.
    const pair = fc
      .tuple(
        text.map((one) => `n${one}`),
        text,
      )
      .map(([key, value]) => [key, value]);
    return fc.uniqueArray(pair, { minLength: 1, maxLength: 4, selector: ([key]) => key });
  }
  return fc.integer({ min: least, max: most });
}

/** Any properties that a packet may have. */
const propertiesOf = (packet: number): fc.Arbitrary<Properties> =>
  fc.record(
    Object.fromEntries(
      PROPERTIES.filter(({ packets }) => ((packets >> packet) & 1) !== 0).map((row) => [
        row.name,
        valueOf(row, packet),
      ]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Properties>;

const utf8 = (one: string) => bytes(one).toString('utf8');

/** Ours in mqtt-packet's shape. */
function theirs(properties: Properties): Record<string, unknown> {
  const entries = PROPERTIES.flatMap(({ name, kind, most }): [string, unknown][] => {
    const value = properties[name];
    if (value === undefined) return [];
    const key = THEIRS[name] ?? name;
    if (name === 'userProperties') {
      return [[key, Object.fromEntries((value as string[][]).map(([a, b]) => [utf8(a), utf8(b)]))]];
    }
    if (kind === VARINT) return [[key, (value as number[]).length === 1 ? (value as number[])[0] : value]];
    if (kind === DATA) return [[key, bytes(value as string)]];
    if (kind === TEXT) return [[key, utf8(value as string)]];
    return [[key, kind === BYTE && most === 1 && name !== 'maximumQos' ? value === 1 : value]];
  });
  return Object.fromEntries(entries);
}

function parse(written: string): Packet | undefined {
  const packets: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', () => packets.push({ cmd: 'error' } as unknown as Packet));
  parser.parse(bytes(written));
  return packets.length === 1 ? packets[0] : undefined;
}

const generate = (packet: object) =>
  mqttPacket.generate(packet as Packet, { protocolVersion: 5 }).toString('latin1');

/** Their properties without their prototype, and none as none. */
const plain = (properties: object | undefined): unknown =>
  Object.fromEntries(
    Object.entries(properties ?? {}).map(([key, value]) => [
      key,
      key === 'userProperties' ? { ...(value as object) } : value,
    ]),
  );

interface Read {
  /** Bytes. */
  readonly size: number;
  readonly type: number;
  readonly properties: Properties;
  readonly will: Properties | undefined;
  readonly fault: string;
}

/** Read a client's packet as the broker does. */
function read(written: string): Read | undefined {
  const cut = cutPacket(written);
  if (cut === undefined || 'fault' in cut) return undefined;
  const { size } = cut;
  const type = cut.first >> 4;
  if (type === Type.Connect) {
    if (levelOf(cut.body) !== 5) return undefined;
    const { properties = {}, will, fault } = readConnect5(cut.body);
    return { size, type, properties, will: will?.properties, fault };
  }
  if (type === Type.Publish) {
    const { properties = {}, fault } = readPublish5(cut.first & 15, cut.body);
    return { size, type, properties, will: undefined, fault };
  }
  if (type === Type.Subscribe || type === Type.Unsubscribe) {
    return { size, type, will: undefined, ...readFilters5(type, cut.body) };
  }
  return { size, type, will: undefined, ...readReason(type, cut.body) };
}

const header = { qos: 1 as const, dup: false, retain: false };
/** Packets of clients, and what of their properties the standard does not forbid together. */
const client: fc.Arbitrary<{ written: string; properties: Properties; will?: Properties }> = fc.oneof(
  fc.tuple(propertiesOf(Type.Connect), propertiesOf(0)).map(([all, will]) => {
    const properties =
      all.authenticationMethod === undefined ? { ...all, authenticationData: undefined } : all;
    const rest = { ...will, payloadFormat: undefined };
    const written = generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 5,
      clientId: 'mote',
      clean: true,
      keepalive: 30,
      username: 'u',
      will: { topic: 'w', payload: Buffer.from([255, 0]), qos: 1, retain: true, properties: theirs(rest) },
      properties: theirs(properties),
    });
    return { written, properties, will: rest };
  }),
  fc.tuple(propertiesOf(Type.Publish), topic, fc.string()).map(([all, name, payload]) => {
    const properties = { ...all, subscriptionIdentifiers: undefined };
    const packet = { cmd: 'publish', messageId: 7, topic: utf8(name), payload, ...header };
    return { written: generate({ ...packet, properties: theirs(properties) }), properties };
  }),
  fc.tuple(propertiesOf(Type.Subscribe), text).map(([properties, name]) => ({
    written: generate({
      cmd: 'subscribe',
      messageId: 7,
      subscriptions: [{ topic: utf8(name), qos: 1, nl: false, rap: true, rh: 2 }],
      properties: theirs(properties),
    }),
    properties,
  })),
  fc.tuple(propertiesOf(Type.Unsubscribe), text).map(([properties, name]) => ({
    written: generate({
      cmd: 'unsubscribe',
      messageId: 7,
      unsubscriptions: [utf8(name)],
      properties: theirs(properties),
    }),
    properties,
  })),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((cmd, index) =>
    propertiesOf(Type.Puback + index).map((properties) => ({
      written: generate({ cmd, messageId: 7, reasonCode: 0, properties: theirs(properties) }),
      properties,
    })),
  ),
  propertiesOf(Type.Disconnect).map((properties) => ({
    written: generate({ cmd: 'disconnect', reasonCode: 4, properties: theirs(properties) }),
    properties,
  })),
  propertiesOf(Type.Auth).map((properties) => ({
    written: generate({ cmd: 'auth', reasonCode: 0x18, properties: theirs(properties) }),
    properties,
  })),
);

describe('packets of clients', () => {
  it('are read as mqtt-packet wrote them', () => {
    assert(
      400,
      fc.property(client, ({ written, properties, will }) => {
        const heard = read(written)!;
        expect(heard.fault).toBe('');
        expect(theirs(heard.properties)).toEqual(theirs(properties));
        expect(theirs(heard.will ?? {})).toEqual(theirs(will ?? {}));
      }),
    );
  });

  it('with some bytes changed are blamed, or read as mqtt-packet reads them', () => {
    const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 2,
    });
    let sound = 0;
    assert(
      1500,
      fc.property(client, change, ({ written }, changes) => {
        const broken = bytes(written);
        for (const [at, byte] of changes) broken[1 + (at % (broken.length - 1))] = byte;
        const heard = read(broken.toString('latin1'));
        if (heard === undefined || heard.fault !== '') return;
        sound++;
        const other = parse(broken.subarray(0, heard.size).toString('latin1'))!;
        expect(plain('properties' in other ? other.properties : {})).toEqual(theirs(heard.properties));
      }),
    );
    expect(sound).toBeGreaterThan(100);
  });
});

describe('packets of the broker', () => {
  it('are read by mqtt-packet as they were meant', () => {
    const any = fc.oneof(
      propertiesOf(Type.Connack).map((properties) => ({ properties, bytes: connack5(true, 0, properties) })),
      ...[Type.Puback, Type.Pubrec, Type.Pubrel, Type.Pubcomp].map((type) =>
        propertiesOf(type).map((properties) => ({ properties, bytes: ack5(type, 7, 0, properties) })),
      ),
      ...[Type.Suback, Type.Unsuback].map((type) =>
        propertiesOf(type).map((properties) => ({
          properties,
          bytes: codes5(type, 7, [0, 0x80], properties),
        })),
      ),
      propertiesOf(Type.Disconnect).map((properties) => ({
        properties,
        bytes: reason5(Type.Disconnect, 0x8b, properties),
      })),
      propertiesOf(Type.Auth).map((properties) => ({
        properties,
        bytes: reason5(Type.Auth, 0x18, properties),
      })),
      fc.tuple(propertiesOf(Type.Publish), data).map(([properties, payload]) => ({
        properties,
        bytes: publish5({ topic: 't', payload, qos: 2, flags: 9, id: 7, properties }),
      })),
    );
    assert(
      400,
      fc.property(any, ({ properties, bytes }) => {
        const packet = parse(bytes)!;
        expect(plain('properties' in packet ? packet.properties : {})).toEqual(theirs(properties));
      }),
    );
  });
});
