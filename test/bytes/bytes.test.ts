// Both forms of bytes do the same to the same text; what was lent may be spoilt behind their back, what is kept may not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteAt,
  constant,
  copy,
  createBuffer,
  createView,
  cut,
  drop,
  EMPTY,
  emptied,
  fits,
  flipped,
  fromText,
  isBytes,
  join,
  joinFixed,
  joinInteger,
  joinText,
  joinWord,
  keep,
  release,
  slashAt,
  standsAt,
  tail,
  toText,
  wordAt,
  type Bytes,
} from '../../src/bytes/bytes.ts';
import { decimalText } from '../../src/bytes/decimal.ts';

const IS_ARRAY = typeof EMPTY !== 'string';
const all = (bytes: Bytes) => toText(bytes, 0, bytes.length);
const text = fc.string({ unit: fc.nat(255).map((byte) => String.fromCharCode(byte)), maxLength: 40 });

/** A buffer of exactly `capacity` bytes that holds `held` behind `from` bytes that were dropped. */
function hold(capacity: number, held: string, from = 0): Bytes {
  const buffer = joinText(createBuffer(capacity), '.'.repeat(from) + held);
  return from > 0 ? drop(buffer, from) : buffer;
}

describe('text and bytes', () => {
  it('come back as they went in, every byte', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(all(fromText(value))).toBe(value);
        expect(all(constant(value))).toBe(value);
        expect(constant(value)).toHaveLength(value.length);
      }),
    );
  });

  it('give a part as text', () => {
    expect(toText(constant('abcdef'), 2, 3)).toBe('cde');
  });
});

describe('isBytes', () => {
  it('takes bytes, empty ones too', () => {
    expect(isBytes(constant('a'))).toBe(true);
    expect(isBytes(EMPTY)).toBe(true);
  });

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a number', 7],
    ['an object', {}],
    ['a function', () => ''],
    ['an array', [1, 2]],
    ['a Uint8Array', new Uint8Array(2)],
    ['a view of text', { data: 'ab', from: 0, length: 2 }],
    ['a view without a length', { data: new Uint8Array(2), from: 0 }],
    ['bytes of the other form', IS_ARRAY ? 'text' : { data: new Uint8Array(2), from: 0, length: 2 }],
  ])('refuses %s', (_name, value) => {
    expect(isBytes(value)).toBe(false);
  });
});

describe('looking', () => {
  it('gives each byte, and none beyond the end', () => {
    const bytes = constant('\0a\xff');
    expect([0, 1, 2].map((at) => byteAt(bytes, at))).toEqual([0, 0x61, 0xff]);
    for (const at of [3, 4, 1000]) {
      expect(byteAt(bytes, at) < 128).toBe(false);
      expect(byteAt(bytes, at) === 0x61).toBe(false);
    }
  });

  it('stays within a view of more', () => {
    const view = cut(createView(), constant('abc/'), 1, 1);
    expect(byteAt(view, 0)).toBe(0x62);
    expect(byteAt(view, 1) < 256).toBe(false);
    expect(slashAt(view, 0)).toBe(-1);
    expect(slashAt(cut(createView(), constant('ab/'), 0, 2), 0)).toBe(-1);
    expect(standsAt(view, constant('bc'), 0)).toBe(false);
  });

  it('finds a key where it stands, as text does', () => {
    fc.assert(
      fc.property(text, text, fc.nat(40), fc.nat(5), (value, other, from, length) => {
        const bytes = constant(value);
        const at = Math.min(from, value.length);
        for (const key of [other, value.substr(at, length)]) {
          expect(standsAt(bytes, constant(key), at)).toBe(value.substr(at, key.length) === key);
        }
      }),
    );
  });

  it('finds the next slash', () => {
    const bytes = constant('a/b//');
    expect([0, 1, 2, 3, 4, 5].map((from) => slashAt(bytes, from))).toEqual([1, 1, 3, 3, 4, -1]);
  });
});

describe('cutting and joining', () => {
  it('cuts and drops as text does', () => {
    fc.assert(
      fc.property(text, fc.nat(40), fc.nat(40), (value, a, b) => {
        const from = Math.min(a, value.length);
        const count = Math.min(b, value.length - from);
        expect(all(cut(createView(), constant(value), from, count))).toBe(value.substr(from, count));
        expect(all(drop(constant(value), from))).toBe(value.slice(from));
        expect(
          all(tail(createView(), cut(createView(), constant(`${value}more`), 0, value.length), from)),
        ).toBe(value.slice(from));
      }),
    );
  });

  it('joins what fits, whatever was dropped before, and leaves the tail as it is', () => {
    fc.assert(
      fc.property(text, text, text, fc.nat(20), fc.nat(9), (held, more, around, from, spare) => {
        const capacity = Math.max(from + held.length, held.length + more.length) + spare;
        for (const tail of [
          constant(more),
          cut(createView(), constant(around + more), around.length, more.length),
        ]) {
          expect(all(join(hold(capacity, held, from), tail))).toBe(held + more);
          expect(all(tail)).toBe(more);
        }
        expect(all(joinText(hold(capacity, held, from), more))).toBe(held + more);
      }),
    );
  });

  it('joins the beginning of something longer', () => {
    const tail = cut(createView(), constant('abcdef'), 0, 2);
    expect(all(join(hold(9, 'x'), tail))).toBe('xab');
    expect(all(join(hold(3, 'x'), tail))).toBe('xab');
  });

  it.runIf(IS_ARRAY)('shows by its length that something did not fit, and stays so', () => {
    const over = [
      join(hold(4, 'abc'), constant('de')),
      joinText(hold(4, 'abc'), 'de'),
      joinInteger(hold(4, 'abc'), 10),
      joinInteger(hold(4, 'abcd'), -1),
      joinFixed(hold(4, 'abc'), -5, 1),
    ];
    for (const buffer of over) {
      expect(buffer).toHaveLength(5);
      expect(join(buffer, constant('x'))).toHaveLength(5);
      expect(join(buffer, EMPTY)).toHaveLength(5);
      expect(joinText(buffer, 'x')).toHaveLength(5);
      expect(joinInteger(buffer, 1)).toHaveLength(5);
      expect(all(joinText(emptied(buffer), 'abcd'))).toBe('abcd');
    }
  });

  it.runIf(IS_ARRAY)('makes no byte of what is none', () => {
    expect(all(joinText(createBuffer(4), '\u0100\u0141\xff'))).toBe('\xff\xff\xff');
  });

  it.runIf(IS_ARRAY)('stays as it was where nothing fits', () => {
    const buffer = join(hold(6, 'abcdef'), constant('x'));
    expect(toText(buffer, 0, 6)).toBe('abcdef');
    expect(toText(joinText(hold(6, 'abcdef'), 'x'), 0, 6)).toBe('abcdef');
  });

  it('gives a place back for the next', () => {
    const place = release(copy(createBuffer(4), constant('abcd')));
    expect(all(copy(place, constant('ef')))).toBe('ef');
    if (!IS_ARRAY) expect(place).toBe('');
  });

  it('empties', () => {
    expect(emptied(hold(9, 'abc', 2))).toHaveLength(0);
    expect(all(joinText(emptied(hold(4, 'abc')), 'defg'))).toBe('defg');
  });
});

