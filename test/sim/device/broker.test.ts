import { generate } from 'mqtt-packet';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBroker } from '../../../sim/device/broker.ts';
import type { BrokerLink, BrokerOptions } from '../../../sim/device/broker.ts';
import { textFault } from '../../../sim/device/fields.ts';

const bytes = (packet: Parameters<typeof generate>[0]) => generate(packet).toString('latin1');
const connectPacket = (more: object = {}) =>
  bytes({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'mote',
    clean: true,
    keepalive: 30,
    ...more,
  });
const publishPacket = (more: object = {}) =>
  bytes({ cmd: 'publish', topic: 'a/b', payload: '21.5', qos: 0, dup: false, retain: false, ...more });

let now: number;
let options: BrokerOptions;
let broker: ReturnType<typeof createBroker>;

interface Client {
  link: BrokerLink;
  got: string;
  open: boolean;
}

function client(): Client {
  const it: Client = { got: '', open: true, link: { data() {}, closed() {} } };
  it.link = broker.connect({
    write: (chunk) => (it.got += chunk),
    close: () => (it.open = false),
  });
  return it;
}

beforeEach(() => {
  now = 1000;
  options = { now: () => now };
  broker = createBroker(options);
});

describe('a client that follows the standard', () => {
  it('is logged in, heard and let go', () => {
    const mote = client();
    mote.link.data(connectPacket({ username: 'u', password: Buffer.from('p') }));
    expect(mote.got).toBe('\x20\x02\x00\x00');
    expect(broker.online()).toBe(1);
    now = 2500;
    mote.link.data(publishPacket({ topic: 'mote/\xb0', payload: Buffer.from([0, 255]), retain: true }));
    mote.link.data('\xc0\x00');
    expect(mote.got.slice(4)).toBe('\xd0\x00');
    mote.link.data('\xe0\x00');
    expect(mote.open).toBe(false);
    expect(broker.online()).toBe(0);
    expect(broker.violations).toEqual([]);
    expect(broker.messages).toEqual([
      { clientId: 'mote', topic: 'mote/\xc2\xb0', payload: '\x00\xff', qos: 0, retain: true, time: 2500 },
    ]);
  });

  it('gets its acknowledgement for QoS 1', () => {
    const mote = client();
    mote.link.data(connectPacket() + publishPacket({ qos: 1, messageId: 0x1234 }));
    expect(mote.got.slice(4)).toBe('\x40\x02\x12\x34');
  });

  it('may cut its bytes anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (cuts) => {
        const mote = client();
        const stream =
          connectPacket() + publishPacket() + '\xc0\x00' + publishPacket({ payload: 'x'.repeat(200) });
        const before = broker.published();
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          mote.link.data(stream.slice(at, at + cut));
          at += cut;
        }
        expect(broker.published()).toBe(before + 2);
        expect(mote.got).toBe('\x20\x02\x00\x00\xd0\x00');
        mote.link.closed();
      }),
    );
    expect(broker.violations).toEqual([]);
    expect(broker.online()).toBe(0);
  });

  it('takes the place of its former connection', () => {
    const first = client();
    first.link.data(connectPacket());
    const second = client();
    second.link.data(connectPacket());
    expect([first.open, second.open, broker.online()]).toEqual([false, true, 1]);
  });
});

it('is granted each filter with QoS 0, of which nothing ever comes', () => {
  const mote = client();
  mote.link.data(connectPacket());
  mote.got = '';
  const subscriptions = [
    { topic: 'a/b', qos: 1 as const },
    { topic: '#', qos: 0 as const },
  ];
  mote.link.data(bytes({ cmd: 'subscribe', messageId: 258, subscriptions }));
  expect(mote.got).toBe('\x90\x04\x01\x02\x00\x00');
  expect(broker.violations).toEqual([]);
});

