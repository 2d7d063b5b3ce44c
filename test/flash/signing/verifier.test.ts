// The host's verifier: what it accepts once, what it rejects and why, and what it remembers.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../sim/network/random.ts';
import { createSigner } from '../../../flash/signing/signer.ts';
import { createVerifier, type VerifierState } from '../../../flash/signing/verifier.ts';
import { createWindow, RANGES_MAX } from '../../../flash/signing/window.ts';

const KEY = 'a key of more than sixteen bytes';
const TOPIC = 'balcony/outdoor/temperature';
/** A message of a mote whose number is `counter`. */
const signed = (counter: number, value: Record<string, unknown> = {}, topic = TOPIC, key = KEY) =>
  createSigner({ key, counter: counter - 1, now: () => 0 }).sign(topic, value);

describe('createVerifier', () => {
  it('gives value and number of what was signed', () => {
    const verifier = createVerifier({ key: KEY });
    expect(verifier.verify(TOPIC, signed(1000, { value: 1, unit: '°C' }))).toEqual({
      ok: true,
      value: { value: 1, unit: '°C' },
      counter: 1000,
    });
    expect(verifier.verify(TOPIC, Buffer.from(signed(1001)))).toEqual({ ok: true, value: {}, counter: 1001 });
  });

  it('computes the MAC that another implementation computes', () => {
    // printf 'm/t\0{"n":1,"counter":7' | openssl dgst -sha256 -hmac 0123456789abcdef -binary | base64
    expect(signed(7, { n: 1 }, 'm/t', '0123456789abcdef')).toBe(
      '{"n":1,"counter":7,"mac":"8toKpnF80ybXyhz5fs6xoUcyX3Dvcs89SDJuXkBbdTI="}',
    );
  });

  it('rejects another key, another topic and any other byte', () => {
    const verifier = createVerifier({ key: KEY });
    const payload = signed(5, { n: 1 });
    expect(verifier.verify(TOPIC, signed(5, { n: 1 }, TOPIC, 'another key of sixteen bytes'))).toEqual({
      ok: false,
      reason: 'bad mac',
    });
    expect(verifier.verify('balcony/outdoor/humidity', payload)).toMatchObject({ reason: 'bad mac' });
    for (let i = 0; i < payload.length; i++) {
      const changed =
        payload.slice(0, i) + String.fromCharCode(payload.charCodeAt(i) ^ 1) + payload.slice(i + 1);
      expect(verifier.verify(TOPIC, changed).ok).toBe(false);
    }
    expect(verifier.verify(TOPIC, payload).ok).toBe(true);
  });

  it.each([
    '',
    '{}',
    'online',
    '{"counter":1}',
    '{"counter":1,"mac":"x"}',
    `{"counter":01,"mac":"${'A'.repeat(43)}="}`,
  ])('finds no signature in %j', (payload) => {
    expect(createVerifier({ key: KEY }).verify(TOPIC, payload)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('takes each message once, in any order', () => {
    const verifier = createVerifier({ key: KEY });
    const order = [3, 1, 2, 9, 5, 7, 6, 8, 4];
    for (const counter of order) expect(verifier.verify(TOPIC, signed(counter)).ok).toBe(true);
    for (const counter of order) {
      expect(verifier.verify(TOPIC, signed(counter))).toEqual({ ok: false, reason: 'duplicate' });
    }
  });

  it('rejects what is older than all that it remembers', () => {
    const verifier = createVerifier({ key: KEY });
    // Each start of a mote leaves a gap.
    for (let boot = 1; boot <= RANGES_MAX + 1; boot++) verifier.verify(TOPIC, signed(boot * 1000));
    expect(verifier.verify(TOPIC, signed(1000))).toEqual({ ok: false, reason: 'replay' });
    expect(verifier.verify(TOPIC, signed(999))).toEqual({ ok: false, reason: 'replay' });
    expect(verifier.verify(TOPIC, signed(1001)).ok).toBe(true);
  });

  it('does not let a forged number move anything', () => {
    const verifier = createVerifier({ key: KEY });
    verifier.verify(TOPIC, signed(2 ** 53 - 1, {}, TOPIC, 'another key of sixteen bytes'));
    expect(verifier.state()).toEqual({});
  });

  it('has a key and numbers for each mote', () => {
    const keys: Record<string, string> = { a: 'the key of the mote a', b: 'the key of the mote b' };
    const verifier = createVerifier({ keyOf: (mote) => keys[mote] });
    expect(verifier.verify('a/s/t', signed(1, {}, 'a/s/t', keys.a)).ok).toBe(true);
    expect(verifier.verify('b/s/t', signed(1, {}, 'b/s/t', keys.b)).ok).toBe(true);
    expect(verifier.verify('b/s/t', signed(2, {}, 'b/s/t', keys.a))).toMatchObject({ reason: 'bad mac' });
    expect(verifier.verify('c/s/t', signed(1, {}, 'c/s/t', keys.a))).toMatchObject({
      reason: 'unknown mote',
    });
  });

  it('remembers over a restart what it is given back', () => {
    const verifier = createVerifier({ key: KEY });
    for (const counter of [1000, 1001, 1003]) verifier.verify(TOPIC, signed(counter));
    const state = JSON.parse(JSON.stringify(verifier.state())) as VerifierState;
    expect(state).toEqual({
      balcony: {
        floor: 0,
        ranges: [
          [1000, 1001],
          [1003, 1003],
        ],
      },
    });
    const again = createVerifier({ key: KEY, state });
    expect(again.verify(TOPIC, signed(1001))).toMatchObject({ reason: 'duplicate' });
    expect(again.verify(TOPIC, signed(1002)).ok).toBe(true);
  });

  it('wants one way to keys, and keys that cannot be guessed', () => {
    expect(() => createVerifier({})).toThrow('a verifier needs keys');
    expect(() => createVerifier({ key: KEY, keyOf: () => KEY })).toThrow('give either key or keyOf');
    expect(() => createVerifier({ key: 'fifteen bytes..' })).toThrow('a signing key has 15 bytes');
    expect(() => createSigner({ key: '' })).toThrow('a signing key has 0 bytes');
  });
});

describe('createSigner', () => {
  it('numbers by the clock, and on where that stands or goes back', () => {
    let now = 1000.7;
    const signer = createSigner({ key: KEY, now: () => now });
    signer.sign(TOPIC, {});
    expect(signer.counter()).toBe(1000);
    signer.sign(TOPIC, {});
    now = 5;
    signer.sign(TOPIC, {});
    expect(signer.counter()).toBe(1002);
  });

  it('refuses members that the signature needs', () => {
    expect(() => createSigner({ key: KEY }).sign(TOPIC, { mac: 1 })).toThrow('member mac');
  });
});

describe('the window', () => {
  it('says of each number whether it was there, as a set does', () => {
    const random = createRandom(3);
    const window = createWindow();
    const seen = new Set<number>();
    for (let i = 0; i < 20000; i++) {
      const counter = random.integer(1, 2000);
      expect(window.take(counter)).toBe(seen.has(counter) ? 'duplicate' : 'new');
      seen.add(counter);
    }
    const { ranges } = window.state();
    for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0]).toBeGreaterThan(ranges[i - 1]![1] + 1);
  });
});