describe('numbers', () => {
  const limit = 0x7ffffff;

  it.each([0, 1, -1, 9, 10, -10, 99, 100, 12345, limit, -limit, 100000000, 99999999])(
    'writes %i',
    (value) => {
      expect(all(joinInteger(createBuffer(20), value))).toBe(`${value}`);
    },
  );

  it('writes numbers beyond 2^27 too', () => {
    for (const value of [limit + 1, 0x7fffffff, -0x7fffffff, 1000000000, 4294967295]) {
      expect(all(joinInteger(hold(20, '='), value))).toBe(`=${value}`);
    }
  });

  it.each([Infinity, -Infinity, NaN])('comes to an end with %d', (value) => {
    expect(all(joinInteger(hold(40, '='), value))).toMatch(/^=.+/);
    expect(all(joinFixed(hold(40, '='), value, 2))).toMatch(/^=.+/);
  });

  it.each([1e10, 12345678901, -1e15, Number.MAX_SAFE_INTEGER, 1e22])(
    'writes %d, and the same as decimal text',
    (value) => {
      expect(all(joinInteger(hold(40, '='), value))).toBe(`=${value}`);
      expect(all(joinFixed(hold(40, '='), value, 2))).toBe(`=${decimalText(value, 2)}`);
    },
  );

  it('writes the same as decimal text', () => {
    fc.assert(
      fc.property(fc.integer({ min: -limit, max: limit }), fc.nat(6), (value, decimals) => {
        expect(all(joinFixed(hold(20, 'x='), value, decimals))).toBe(`x=${decimalText(value, decimals)}`);
        expect(all(joinInteger(createBuffer(20), value))).toBe(decimalText(value, 0));
      }),
    );
  });

  it.each([
    [0, 3, '0.000'],
    [5, 2, '0.05'],
    [-5, 2, '-0.05'],
    [-100, 2, '-1.00'],
    [999999, 6, '0.999999'],
    [1000000, 6, '1.000000'],
  ])('writes %i with %i decimals as %s', (value, decimals, expected) => {
    expect(all(joinFixed(createBuffer(20), value, decimals))).toBe(expected);
  });
});

describe('words', () => {
  it('are 16 bits, the lower eight first, of any number', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(4), (value, from) => {
        const held = joinWord(hold(8, 'ab', from), value);
        expect(wordAt(held, 2)).toBe(value & 0xffff);
        expect(byteAt(held, 2)).toBe(value & 255);
        expect(held).toHaveLength(4);
      }),
    );
  });

  it('have bits turned round', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), fc.nat(255), (from, at, mask) => {
        const held = flipped(hold(8, 'abcd', from), at, mask);
        const codes = [...'abcd'].map((one, i) => one.charCodeAt(0) ^ (i === at ? mask : 0));
        expect(all(held)).toBe(String.fromCharCode(...codes));
      }),
    );
  });
});

describe('keeping', () => {
  /** Make something else of what was lent. Strings stay what they are. */
  function spoil(lent: Bytes): void {
    if (typeof lent !== 'string') (lent as { data: Uint8Array }).data.fill(0xee);
  }

  it('keeps what follows a position, also of what it kept before', () => {
    const buffer = createBuffer(10);
    const lent = constant('abcdef');
    let kept = keep(buffer, lent, 1);
    spoil(lent);
    expect(all(kept)).toBe('bcdef');
    kept = keep(buffer, join(kept, constant('ghij')), 2);
    expect(all(kept)).toBe('defghij');
    expect(all(keep(buffer, cut(createView(), kept, 1, 4), 1))).toBe('fgh');
  });

  it('copies, over what stood there', () => {
    const lent = constant('abc');
    const kept = copy(hold(5, 'vwxyz'), lent);
    spoil(lent);
    expect(all(kept)).toBe('abc');
  });

  it('gives a place back that can be copied to again', () => {
    const place = release(copy(createBuffer(3), constant('abc')));
    expect(all(copy(place, constant('de')))).toBe('de');
  });

  it('says what fits: anything as strings, no more than there is room for in arrays', () => {
    expect(fits(constant('abc'), 3)).toBe(true);
    expect(fits(constant('abcd'), 3)).toBe(!IS_ARRAY);
  });
});
