// Messages for a mote, signed by the host's signer: what counts, what does not, and why; over losses of power too.
import { describe, expect, it } from 'vitest';
import { createSigner as createHostSigner } from '../../flash/signing/signer.ts';
import { createNodeDigest } from '../../sim/node/digest.ts';
import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { Code } from '../../src/ports/codes.ts';
import { createInboundVerifier, type InboundVerifier } from '../../src/signing/inbound.ts';
import { append, createChip, cutPower, list, restorePower } from '../power/bench.ts';
import { bytesOf, KEY, region, startSigning, textOf } from './bench.ts';

const TOPIC = 'balcony/command';

function start(nor: Nor = createChip(region), key = KEY) {
  const mote = startSigning(nor);
  const inbound = createInboundVerifier(createNodeDigest(), mote.outbox, { key }) as InboundVerifier;
  return {
    ...mote,
    inbound,
    /** @returns the code, and what is in the message where it is 0. */
    receive(payload: string, topic = TOPIC): [number, string?] {
      const code = inbound.verify(bytesOf(topic), bytesOf(payload));
      return code === Code.Ok ? [code, textOf(inbound.inner())] : [code];
    },
  };
}

const host = (now = 1767268800000, key = KEY) => createHostSigner({ key, now: () => now });

describe('a mote that takes signed messages only', () => {
  it('gets what was signed, without the signature', () => {
    const mote = start();
    const signer = host();
    expect(mote.receive(signer.sign(TOPIC, { set: 'intervalMs', to: 5 }))).toEqual([
      0,
      '{"set":"intervalMs","to":5}',
    ]);
    expect(mote.receive(signer.sign(TOPIC, {}))).toEqual([0, '{}']);
    expect(mote.receive(signer.sign(TOPIC, { name: 'Küche', list: [1, { a: 2 }] }))).toEqual([
      0,
      Buffer.from('{"name":"Küche","list":[1,{"a":2}]}').toString('latin1'),
    ]);
    expect(mote.inbound.counters()).toEqual({ accepted: 3, malformed: 0, badMacs: 0, replays: 0 });
  });

  it('takes no message twice, and goes on', () => {
    const mote = start();
    const signer = host();
    const [first, second, third] = [1, 2, 3].map((n) => signer.sign(TOPIC, { n })) as [
      string,
      string,
      string,
    ];
    expect(mote.receive(first)[0]).toBe(Code.Ok);
    expect(mote.receive(first)).toEqual([Code.Replay]);
    expect(mote.receive(third)[0]).toBe(Code.Ok);
    expect(mote.receive(second)).toEqual([Code.Replay]);
    expect(mote.receive(signer.sign(TOPIC, { n: 4 }))).toEqual([0, '{"n":4}']);
    expect(mote.inbound.counters()).toEqual({ accepted: 3, malformed: 0, badMacs: 0, replays: 2 });
  });

  it('takes the one that came last again if it may, and no other', () => {
    const mote = start();
    const signer = host();
    const [first, second, third] = [1, 2, 3].map((n) => signer.sign(TOPIC, { n })) as [
      string,
      string,
      string,
    ];
    const verify = (payload: string, isKept: boolean) =>
      mote.inbound.verify(bytesOf(TOPIC), bytesOf(payload), isKept);
    expect(verify(first, true)).toBe(Code.Ok);
    expect(verify(second, true)).toBe(Code.Ok);
    expect(verify(second, true)).toBe(Code.Ok);
    expect(textOf(mote.inbound.inner())).toBe('{"n":2}');
    const again = start(mote.nor);
    const { programs } = mote.nor.counters;
    expect(again.inbound.verify(bytesOf(TOPIC), bytesOf(second), true)).toBe(Code.Ok);
    expect(again.inbound.verify(bytesOf(TOPIC), bytesOf(second), false)).toBe(Code.Replay);
    expect(again.inbound.verify(bytesOf(TOPIC), bytesOf(first), true)).toBe(Code.Replay);
    expect(again.inbound.verify(bytesOf('balcony/other'), bytesOf(second), true)).toBe(Code.BadMac);
    // It is kept already.
    expect(mote.nor.counters.programs).toBe(programs);
    expect(again.inbound.verify(bytesOf(TOPIC), bytesOf(third), false)).toBe(Code.Ok);
    expect(again.inbound.verify(bytesOf(TOPIC), bytesOf(second), true)).toBe(Code.Replay);
    expect(again.inbound.counters()).toMatchObject({ accepted: 2, replays: 3 });
  });

  it('compares numbers, not texts', () => {
    const mote = start();
    expect(mote.receive(host(99).sign(TOPIC, {}))[0]).toBe(Code.Ok);
    expect(mote.receive(host(100).sign(TOPIC, {}))[0]).toBe(Code.Ok);
    expect(mote.receive(host(99).sign(TOPIC, { a: 1 }))[0]).toBe(Code.Replay);
    expect(mote.receive(host(2 ** 53 - 1).sign(TOPIC, {}))[0]).toBe(Code.Ok);
    expect(mote.receive(host(2 ** 53 - 2).sign(TOPIC, {}))[0]).toBe(Code.Replay);
  });

  it('knows another key, another topic and any other byte', () => {
    const mote = start();
    const signed = host().sign(TOPIC, { n: 1 });
    expect(mote.receive(host(1, 'another key of sixteen bytes').sign(TOPIC, { n: 1 }))).toEqual([
      Code.BadMac,
    ]);
    expect(mote.receive(signed, 'balcony/other')).toEqual([Code.BadMac]);
    for (let i = 0; i < signed.length; i++) {
      const changed =
        signed.slice(0, i) + String.fromCharCode(signed.charCodeAt(i) ^ 1) + signed.slice(i + 1);
      expect([Code.BadMac, Code.BadPayload]).toContain(mote.receive(changed)[0]);
    }
    expect(mote.receive(signed)[0]).toBe(Code.Ok);
  });

  it('keeps the highest number before the message counts: no loss of power makes it new', () => {
    const mote = start();
    const signer = host();
    const old = signer.sign(TOPIC, { n: 1 });
    mote.receive(old);
    const again = start(mote.nor);
    expect(again.receive(old)).toEqual([Code.Replay]);
    expect(again.receive(signer.sign(TOPIC, { n: 2 }))[0]).toBe(Code.Ok);
  });

  it('leaves the numbers alone that the mote itself gives, and they leave its own', () => {
    const mote = start();
    const signer = host();
    mote.publish('balcony/a', '{"n":1}');
    const old = signer.sign(TOPIC, { n: 1 });
    mote.receive(old);
    const again = start(mote.nor);
    again.publish('balcony/a', '{"n":1}');
    expect(JSON.parse(again.messages[0]!.payload)).toMatchObject({ counter: 2000 });
    expect(start(mote.nor).receive(old)).toEqual([Code.Replay]);
  });

  it('does not take a message whose number it cannot keep, and takes it later', () => {
    const mote = start();
    let last = 0;
    for (let sequence = 0; sequence >= 0; sequence = append(mote.outbox, 'x'.repeat(60))) last = sequence;
    const message = host().sign(TOPIC, { n: 1 });
    expect(mote.receive(message)).toEqual([Code.Full]);
    for (let sequence = 1; sequence <= last; sequence++) mote.outbox.acknowledge(sequence);
    mote.outbox.idle();
    expect(mote.receive(message)).toEqual([0, '{"n":1}']);
  });

  const mac = `,"mac":"${'A'.repeat(43)}="}`;
  it.each([
    '',
    '{}',
    'x'.repeat(2000),
    '{"n":1}',
    mac,
    `{${mac}`,
    `{"counter":${mac}`,
    `{"counter":0${mac}`,
    `{"counter":01${mac}`,
    `{"counter":-1${mac}`,
    `{"counter":1.5${mac}`,
    `{"counter":12345678901234567${mac}`,
    `{"count":12${mac}`,
    `"counter":12${mac}`,
    `{"counter":12${mac} `,
    `{"counter":12,"mac":"short="}`,
  ])('finds no signature in %j', (payload) => {
    const mote = start();
    expect(mote.receive(payload)).toEqual([Code.BadPayload]);
    expect(mote.inbound.counters().malformed).toBe(1);
    expect(mote.receive(host().sign(TOPIC, {}))[0]).toBe(Code.Ok);
  });

  it('needs SHA-256, and a key that cannot be guessed', () => {
    const { outbox } = startSigning();
    expect(createInboundVerifier(null, outbox, { key: KEY })).toBe(Code.Absent);
    expect(createInboundVerifier(createNodeDigest(), outbox, { key: 'fifteen bytes..' })).toBe(
      Code.BadOptions,
    );
  });

  it('takes none twice, whenever the power fails', () => {
    const random = createRandom(5);
    for (let round = 0; round < 20; round++) {
      const nor = createChip(region);
      const signer = host();
      const counted = new Map<string, number>();
      const sent: string[] = [];
      for (let life = 0; life < 10; life++) {
        const mote = start(nor);
        for (const { sequence } of list(mote.outbox)) mote.outbox.acknowledge(sequence);
        const isDark = cutPower(nor, region, random.integer(0, 40), random);
        for (let i = 0; i < 60 && !isDark(); i++) {
          const isOld = sent.length > 0 && random.integer(0, 2) === 0;
          const message = isOld ? sent[random.integer(0, sent.length - 1)]! : signer.sign(TOPIC, { i });
          sent.push(message);
          const [code] = mote.receive(message);
          if (isDark()) break;
          if (code === Code.Ok) counted.set(message, (counted.get(message) ?? 0) + 1);
          else expect(code).toBe(Code.Replay);
          mote.outbox.idle();
        }
        restorePower(nor);
      }
      expect(counted.size).toBeGreaterThan(0);
      expect([...counted.values()].filter((times) => times > 1)).toEqual([]);
    }
  });
});
