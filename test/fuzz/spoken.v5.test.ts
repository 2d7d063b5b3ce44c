// What a broker says in MQTT 5.0, against mqtt-packet and the specification: legal packets are taken as what they are, however they
// are cut, and what is wrong with others ends the connection with a reason that a client may say.

import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { cuts } from './generate.ts';
import { comparable, named } from './generate5.ts';
import { createBusyPeer5, createPeer5, judge, judgeConnack, RECEIVE_MAX, type Peer5 } from './peer5.ts';
import { amount, TIMEOUT_MS, told } from './settings.ts';
import { CLIENT_DISCONNECTS } from './spec5.ts';
import { connack, damaged, generate, spoken } from './spoken5.ts';
import { createReader, packet, wordAt } from './wire.ts';

/** Read with mqtt-packet. @returns its packets, and its complaint. */
function read(stream: string): { packets: Packet[]; error: string | undefined } {
  const packets: Packet[] = [];
  let error: string | undefined;
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (found) => void packets.push(found));
  parser.on('error', (cause: Error) => void (error ??= cause.message));
  try {
    parser.parse(Buffer.from(stream, 'latin1'));
  } catch (thrown) {
    error ??= String(thrown);
  }
  return { packets, error };
}

/**
 * @returns whether a message over the limit has more before its payload than that: then its properties are passed over unread, or
 * not, as they come.
 */
function isBlind(first: number, body: string): boolean {
  if (first >> 4 !== 3 || body.length < 2) return false;
  let at = 2 + wordAt(body, 0) + ((first & 6) > 0 ? 2 : 0);
  let length = 0;
  for (let shift = 1; shift < 2 ** 28; shift *= 128) {
    const next = at < body.length ? body.charCodeAt(at) : 0;
    at++;
    length += (next & 127) * shift;
    if (next < 128) break;
  }
  return at + length >= RECEIVE_MAX - 8;
}

const isProperty = (line: string): boolean => line.startsWith('property');
const isBegun = (line: string): boolean => isProperty(line) || line.startsWith('oversize');

/** @returns lines without those at the end that may or may not be there. */
function without(lines: readonly string[], mayBe: (line: string) => boolean): readonly string[] {
  let end = lines.length;
  while (end > 0 && mayBe(lines[end - 1]!)) end--;
  return lines.slice(0, end);
}

/** DISCONNECT is the last that was written, and says something that a client may say. */
function checkGoodbye(packets: readonly { first: number; body: string }[]): void {
  const last = packets.at(-1);
  expect(last?.first).toBe(0xe0);
  expect(packets.filter(({ first }) => first === 0xe0)).toHaveLength(1);
  expect(CLIENT_DISCONNECTS.filter((code) => code >= 0x80)).toContain(last!.body.charCodeAt(0));
}

/** @returns the packets that these bytes begin with; none when a remaining length has no end. */
function packetsOf(bytes: string): { first: number; body: string }[] {
  try {
    return createReader().feed(bytes);
  } catch {
    return [];
  }
}

interface Sums {
  packets: number;
  taken: number;
  refused: number;
  unfinished: number;
}

/** Say something to a client, and see whether it does what the specification has it do. */
function compare(stream: string, sizes: readonly number[], sums: Sums): void {
  let whole: { first: number; body: string }[] = [];
  try {
    const reader = createReader();
    whole = reader.feed(stream);
    const rest = reader.begun();
    if (rest !== undefined) whole.push(rest);
  } catch {
    // A remaining length without end.
  }
  if (stream.length > RECEIVE_MAX && whole.some(({ first, body }) => isBlind(first, body))) return;
  const expected = judge(stream);
  const peer: Peer5 = createBusyPeer5();
  const written = createReader().feed(peer.say(stream, sizes));
  const said = written.filter(({ first }) => first !== 0xe0).map(({ first, body }) => packet(first, body));
  const { violations, delivered } = peer.counters();
  sums.packets++;
  let end = expected.end;
  if (expected.begun !== undefined && violations > 0) {
    // What has come may be wrong already: then it is so whatever follows.
    const { first, body, length } = expected.begun;
    const rest = '\0'.repeat(Math.min(length - body.length, 2000));
    expect(judge(packet(first, body + rest)).end).toBe('illegal');
    end = 'illegal';
  }
  expect(violations, `${Buffer.from(stream, 'latin1').toString('hex')} ${expected.why}`).toBe(
    end === 'illegal' ? 1 : 0,
  );
  expect(said).toEqual(expected.written);
  expect(delivered).toBe(expected.delivered);
  expect(peer.isOnline()).toBe(end === 'between' || end === 'partial');
  if (end === 'illegal') {
    sums.refused++;
    expect(peer.lines.at(-1)).toBe('offline 5 0');
    expect(without(peer.lines.slice(0, -1), isProperty)).toEqual(without(expected.lines, isProperty));
    checkGoodbye(written);
  } else if (end === 'partial') {
    sums.unfinished++;
    expect(without(peer.lines, isBegun)).toEqual(without(expected.lines, isBegun));
  } else {
    sums.taken++;
    expect(peer.lines).toEqual(expected.lines);
    expect(peer.granted()).toEqual(expected.granted);
  }
}

