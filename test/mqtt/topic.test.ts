import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isText, isTopicName, STRING_MAX } from '../../src/mqtt/topic.ts';

/** The reference: Node's strict decoder. */
function isTextByNode(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).includes('\0');
  } catch {
    return false;
  }
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('isText', () => {
  it('agrees with a strict UTF-8 decoder on random bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 6 });
    const leads = fc
      .tuple(
        fc.constantFrom(0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
      )
      .map(([lead, rest]) => Uint8Array.of(lead, ...rest));
    fc.assert(
      fc.property(fc.oneof(bytes, leads), (input) => {
        expect(isText(latin1(input))).toBe(isTextByNode(input));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes every assigned length of character', () => {
    for (const character of ['a', '\x7f', 'é', '߿', 'ࠀ', '퟿', '', '￿', '𐀀', '\u{10ffff}']) {
      expect(isText(latin1(Buffer.from(character)))).toBe(true);
    }
  });

  it('refuses characters that are no bytes, which only a host can have', () => {
    expect(isText('21 \u20ac')).toBe(false);
  });

  it('ends at 65535 bytes [MQTT-4.7.3-3]', () => {
    expect(isText('a'.repeat(STRING_MAX))).toBe(true);
    expect(isText('a'.repeat(STRING_MAX + 1))).toBe(false);
  });
});

describe('isTopicName', () => {
  it.each(['a', '/', 'a/b', ' ', '$SYS/x', 'caf\xc3\xa9'])('takes %j', (name) => {
    expect(isTopicName(name)).toBe(true);
  });

  it.each(['', 'a/+', '#', 'a#', 'a\0b', '\xc0\x80', '\xed\xa0\x80', '\xff'])('refuses %j', (name) => {
    expect(isTopicName(name)).toBe(false);
  });
});
