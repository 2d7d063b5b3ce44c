// The model broker of engines' worlds with MQTT 5.0: packets are made and read by mqtt-packet.

import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBroker } from '../../../sim/device/broker.ts';
import type { BrokerOptions } from '../../../sim/device/broker.ts';
import { createFive } from '../../../sim/device/five.ts';
import { connectOf } from '../broker/client.ts';

let now: number;
let options: BrokerOptions;
let broker: ReturnType<typeof createBroker>;

interface Client {
  isOpen: boolean;
  /** What has come since the last look. */
  got(): object[];
  send(packet: object): Client;
  raw(bytes: string): Client;
  connect(more?: object, properties?: object): Client;
  die(): void;
}

function client(): Client {
  let come: object[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (packet) => {
    const { cmd, reasonCode, messageId, sessionPresent, granted, properties } = packet as Packet &
      Record<string, unknown>;
    const all = { cmd, reasonCode, messageId, sessionPresent, granted, properties };
    come.push(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
  });
  const link = broker.connect({
    write: (bytes) => void parser.parse(Buffer.from(bytes, 'latin1')),
    close: () => void (it.isOpen = false),
  });
  const it: Client = {
    isOpen: true,
    got() {
      const all = come;
      come = [];
      return all;
    },
    send: (packet) =>
      it.raw(mqttPacket.generate(packet as Packet, { protocolVersion: 5 }).toString('latin1')),
    raw(bytes) {
      link.data(bytes);
      return it;
    },
    connect: (more = {}, properties = {}) => it.send(connectOf(5, { properties, ...more })),
    die: link.closed,
  };
  return it;
}

const publish = (more: object) => ({
  cmd: 'publish',
  topic: 'a/b',
  payload: '21.5',
  qos: 0,
  dup: false,
  retain: false,
  ...more,
});
const statements = () => broker.violations.map((violation) => violation.split(' ')[0]);

beforeEach(() => {
  now = 1000;
  options = { now: () => now, five: createFive(2), keepsSessions: true };
  broker = createBroker(options);
});

describe('a client of 5.0', () => {
  it('is logged in, heard and let go', () => {
    const mote = client().connect();
    expect(mote.got()).toMatchObject([
      {
        cmd: 'connack',
        reasonCode: 0,
        sessionPresent: false,
        properties: { maximumQoS: 1, topicAliasMaximum: 2 },
      },
    ]);
    const topicAlias = 2;
    mote
      .send(publish({ qos: 1, messageId: 258, properties: { topicAlias, contentType: 'c' } }))
      .send(publish({ topic: '', properties: { topicAlias } }))
      .send({
        cmd: 'subscribe',
        messageId: 259,
        subscriptions: [
          { topic: 'a', qos: 1 },
          { topic: '#', qos: 0 },
        ],
      })
      .send({ cmd: 'pingreq' });
    expect(mote.got()).toMatchObject([
      { cmd: 'puback', messageId: 258 },
      { cmd: 'suback', messageId: 259, granted: [0, 0] },
      { cmd: 'pingresp' },
    ]);
    expect(broker.messages.map(({ topic }) => topic)).toEqual(['a/b', 'a/b']);
    mote.send({ cmd: 'disconnect', reasonCode: 0 });
    expect([mote.isOpen, broker.violations]).toEqual([false, []]);
  });

  it('has its session back if it asked for one, and is told when there is none', () => {
    const expiry = { sessionExpiryInterval: 60 };
    const present = (more: object, properties: object) => {
      const mote = client().connect(more, properties);
      const [connack] = mote.got() as [{ sessionPresent: boolean }];
      mote.die();
      return connack.sessionPresent;
    };
    expect([present({}, expiry), present({}, {}), present({}, expiry)]).toEqual([false, true, false]);
    expect([present({ clean: true }, expiry), present({}, expiry)]).toEqual([false, true]);
    options.keepsSessions = false;
    expect(client().connect({}, expiry).got()).toMatchObject([{ properties: { sessionExpiryInterval: 0 } }]);
  });

  it('gets a name, and is told when another takes it', () => {
    const mote = client().connect({ clientId: '', clean: true });
    expect(mote.got()).toMatchObject([{ properties: { assignedClientIdentifier: 'assigned-1' } }]);
    const other = client().connect({ clientId: 'assigned-1' });
    expect(mote.got()).toEqual([{ cmd: 'disconnect', reasonCode: 0x8e }]);
    expect([mote.isOpen, other.isOpen]).toEqual([false, true]);
    options.silent = true;
    const unheard = client().connect({ clientId: 'assigned-1' });
    client().connect({ clientId: 'assigned-1' });
    expect([unheard.isOpen, unheard.got()]).toEqual([false, []]);
  });

  it('leaves its will behind, but for a normal end', () => {
    const wills: string[] = [];
    options.onWill = (topic) => wills.push(topic);
    const will = (topic: string) => ({ will: { topic, payload: Buffer.from('x'), qos: 0, retain: false } });
    client().connect(will('a')).send({ cmd: 'disconnect', reasonCode: 0 });
    client().connect(will('b')).send({ cmd: 'disconnect', reasonCode: 4 });
    client().connect(will('c')).die();
    expect(wills).toEqual(['b', 'c']);
  });

  it('is refused in its words', () => {
    options.returnCode = 5;
    expect(client().connect().got()).toEqual([{ cmd: 'connack', reasonCode: 0x87, sessionPresent: false }]);
    options.returnCode = 0x97;
    expect(client().connect().got()).toEqual([{ cmd: 'connack', reasonCode: 0x97, sessionPresent: false }]);
  });

  it('is refused by a broker of 3.1.1', () => {
    delete options.five;
    client().connect();
    expect(statements()).toEqual(['3.1.2-2']);
  });
});

describe('what 5.0 forbids', () => {
  const cases: [statement: string, play: () => unknown][] = [
    ['2.1.3-1', () => client().connect().raw('\xc1\x00')],
    ['2.2.2.2', () => client().connect({}, {}).raw('\x30\x06\x00\x01t\x02\x63\x00')],
    ['2.2.2.2', () => client().raw('\x10\x11\x00\x04MQTT\x05\x02\x00\x1e\x03\x21\x00\x00\x00\x01a')],
    [
      '3.1.2-20',
      () => {
        const mote = client().connect();
        now += 31_000;
        mote.send({ cmd: 'pingreq' });
      },
    ],
    ['3.1.2-22', () => (client().connect(), (now += 46_000), broker.tick())],
    [
      '3.2.2-18',
      () => void ((options.five = createFive()), client().connect().raw('\x30\x07\x00\x01t\x03\x23\x00\x01')),
    ],
    ['3.3.2-7', () => client().connect().raw('\x30\x06\x00\x00\x03\x23\x00\x01')],
    ['3.3.2-9', () => client().connect().raw('\x30\x07\x00\x01t\x03\x23\x00\x03')],
    ['3.8.3-5', () => client().connect().raw('\x82\x07\x00\x01\x00\x00\x01t\x40')],
    ['3.14.2-1', () => client().connect().raw('\xe0\x01\x8e')],
  ];

  it.each(cases)('%s', (statement, play) => {
    play();
    expect(statements()).toEqual([statement]);
    expect(broker.messages).toEqual([]);
  });
});
