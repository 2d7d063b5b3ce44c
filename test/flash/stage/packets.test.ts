// The packet log: every field of what passes, whatever the bytes are, never more than is kept, and a capture file that others can read.
import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { writeCapture } from '../../../flash/stage/capture.ts';
import { createPacketCutter, PACKET_MAX } from '../../../flash/stage/cutter.ts';
import { createDecoder, noPacket } from '../../../flash/stage/decode.ts';
import type { Decoded } from '../../../flash/stage/decode.ts';
import { createPacketLog } from '../../../flash/stage/packets.ts';
import { createRandom } from '../../../sim/network/random.ts';

const CONNECT: Packet = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clientId: 'mote-1',
  clean: false,
  keepalive: 30,
  username: 'anna',
  password: Buffer.from('hunter2!'),
  will: { topic: 'm/status', payload: Buffer.from('offline'), qos: 1, retain: true },
  properties: { sessionExpiryInterval: 3600, receiveMaximum: 8, userProperties: { a: 'b' } },
};

const V5 = { protocolVersion: 5 };
/** One of each kind, of 5.0. */
const EACH: readonly Packet[] = [
  CONNECT,
  { cmd: 'connack', sessionPresent: true, reasonCode: 0, properties: { topicAliasMaximum: 4 } },
  {
    cmd: 'publish',
    topic: 'm/t',
    payload: '21.5',
    qos: 1,
    dup: true,
    retain: true,
    messageId: 7,
    properties: { topicAlias: 2 },
  },
  { cmd: 'puback', messageId: 7, reasonCode: 0x87 },
  { cmd: 'pubrec', messageId: 8, reasonCode: 0 },
  { cmd: 'pubrel', messageId: 8, reasonCode: 0 },
  { cmd: 'pubcomp', messageId: 8, reasonCode: 0 },
  { cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'm/do', qos: 2, nl: true }] },
  { cmd: 'suback', messageId: 9, granted: [2] },
  { cmd: 'unsubscribe', messageId: 10, unsubscriptions: ['m/do'] },
  { cmd: 'unsuback', messageId: 10, granted: [0] },
  { cmd: 'pingreq' },
  { cmd: 'pingresp' },
  { cmd: 'disconnect', reasonCode: 0x8e, properties: { reasonString: 'another one came' } },
  {
    cmd: 'auth',
    reasonCode: 0x18,
    properties: { authenticationMethod: 'x', authenticationData: Buffer.from([1, 2]) },
  },
];
/** They have something that is blanked out. */
const SECRETIVE = ['connect', 'auth'];
const bytesOf = (packet: Packet): Buffer => mqttPacket.generate(packet, V5);

/** A decoder that has seen a CONNECT of 5.0. */
function decoder5() {
  const decoder = createDecoder();
  decoder.decode(bytesOf(CONNECT), 'out');
  return decoder;
}
const field = ({ fields }: Decoded, name: string) => fields.find(([one]) => one === name)?.[1];

