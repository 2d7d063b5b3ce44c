import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import {
  BODY_KEPT,
  createDecoder,
  encodeConnect,
  encodeLength,
  encodePublish,
  encodeString,
  PINGREQ,
  DISCONNECT,
  REMAINING_LENGTH_MAX,
} from '../../src/mqtt/packet.ts';

const latin1 = (bytes: string) => Buffer.from(bytes, 'latin1');
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** Parse with the independent codec; exactly one packet must come out. */
function parse(bytes: string): mqttPacket.Packet {
  const packets: mqttPacket.Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', (error) => {
    throw error;
  });
  expect(parser.parse(latin1(bytes))).toBe(0);
  expect(packets).toHaveLength(1);
  return packets[0]!;
}

/** Run the decoder over chunks. */
function decode(chunks: string[]): { packets: string[]; ok: boolean } {
  const packets: string[] = [];
  let length = 0;
  const decoder = createDecoder({
    onHeader(_first, bodyLength) {
      length = bodyLength;
      return true;
    },
    onPacket(first, body) {
      const kept = Array.from(body.subarray(0, Math.min(length, BODY_KEPT)));
      packets.push(`${first.toString(16)} ${length} ${kept.join(',')}`);
      return true;
    },
  });
  return { packets, ok: chunks.every((chunk) => decoder.feed(chunk)) };
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((s) => !/[\0+#]/u.test(s));

describe('encode', () => {
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [16383, 'ff7f'],
    [16384, '808001'],
    [2097151, 'ffff7f'],
    [2097152, '80808001'],
    [REMAINING_LENGTH_MAX, 'ffffff7f'],
  ])('writes remaining length %i as %s (section 2.2.3, table 2.4)', (length, hex) => {
    expect(latin1(encodeLength(length)).toString('hex')).toBe(hex);
  });

  it('makes the same PUBLISH as mqtt-packet', () => {
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 300 }), fc.boolean(), (topic, payload, retain) => {
        const ours = encodePublish(
          encodeString(utf8(topic)),
          Buffer.from(payload).toString('latin1'),
          retain,
        );
        const theirs = mqttPacket.generate({
          cmd: 'publish',
          topic,
          payload: Buffer.from(payload),
          qos: 0,
          dup: false,
          retain,
        });
        expect(latin1(ours)).toEqual(theirs);
      }),
    );
  });

  it('makes the same CONNECT as mqtt-packet, with and without login', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 0, max: 65535 }),
        fc.option(text, { nil: undefined }),
        fc.option(text, { nil: undefined }),
        (clientId, keepAliveSec, username, password) => {
          const ours = encodeConnect({
            clientId: utf8(clientId),
            keepAliveSec,
            ...(username === undefined ? {} : { username: utf8(username) }),
            ...(password === undefined ? {} : { password: utf8(password) }),
          });
          const theirs = mqttPacket.generate({
            cmd: 'connect',
            protocolId: 'MQTT',
            protocolVersion: 4,
            clean: true,
            clientId,
            keepalive: keepAliveSec,
            // A password without a user name cannot be sent [MQTT-3.1.2-22]: our encoder leaves it out.
            ...(username === undefined ? {} : { username }),
            ...(username === undefined || password === undefined ? {} : { password: Buffer.from(password) }),
          });
          expect(latin1(ours)).toEqual(theirs);
        },
      ),
    );
  });

  it('makes PINGREQ and DISCONNECT that mqtt-packet reads', () => {
    expect(parse(PINGREQ).cmd).toBe('pingreq');
    expect(parse(DISCONNECT).cmd).toBe('disconnect');
  });
});

describe('decoder', () => {
  it('finds the same packets however the bytes are cut', () => {
    const packets = fc.array(
      fc.record({
        first: fc.integer({ min: 0, max: 255 }),
        body: fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ minLength: 120, maxLength: 400 })),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(packets, fc.array(fc.nat(40), { maxLength: 60 }), (list, cuts) => {
        const expected = list.map(
          ({ first, body }) =>
            `${first.toString(16)} ${body.length} ${Array.from(body.slice(0, BODY_KEPT)).join(',')}`,
        );
        const bytes = list
          .map(
            ({ first, body }) =>
              String.fromCharCode(first) + encodeLength(body.length) + Buffer.from(body).toString('latin1'),
          )
          .join('');
        const chunks: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.slice(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.slice(at));
        expect(decode(chunks)).toEqual({ packets: expected, ok: true });
      }),
    );
  });

  it('refuses a remaining length of five bytes, wherever the chunk ends', () => {
    expect(decode(['\x30\xff\xff\xff\xff']).ok).toBe(false);
    expect(decode(['\x30', '\xff', '\xff', '\xff', '\xff']).ok).toBe(false);
    expect(decode(['\x30\xff\xff\xff\x7f']).ok).toBe(true);
  });

  it('stops where its owner says so, and starts afresh after reset', () => {
    const seen: string[] = [];
    const decoder = createDecoder({
      onHeader(first, length) {
        seen.push(`header ${first.toString(16)} ${length}`);
        return first !== 0x48;
      },
      onPacket(first) {
        seen.push(`packet ${first.toString(16)}`);
        return first !== 0xd0;
      },
    });
    expect(decoder.feed('\xc0\x00\xd0\x00\xe0\x00')).toBe(true);
    expect(seen).toEqual(['header c0 0', 'packet c0', 'header d0 0', 'packet d0']);
    decoder.feed('\x20\x02\x00');
    decoder.reset();
    seen.length = 0;
    expect(decoder.feed('HTTP')).toBe(true);
    expect(seen).toEqual(['header 48 84']);
  });
});