describe('a client that breaks the standard', () => {
  const PUBLISH_HEADER = '\x30\x05\x00\x03a/b';
  const cases: [string, string, string][] = [
    ['speaks before CONNECT', publishPacket(), '3.1.0-1'],
    ['connects twice', connectPacket() + connectPacket(), '3.1.0-2'],
    ['has another protocol name', '\x10\x0e\x00\x04MQIs\x04\x02\x00\x1e\x00\x02ab', '3.1.2-1'],
    ['has another protocol level', '\x10\x0e\x00\x04MQTT\x05\x02\x00\x1e\x00\x02ab', '3.1.2-2'],
    ['sets the reserved flag', '\x10\x0e\x00\x04MQTT\x04\x03\x00\x1e\x00\x02ab', '3.1.2-3'],
    ['has a will QoS without a will', '\x10\x0e\x00\x04MQTT\x04\x0a\x00\x1e\x00\x02ab', '3.1.2-13'],
    ['has will QoS 3', '\x10\x13\x00\x04MQTT\x04\x1e\x00\x1e\x00\x02ab\x00\x01t\x00\x00', '3.1.2-14'],
    ['retains no will', '\x10\x0e\x00\x04MQTT\x04\x22\x00\x1e\x00\x02ab', '3.1.2-15'],
    ['has a will for a filter', '\x10\x13\x00\x04MQTT\x04\x06\x00\x1e\x00\x02ab\x00\x01#\x00\x00', '3.3.2-2'],
    ['has a password and no name', '\x10\x11\x00\x04MQTT\x04\x42\x00\x1e\x00\x02ab\x00\x01p', '3.1.2-22'],
    ['has no name and wants a session', '\x10\x0c\x00\x04MQTT\x04\x00\x00\x1e\x00\x00', '3.1.3-8'],
    ['has bytes left over', '\x10\x0f\x00\x04MQTT\x04\x02\x00\x1e\x00\x02abc', '3.1.3-1'],
    [
      'ends inside a field',
      '\x10\x0d\x00\x04MQTT\x04\x02\x00\x1e\x00\x02a',
      'the packet ends inside a field',
    ],
    ['has a name that is not UTF-8', '\x10\x0e\x00\x04MQTT\x04\x02\x00\x1e\x00\x02a\xff', '1.5.3-1'],
    ['has flags on PINGREQ', connectPacket() + '\xc1\x00', '2.2.2-2'],
    ['has a body in PINGREQ', connectPacket() + '\xc0\x01x', 'body in packet type 12'],
    ['publishes to no topic', connectPacket() + '\x30\x02\x00\x00', '4.7.3-1'],
    ['publishes to a filter', connectPacket() + '\x30\x05\x00\x03a/+', '3.3.2-2'],
    ['publishes to a topic with NUL', connectPacket() + '\x30\x05\x00\x03a/\x00', '1.5.3-2'],
    ['publishes with QoS 3', connectPacket() + '\x36\x07\x00\x03a/b\x00\x01', '3.3.1-4'],
    ['sets DUP with QoS 0', connectPacket() + '\x38\x05\x00\x03a/b', '3.3.1-2'],
    ['has packet identifier 0', connectPacket() + '\x32\x07\x00\x03a/b\x00\x00', '2.3.1-1'],
    [
      'has a long length field',
      connectPacket() + '\x30\x85\x00' + PUBLISH_HEADER.slice(2),
      'the remaining length has more bytes',
    ],
    [
      'has an endless length field',
      connectPacket() + '\x30\xff\xff\xff\xff',
      'the remaining length has more than four',
    ],
    ['uses QoS 2', connectPacket() + publishPacket({ qos: 2, messageId: 1 }), 'QoS 2 is more than'],
    ['unsubscribes', connectPacket() + '\xa2\x05\x00\x01\x00\x01a', 'packet type 10 is more than'],
  ];

  it.each(cases)('%s', (_, stream, rule) => {
    const mote = client();
    mote.link.data(stream);
    expect(broker.violations).toHaveLength(1);
    expect(broker.violations[0]?.startsWith(rule)).toBe(true);
    expect(mote.open).toBe(false);
    expect(broker.messages).toEqual([]);
    // Nothing more is heard from it.
    mote.link.data(publishPacket());
    expect(broker.violations).toHaveLength(1);
  });

  it('is told when the protocol level is the reason', () => {
    const mote = client();
    mote.link.data('\x10\x0e\x00\x04MQTT\x05\x02\x00\x1e\x00\x02ab');
    expect(mote.got).toBe('\x20\x02\x00\x01');
  });

  it('is late by more than the way here takes', () => {
    const mote = client();
    mote.link.data(connectPacket());
    now += 30_500;
    mote.link.data('\xc0\x00');
    expect(broker.violations).toEqual([]);
    now += 30_501;
    mote.link.data('\xc0\x00');
    expect(broker.violations).toEqual(['3.1.2-23 no packet for 30501 ms [mote]']);
    expect(mote.open).toBe(true);
  });

  it('is dropped after one and a half keep alives', () => {
    const mote = client();
    mote.link.data(connectPacket());
    expect(broker.tick()).toBe(45_000);
    now += 44_999;
    expect(broker.tick()).toBe(1);
    now += 1;
    expect(broker.tick()).toBe(-1);
    expect(mote.open).toBe(false);
    expect(broker.violations[0]).toMatch(/^3\.1\.2-24/);
  });
});

describe('a broker that is told to be difficult', () => {
  it('refuses the login', () => {
    options.returnCode = 5;
    const mote = client();
    mote.link.data(connectPacket() + publishPacket());
    expect([mote.got, mote.open, broker.published(), broker.online()]).toEqual([
      '\x20\x02\x00\x05',
      false,
      0,
      0,
    ]);
  });

  it('says nothing', () => {
    options.silent = true;
    const mote = client();
    mote.link.data(connectPacket());
    now += 1000;
    broker.tick();
    expect([mote.got, mote.open, broker.online()]).toEqual(['', true, 0]);
  });

  it('answers late', () => {
    options.connackDelayMs = 700;
    const mote = client();
    mote.link.data(connectPacket());
    expect(broker.tick()).toBe(700);
    expect(mote.got).toBe('');
    now += 700;
    broker.tick();
    expect(mote.got).toBe('\x20\x02\x00\x00');
  });

  it('leaves PINGREQ without an answer', () => {
    options.deaf = true;
    const mote = client();
    mote.link.data(connectPacket() + '\xc0\x00');
    expect(mote.got).toBe('\x20\x02\x00\x00');
  });

  it('keeps no more messages than it is told, and counts all', () => {
    options.keep = 2;
    const seen: string[] = [];
    options.onMessage = (message) => seen.push(message.payload);
    const mote = client();
    mote.link.data(connectPacket());
    for (const payload of ['1', '2', '3']) mote.link.data(publishPacket({ payload }));
    expect(broker.messages.map((message) => message.payload)).toEqual(['2', '3']);
    expect(broker.published()).toBe(3);
    expect(seen).toEqual(['1', '2', '3']);
  });
});

describe('textFault', () => {
  it('agrees with a strict UTF-8 decoder on any bytes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const decodes = (octets: Uint8Array) => {
      try {
        return !strict.decode(octets).includes('\0');
      } catch {
        return false;
      }
    };
    // Bytes near the borders of the encoding, so that well-formed sequences are common.
    const octet = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(
        0x41,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xe1,
        0xed,
        0xf0,
        0xf4,
        0xf5,
      ),
    );
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 6 }), (octets) => {
        const text = String.fromCharCode(...octets);
        expect(textFault(text) === '').toBe(decodes(Uint8Array.from(octets)));
      }),
      { numRuns: 3000 },
    );
  });
});
