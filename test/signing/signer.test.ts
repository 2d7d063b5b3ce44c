// What a mote signs, as the host's verifier sees it; and its numbers over losses of power.
import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../flash/signing/verifier.ts';
import { createNodeDigest } from '../../sim/node/digest.ts';
import { createManualClock } from '../../sim/manual.ts';
import { createRandom } from '../../sim/network/random.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { COUNTER_BLOCK, createSignedCounter } from '../../src/signing/counter.ts';
import type { SigningState } from '../../src/signing/state.ts';
import { createSigner } from '../../src/signing/signer.ts';
import { append, createChip, cutPower, list, restorePower } from '../power/bench.ts';
import { KEY, region, startSigning } from './bench.ts';

const TOPIC = 'balcony/outdoor/temperature';
const counterOf = (payload: string) => (JSON.parse(payload) as { counter: number }).counter;

describe('a mote that signs', () => {
  it('adds number and MAC to a JSON object, and nothing else changes in it', () => {
    const mote = startSigning();
    mote.writer.begin(mote.topic(TOPIC));
    mote.writer.text('{"value":');
    mote.writer.fixed(2154, 2);
    mote.writer.text(',"unit":"\xc2\xb0C","n":');
    mote.writer.integer(-7);
    mote.writer.text('}');
    expect(mote.writer.end()).toBe(Code.Ok);
    const [{ topic, payload }] = mote.messages as [{ topic: string; payload: string }];
    expect(topic).toBe(TOPIC);
    expect(payload).toMatch(
      /^\{"value":21\.54,"unit":"\xc2\xb0C","n":-7,"counter":1000,"mac":"[\w+/]{43}="\}$/,
    );
    const bytes = Buffer.from(payload, 'latin1');
    expect(createVerifier({ key: KEY }).verify(topic, bytes)).toEqual({
      ok: true,
      value: { value: 21.54, unit: '°C', n: -7 },
      counter: 1000,
    });
  });

  it('signs what was put together elsewhere', () => {
    const mote = startSigning();
    mote.writer.begin(mote.topic(TOPIC));
    mote.writer.text('{"value":');
    mote.writer.bytes(constant('21'));
    mote.writer.text('}');
    expect(mote.writer.end()).toBe(Code.Ok);
    const [{ topic, payload }] = mote.messages as [{ topic: string; payload: string }];
    expect(createVerifier({ key: KEY }).verify(topic, payload)).toMatchObject({
      ok: true,
      value: { value: 21 },
    });
  });

  it('signs nothing more when its numbers end, and begins at none again', () => {
    let kept = 0x7ffffff;
    const counter = createSignedCounter({
      block: () => kept,
      keepBlock(block) {
        kept = block;
        return Code.Ok;
      },
    } as SigningState);
    expect(counter.reserve()).toBe(Code.Range);
    expect([counter.next(), counter.next()]).toEqual([Code.Range, Code.Range]);
    expect(kept).toBe(0x7ffffff);
  });

  it('says the time that is known when it signs, and null before: what is signed does not change any more', () => {
    const mote = startSigning();
    const publish = () => {
      mote.writer.begin(mote.topic(TOPIC));
      mote.writer.text('{"time":');
      mote.writer.time();
      mote.writer.text('}');
      expect(mote.writer.end()).toBe(Code.Ok);
    };
    publish();
    mote.clock.setWall(1767268800);
    publish();
    const verifier = createVerifier({ key: KEY });
    const times = mote.messages.map(({ topic, payload }) => verifier.verify(topic, payload));
    expect(times).toMatchObject([{ value: { time: null } }, { value: { time: 1767268800 } }]);
  });

  it.each(['', 'online', '[1]', '21.5', '{', '{}', '}'])(
    'signs nothing that is no JSON object with a member: %j',
    (text) => {
      const mote = startSigning();
      expect(mote.publish(TOPIC, text)).toBe(Code.BadPayload);
      expect(mote.messages).toEqual([]);
    },
  );

  it('refuses what is too long, and a message that was dropped or never begun', () => {
    const mote = startSigning();
    expect(mote.publish(TOPIC, `{"a":"${'x'.repeat(400)}"}`)).toBe(Code.TooLong);
    expect(mote.writer.end()).toBe(Code.BadTopic);
    mote.writer.begin(mote.topic(TOPIC));
    mote.writer.bytes(undefined as never);
    expect(mote.writer.end()).toBe(Code.BadTopic);
    expect(mote.publish(TOPIC, '{"a":1}')).toBe(Code.Ok);
  });

  it('says what the protocol says, and gives no number twice', () => {
    const mote = startSigning(createChip(region), KEY, [Code.Full, Code.Ok, Code.Busy]);
    expect([1, 2, 3, 4].map((n) => mote.publish(TOPIC, `{"n":${n}}`))).toEqual([Code.Full, 0, Code.Busy, 0]);
    expect(mote.messages.map(({ payload }) => counterOf(payload))).toEqual([1001, 1003]);
  });
});

