// HMAC-SHA-256 against the vectors of RFC 4231, and against Node's own for any key and message.
import { createHmac as createNodeHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../src/bytes/bytes.ts';
import { createHmac, MAC_SIZE } from '../../src/signing/hmac.ts';
import { createNodeDigest } from '../../sim/node/digest.ts';
import { RFC4231 } from './vectors.ts';

const macOf = (key: string, message: string) =>
  createHmac(createNodeDigest(), key, 300).of(constant(message));
const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('HMAC-SHA-256', () => {
  it.each(RFC4231)('is that of RFC 4231, $name', ({ key, message, mac }) => {
    expect(Buffer.from(macOf(key, message), 'base64').toString('hex')).toBe(mac);
  });

  it('is that of Node, whatever key and message', () => {
    const bytes = (maxLength: number) =>
      fc.uint8Array({ minLength: 1, maxLength }).map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(bytes(140), bytes(300), (key, message) => {
        const mac = createNodeHmac('sha256', latin1(key)).update(latin1(message)).digest('base64');
        expect(macOf(key, message)).toBe(mac);
        expect(mac).toHaveLength(MAC_SIZE);
      }),
    );
  });

  it('serves one message after the other', () => {
    const hmac = createHmac(createNodeDigest(), RFC4231[1]!.key, 300);
    const long = hmac.of(constant('a'.repeat(300)));
    const vector = hmac.of(constant(RFC4231[1]!.message));
    expect(Buffer.from(vector, 'base64').toString('hex')).toBe(RFC4231[1]!.mac);
    expect(hmac.of(constant('a'.repeat(300)))).toBe(long);
  });

  it('tells MACs apart by any character, and by length', () => {
    const hmac = createHmac(createNodeDigest(), 'k', 10);
    const mac = hmac.of(constant('m'));
    expect(hmac.isSame(mac, mac)).toBe(true);
    for (let i = 0; i < MAC_SIZE; i++) {
      const other = `${mac.slice(0, i)}${mac[i] === 'A' ? 'B' : 'A'}${mac.slice(i + 1)}`;
      expect(hmac.isSame(mac, other)).toBe(false);
    }
    expect(hmac.isSame(mac, mac.slice(1))).toBe(false);
    expect(hmac.isSame(mac, '')).toBe(false);
  });
});
