// What the client writes, byte for byte as mqtt-packet writes it.
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { constant, join, toText, type Bytes } from '../../src/bytes/bytes.ts';
import {
  DISCONNECT,
  idFrom,
  NO_ID,
  PINGREQ,
  prepareTopic,
  publishHeader,
  SHORT_MAX,
  shortPublish,
  shortPublishId,
} from '../../src/mqtt/form.ts';
import {
  encodeConnect,
  encodeLength,
  encodePacket,
  encodeString,
  First,
  packetSize,
  REMAINING_LENGTH_MAX,
  word,
} from '../../src/mqtt/packet.ts';
import { lines, utf8 } from './wire.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const textOf = (bytes: Bytes) => toText(bytes, 0, bytes.length);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((s) => !/[\0+#]/u.test(s));

describe('remaining length', () => {
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [16383, 'ff7f'],
    [16384, '808001'],
    [2097151, 'ffff7f'],
    [2097152, '80808001'],
    [REMAINING_LENGTH_MAX, 'ffffff7f'],
  ])('writes %i as %s (section 2.2.3, table 2.4)', (length, hex) => {
    expect(latin1(encodeLength(length)).toString('hex')).toBe(hex);
  });

  it.each([2, 129, 130, 16385, 16386, 2097153])(
    'tells the size of a packet of %i bytes with a short header',
    (size) => {
      expect(packetSize(size)).toBe(encodePacket(First.Publish, 'x'.repeat(size - 2)).length);
    },
  );
});

describe('PUBLISH', () => {
  const qos = fc.constantFrom(0, 1, 2);

  it('is the same as that of mqtt-packet, short or long, with and without DUP', () => {
    fc.assert(
      fc.property(
        text,
        fc.uint8Array({ maxLength: 300 }),
        qos,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 65535 }),
        (name, payload, level, retain, again, messageId) => {
          const dup = again && level > 0;
          const topic = prepareTopic(utf8(name), First.Publish | (level << 1) | (retain ? 1 : 0));
          const bytes = constant(Buffer.from(payload).toString('latin1'));
          const id = level > 0 ? idFrom(messageId) : NO_ID;
          const theirs = mqttPacket.generate({
            cmd: 'publish',
            topic: name,
            payload: Buffer.from(payload),
            qos: level as 0 | 1 | 2,
            dup,
            retain,
            ...(level > 0 ? { messageId } : {}),
          });
          const head = publishHeader(topic, bytes.length, id, dup ? 8 : 0);
          expect(latin1(textOf(join(head, bytes)))).toEqual(theirs);
          const size = 2 + topic.name.length + (level > 0 ? 2 : 0) + bytes.length;
          if (size <= SHORT_MAX && !dup) {
            const short =
              level > 0 ? shortPublishId(topic, bytes, size, id) : shortPublish(topic, bytes, size);
            expect(latin1(textOf(short))).toEqual(theirs);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('says how long it will be, up to the longest there is', () => {
    const topic = prepareTopic('t', First.Publish);
    for (const length of [124, 125, 16380, 16381, 2097148, 2097149, REMAINING_LENGTH_MAX - 3]) {
      expect(textOf(publishHeader(topic, length, NO_ID, 0))).toBe(`\x30${encodeLength(length + 3)}\0\x01t`);
    }
  });
});

describe('CONNECT', () => {
  it('is the same as that of mqtt-packet', () => {
    const option = fc.option(text, { nil: undefined });
    const wills = fc.option(
      fc.record({ topic: text, payload: text, qos: fc.constantFrom(0, 1, 2), retain: fc.boolean() }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 0, max: 65535 }),
        fc.boolean(),
        option,
        option,
        wills,
        (clientId, keepAliveSec, cleanSession, username, password, will) => {
          const ours = encodeConnect({
            clientId: utf8(clientId),
            keepAliveSec,
            cleanSession,
            username: username === undefined ? undefined : utf8(username),
            password: password === undefined ? undefined : utf8(password),
            will: will && { ...will, topic: utf8(will.topic), payload: utf8(will.payload) },
          });
          const theirs = mqttPacket.generate({
            cmd: 'connect',
            protocolId: 'MQTT',
            protocolVersion: 4,
            clean: cleanSession,
            clientId,
            keepalive: keepAliveSec,
            ...(username === undefined ? {} : { username }),
            // A password without a user name cannot be sent [MQTT-3.1.2-22]: the encoder leaves it out.
            ...(username === undefined || password === undefined ? {} : { password: Buffer.from(password) }),
            ...(will && {
              will: { ...will, qos: will.qos as 0 | 1 | 2, payload: Buffer.from(will.payload) },
            }),
          });
          expect(latin1(ours)).toEqual(theirs);
        },
      ),
    );
  });
});

it('has PINGREQ and DISCONNECT that mqtt-packet reads', () => {
  expect(lines(textOf(PINGREQ) + textOf(DISCONNECT))).toEqual(['pingreq', 'disconnect']);
});

describe('strings and words', () => {
  it('go behind their length', () => {
    expect(encodeString('')).toBe('\0\0');
    expect(encodeString('x'.repeat(258)).slice(0, 3)).toBe('\x01\x02x');
    expect([0, 1, 255, 256, 65535].map(word)).toEqual(['\0\0', '\0\x01', '\0\xff', '\x01\0', '\xff\xff']);
  });
});