describe('who cannot sign', () => {
  const clock = createManualClock();
  const { outbox } = startSigning();
  it('has an engine without SHA-256', () => {
    expect(createSigner({ digest: null, clock, outbox }, { key: KEY })).toBe(Code.Absent);
  });

  it('has a key that can be guessed', () => {
    const digest = createNodeDigest();
    expect(createSigner({ digest, clock, outbox }, { key: 'fifteen bytes..' })).toBe(Code.BadOptions);
  });

  it('keeps no number over a loss of power', () => {
    const ports = { digest: createNodeDigest(), clock, outbox: createRamOutbox(4, 100) };
    expect(createSigner(ports, { key: KEY })).toBe(Code.Unknown);
  });
});

describe('numbers of signed messages', () => {
  it('rise over a start, by a block, and flash is written once for a block', () => {
    const mote = startSigning();
    const { programs } = mote.nor.counters;
    for (let i = 0; i < COUNTER_BLOCK; i++) mote.publish(TOPIC, '{"n":1}');
    expect(mote.nor.counters.programs).toBe(programs);
    mote.publish(TOPIC, '{"n":1}');
    expect(mote.nor.counters.programs).toBeGreaterThan(programs);
    const numbers = mote.messages.map(({ payload }) => counterOf(payload));
    expect(numbers).toEqual(Array.from({ length: COUNTER_BLOCK + 1 }, (_, i) => 1000 + i));
    const again = startSigning(mote.nor);
    again.publish(TOPIC, '{"n":1}');
    expect(counterOf(again.messages[0]!.payload)).toBe(3000);
  });

  it('go beyond 32 bits', () => {
    const { nor, outbox } = startSigning();
    outbox.remember(StateKey.Signing, constant('S\xfe\xff\xff\x07'));
    const mote = startSigning(nor);
    mote.publish(TOPIC, '{"n":1}');
    expect(counterOf(mote.messages[0]!.payload)).toBe(0x7ffffff * 1000);
  });

  it('are not taken from what somebody else has kept in their place', () => {
    const { nor, outbox } = startSigning();
    outbox.remember(StateKey.Signing, constant('\0\x01\x02\x03\x04\x05\x06\x07'));
    const mote = startSigning(nor);
    mote.publish(TOPIC, '{"n":1}');
    expect(counterOf(mote.messages[0]!.payload)).toBe(1000);
  });

  it('are refused while the outbox is full, and there again when it has room', () => {
    const mote = startSigning();
    for (let i = 0; i < COUNTER_BLOCK; i++) mote.publish(TOPIC, '{"n":1}');
    let last = 0;
    for (let sequence = 0; sequence >= 0; sequence = append(mote.outbox, 'x'.repeat(60))) last = sequence;
    expect(mote.publish(TOPIC, '{"n":1}')).toBe(Code.Full);
    for (let sequence = 1; sequence <= last; sequence++) mote.outbox.acknowledge(sequence);
    mote.outbox.idle();
    expect(mote.publish(TOPIC, '{"n":1}')).toBe(Code.Ok);
  });

  it('are never given twice, whenever the power fails', () => {
    const random = createRandom(11);
    for (let round = 0; round < 20; round++) {
      const nor = createChip(region);
      let before = 0;
      for (let life = 0; life < 12; life++) {
        const mote = startSigning(nor);
        // What the last life left would fill the pages, and nothing could be kept then.
        for (const { sequence } of list(mote.outbox)) mote.outbox.acknowledge(sequence);
        const isDark = cutPower(nor, region, random.integer(0, 12), random);
        for (let i = 0; i < 2200 && !isDark(); i++) {
          const code = mote.publish(TOPIC, '{"n":1}');
          if (isDark()) break;
          expect(code).toBe(Code.Ok);
          const number = counterOf(mote.messages[mote.messages.length - 1]!.payload);
          expect(number).toBeGreaterThan(before);
          before = number;
          if (i % 50 === 0) mote.outbox.acknowledge(append(mote.outbox, 'reading'));
          mote.outbox.idle();
        }
        restorePower(nor);
      }
      expect(before).toBeGreaterThan(0);
    }
  });
});