describe('decoding', () => {
  it('names each packet and each of its fields', () => {
    const decoder = decoder5();
    for (const packet of EACH) {
      const decoded = decoder.decode(bytesOf(packet), 'out');
      expect(decoded.name).toBe(packet.cmd.toUpperCase());
      expect(field(decoded, 'remaining length')).toBe(String(bytesOf(packet).length - 2));
    }
    expect(decoder.decode(bytesOf(EACH[2]!), 'out')).toMatchObject({
      summary: 'm/t = 21.5  QoS 1 DUP RETAIN #7',
      fields: [
        ['remaining length', '15'],
        ['DUP', 'yes'],
        ['QoS', '1'],
        ['RETAIN', 'yes'],
        ['packet identifier', '7'],
        ['topic', 'm/t'],
        ['topic alias', '2'],
        ['payload', '21.5'],
      ],
    });
    expect(decoder.decode(bytesOf(EACH[3]!), 'in').summary).toBe('#7 135 Not authorized');
    expect(field(decoder.decode(bytesOf(EACH[13]!), 'in'), 'reason string')).toBe('another one came');
    expect(field(decoder.decode(bytesOf(CONNECT), 'out'), 'session expiry interval')).toBe('3600');
  });

  it('says the topic of an alias, of each direction for itself', () => {
    const decoder = decoder5();
    decoder.decode(bytesOf(EACH[2]!), 'out');
    const short = bytesOf({ ...EACH[2]!, topic: '' } as Packet);
    expect(field(decoder.decode(short, 'out'), 'topic of the alias')).toBe('m/t');
    expect(field(decoder.decode(short, 'in'), 'topic of the alias')).toBeUndefined();
  });

  it('shows no password, in no field and not in the kept bytes', () => {
    const decoded = createDecoder().decode(bytesOf(CONNECT), 'out');
    expect(JSON.stringify(decoded.fields) + decoded.summary).not.toContain('hunter2');
    expect(field(decoded, 'password')).toContain('(8 bytes)');
    const log = createPacketLog(() => 0);
    const raw = bytesOf(CONNECT);
    const event = log.add({
      ...decoded,
      raw,
      size: raw.length,
      connection: 1,
      direction: 'out',
      isLost: false,
    });
    expect(JSON.stringify(event)).not.toContain('hunter2');
    const kept = Buffer.from(log.kept()[0]!.raw);
    expect(kept.toString('latin1')).not.toContain('hunter2');
    expect(kept.toString('latin1')).toContain('anna');
    expect(kept.length).toBe(raw.length);
  });

  it('shows nothing of an enhanced authentication', () => {
    const raw = bytesOf({
      cmd: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'SCRAM', authenticationData: Buffer.from('s3cr3t-proof') },
    });
    const decoded = decoder5().decode(raw, 'out');
    expect(decoded.name).toBe('AUTH');
    expect(JSON.stringify(decoded.fields)).not.toContain('s3cr3t');
    const log = createPacketLog(() => 0);
    log.add({ ...decoded, raw, size: raw.length, connection: 1, direction: 'out', isLost: false });
    expect(Buffer.from(log.kept()[0]!.raw).toString('latin1')).toMatch(/SCRAM.*\*{12}$/s);
  });

  it('never throws, whatever the bytes are, and shows control characters as hex (seed 1)', () => {
    const random = createRandom(1);
    for (let i = 0; i < 20_000; i++) {
      const decoder = random.chance(0.5) ? createDecoder() : decoder5();
      const seedOf = random.integer(0, EACH.length);
      const bytes =
        seedOf < EACH.length && random.chance(0.8)
          ? bytesOf(EACH[seedOf]!)
          : Buffer.from(Array.from({ length: random.integer(0, 40) }, () => random.integer(0, 255)));
      for (let flips = random.integer(0, 4); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
      }
      const decoded = decoder.decode(bytes, random.chance(0.5) ? 'out' : 'in');
      const text = decoded.summary + decoded.fields.map((pair) => pair.join()).join();
      // eslint-disable-next-line no-control-regex -- that is what is looked for
      if (/[\u0000-\u001f\u007f\u202e]/.test(text.replace(/^.*no packet.*$/, ''))) {
        throw new Error(`control characters in ${JSON.stringify(decoded)} of ${bytes.toString('hex')}`);
      }
    }
  });
});