/** What we call legal mqtt-packet reads, and reads the same. */
function checkAgainst(theirs: readonly object[], stream: string): void {
  const { packets, error } = read(stream);
  expect(error).toBeUndefined();
  packets.forEach((found, i) => {
    const meant = theirs[i] as { properties: object };
    expect(comparable((found as { properties?: object }).properties)).toEqual(comparable(meant.properties));
  });
  expect(packets).toHaveLength(theirs.length);
}

describe('what a broker says', () => {
  it(
    'is taken as what it is, with all properties',
    () => {
      const sums: Sums = { packets: 0, taken: 0, refused: 0, unfinished: 0 };
      fc.assert(
        fc.property(fc.array(spoken, { minLength: 1, maxLength: 4 }), cuts, (list, sizes) => {
          const stream = list.map(({ theirs }) => generate(theirs)).join('');
          checkAgainst(
            list.map(({ theirs, properties }) => ({ ...theirs, properties: named(properties) })),
            stream,
          );
          compare(stream, sizes, sums);
        }),
        amount(60),
      );
      told('what a broker says in 5.0', { ...sums });
      expect(sums.taken).toBeGreaterThan(sums.packets / 4);
    },
    TIMEOUT_MS,
  );

  it(
    'ends the connection where it is wrong, and only there',
    () => {
      const sums: Sums = { packets: 0, taken: 0, refused: 0, unfinished: 0 };
      fc.assert(
        fc.property(damaged(spoken), cuts, (stream, sizes) => compare(stream, sizes, sums)),
        amount(150),
      );
      told('packets of 5.0 with something wrong', { ...sums });
      expect(sums.refused).toBeGreaterThan(sums.packets / 4);
    },
    TIMEOUT_MS,
  );

  it(
    'of itself, in CONNACK, is taken, refused, or the end',
    () => {
      const sums = { packets: 0, online: 0, refused: 0, illegal: 0 };
      const stream = fc.oneof(
        connack.map(({ theirs }) => generate(theirs)),
        damaged(connack),
      );
      fc.assert(
        fc.property(stream, cuts, (bytes, sizes) => {
          const packets = packetsOf(bytes);
          if (packets.length !== 1 || packets[0]!.first !== 0x20) return;
          if (packet(0x20, packets[0]!.body) !== bytes) return;
          const peer = createPeer5(false);
          const expected = judgeConnack(packets[0]!.body);
          const written = peer.say(bytes, sizes);
          sums.packets++;
          expect(peer.counters().violations).toBe(expected.end === 'illegal' ? 1 : 0);
          expect(peer.isOnline()).toBe(expected.end === 'between');
          if (expected.end === 'illegal') {
            sums.illegal++;
            expect(without(peer.lines.slice(0, -1), isProperty)).toEqual([]);
            expect(peer.lines.at(-1)).toBe('offline 5 0');
            expect(written).toBe('');
          } else {
            sums[expected.end === 'bye' ? 'refused' : 'online']++;
            expect(peer.lines).toEqual(expected.lines);
          }
        }),
        amount(80),
      );
      told('CONNACKs of 5.0', sums);
      expect(sums.online).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
