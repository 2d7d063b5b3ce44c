// What may stand in a packet as text, topic name or filter, against Node's strict decoder and a rule written out level by level.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../src/bytes/bytes.ts';
import { isText, isTopic, STRING_MAX } from '../../src/mqtt/topic.ts';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const text = (value: string) => isText(constant(value));

/** The reference: Node's strict decoder. */
function isTextByNode(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).includes('\0');
  } catch {
    return false;
  }
}

describe('isText', () => {
  it('agrees with a strict UTF-8 decoder on random bytes, and around every lead byte', () => {
    const bytes = fc.uint8Array({ maxLength: 6 });
    const near = fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff);
    const leads = fc
      .tuple(fc.integer({ min: 0xbe, max: 0xff }), fc.array(near, { minLength: 1, maxLength: 4 }))
      .map(([lead, rest]) => Uint8Array.of(lead, ...rest));
    fc.assert(
      fc.property(fc.oneof(bytes, leads), (input) => {
        expect(text(latin1(input))).toBe(isTextByNode(input));
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees on every character of one and two bytes, and on the ends of each longer form', () => {
    for (let a = 0; a < 256; a++) {
      expect(text(latin1(Uint8Array.of(a)))).toBe(isTextByNode(Uint8Array.of(a)));
      for (const b of [0, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0]) {
        for (const rest of [[], [0x80], [0xbf], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0xc0], [0x41, 0x80]]) {
          const bytes = Uint8Array.of(a, b, ...rest);
          expect(text(latin1(bytes))).toBe(isTextByNode(bytes));
        }
      }
    }
  });

  it('takes what any text encodes to', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(text(Buffer.from(value).toString('latin1'))).toBe(!value.includes('\0'));
      }),
    );
  });

  it('refuses what is no bytes, which only a host can have', () => {
    for (const value of ['21 \u20ac', '\u0141', '\ud841', '\udc41', '\ud841\udc41', 'a\u0100']) {
      expect(text(value)).toBe(false);
    }
  });

  it('ends at 65535 bytes [MQTT-4.7.3-3]', () => {
    expect(text('a'.repeat(STRING_MAX))).toBe(true);
    expect(text('a'.repeat(STRING_MAX + 1))).toBe(false);
  });
});

describe('isTopic', () => {
  it.each(['a', '/', 'a/b', ' ', '$SYS/x', 'caf\xc3\xa9', '//', 'a b/c'])(
    'takes %j as name and filter',
    (name) => {
      expect(isTopic(constant(name), false)).toBe(true);
      expect(isTopic(constant(name), true)).toBe(true);
    },
  );

  it.each(['', 'a\0b', '\xc0\x80', '\xed\xa0\x80', '\xff'])('refuses %j as either', (name) => {
    expect(isTopic(constant(name), false)).toBe(false);
    expect(isTopic(constant(name), true)).toBe(false);
  });

  it('takes wildcards in filters only, as whole levels, # as the last one', () => {
    const unit = fc.constantFrom('a', '/', '/', '+', '+', '#');
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 8 }), (filter) => {
        const levels = filter.split('/');
        const isFilter = levels.every(
          (level, i) => level === '+' || (level === '#' && i === levels.length - 1) || !/[+#]/.test(level),
        );
        expect(isTopic(constant(filter), true)).toBe(isFilter);
        expect(isTopic(constant(filter), false)).toBe(!/[+#]/.test(filter));
      }),
      { numRuns: 3000 },
    );
  });
});