describe('cutting', () => {
  const collect = () => {
    const seen: string[] = [];
    const cutter = createPacketCutter({
      onPacket: (bytes) => seen.push(`packet ${bytes.length}`),
      onOther: (_, size, why) => seen.push(`${why.split(':')[0]} ${size}`),
    });
    return { seen, cutter };
  };

  it('finds packets wherever they are cut (seed 2)', () => {
    const random = createRandom(2);
    const stream = Buffer.concat(EACH.map(bytesOf)).toString('latin1');
    const whole = EACH.map((packet) => `packet ${bytesOf(packet).length}`);
    for (let round = 0; round < 200; round++) {
      const { seen, cutter } = collect();
      for (let at = 0; at < stream.length;) {
        const length = random.integer(1, 20);
        cutter.feed(stream.slice(at, at + length));
        at += length;
      }
      cutter.end();
      expect(seen).toEqual(whole);
    }
  });

  it('passes a long packet by, and finds the next; what is cut off is said', () => {
    const { seen, cutter } = collect();
    const long = bytesOf({
      cmd: 'publish',
      topic: 't',
      payload: 'x'.repeat(3 * PACKET_MAX),
      qos: 0,
      dup: false,
      retain: false,
    });
    const stream = long.toString('latin1') + bytesOf({ cmd: 'pingreq' }).toString('latin1') + '\x30\x05ab';
    for (let at = 0; at < stream.length; at += 1000) cutter.feed(stream.slice(at, at + 1000));
    cutter.end();
    expect(seen).toEqual([
      `a packet of ${long.length} bytes, too long to be kept ${long.length}`,
      'packet 2',
      'cut off 4',
    ]);
  });

  it('says where no packet can begin, and that all behind it is lost', () => {
    const { seen, cutter } = collect();
    cutter.feed('\x30\xff\xff\xff\xff\xff');
    cutter.feed('abc');
    expect(seen).toEqual(['the remaining length has more than four bytes 6', 'behind what is no packet 3']);
  });
});

describe('the log', () => {
  it('numbers without a gap, and keeps no more than so many packets and bytes', () => {
    const log = createPacketLog(() => 0);
    const raw = new Uint8Array(1000);
    const passed = {
      ...noPacket(raw, 'x'),
      raw,
      size: 1000,
      connection: 1,
      direction: 'in',
      isLost: false,
    } as const;
    for (let i = 1; i <= 20_000; i++) expect(log.add(passed).n).toBe(i);
    const kept = log.kept();
    expect(kept.at(-1)!.event.n).toBe(20_000);
    expect(kept.length).toBeLessThanOrEqual(2400);
    expect(log.counts()).toEqual({ out: 0, in: 20_000 });
  });
});

describe('the capture file', () => {
  it('has a block for each packet, whole segments with right sums and sequences, at the time of the run', () => {
    const log = createPacketLog(() => 1500.25);
    const sent = EACH.map(bytesOf);
    const decoder = createDecoder();
    for (const [i, raw] of sent.entries()) {
      const direction = i % 2 === 0 ? 'out' : 'in';
      log.add({
        ...decoder.decode(raw, direction),
        raw,
        size: raw.length,
        connection: 1,
        direction,
        isLost: false,
      });
    }
    const START = 1_767_225_600_000;
    const blocks = readBlocks(writeCapture(log.kept(), START));
    expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, ...sent.map(() => 6)]);
    const next = { out: 1, in: 1 };
    for (const [i, { body }] of blocks.slice(2).entries()) {
      const microseconds = (BigInt(body.readUInt32LE(4)) << 32n) | BigInt(body.readUInt32LE(8));
      expect(Number(microseconds)).toBe((START + 1500.25) * 1000);
      const datagram = body.subarray(20, 20 + body.readUInt32LE(12));
      expect(sum(datagram.subarray(0, 20))).toBe(0xffff);
      const pseudo = Buffer.from([...datagram.subarray(12, 20), 0, 6, 0, datagram.length - 20]);
      expect(sum(Buffer.concat([pseudo, datagram.subarray(20)]))).toBe(0xffff);
      const direction = i % 2 === 0 ? 'out' : 'in';
      expect(datagram.readUInt16BE(direction === 'out' ? 22 : 20)).toBe(1883);
      expect(datagram.readUInt32BE(24)).toBe(next[direction]);
      const payload = datagram.subarray(40);
      next[direction] += payload.length;
      expect(payload.length).toBe(sent[i]!.length);
      if (!SECRETIVE.includes(EACH[i]!.cmd)) expect(payload.equals(sent[i]!)).toBe(true);
    }
  });
});

function readBlocks(file: Buffer): { type: number; body: Buffer }[] {
  const blocks = [];
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32LE(at + 4);
    expect(size % 4).toBe(0);
    expect(file.readUInt32LE(at + size - 4)).toBe(size);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + size - 4) });
    at += size;
  }
  return blocks;
}

/** The sum of 16-bit words; 0xffff where its check is right. */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}
