// The reader of flat documents: what it takes JSON.parse takes too, and says the same of it; nothing makes it throw or go on for ever.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant, toText } from '../../../src/bytes/bytes.ts';
import { createFlatReader, INTEGER_MAX, Kind } from '../../../src/parts/commands/flat.ts';
import { Code } from '../../../src/ports/codes.ts';

const SEED = 608;
const reader = createFlatReader();

/** Longest documents that a mote takes in are shorter. */
const STEPS_MAX = 2000;

/** What stands behind a value that is legal and of no use. */
const OTHER = Symbol('other');

/** @returns the members in their order, or the code. Keys are found by asking for each of `keys`. */
function read(text: string, keys: readonly string[]): [string, unknown][] | number {
  const bytes = constant(text);
  reader.open(bytes);
  const found: [string, unknown][] = [];
  for (let steps = 0; ; steps++) {
    expect(steps).toBeLessThan(STEPS_MAX);
    const more = reader.next();
    if (more < 0) {
      expect(reader.next()).toBe(more);
      expect(reader.place()).toBeLessThanOrEqual(text.length);
      return more;
    }
    if (more === 0) return found;
    const { kind, value, at, size } = reader.member;
    const key = keys.find((one) => reader.isKey(constant(one))) ?? '?';
    found.push([key, kind === Kind.Text ? toText(bytes, at, size) : kind === Kind.Integer ? value : OTHER]);
  }
}

/** Printable ASCII without what would need an escape. */
const plain = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 12,
  })
  .filter((text) => !/["\\]/.test(text));
const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
const scalar = fc.oneof(
  plain,
  fc.integer(),
  fc.integer({ min: -INTEGER_MAX, max: INTEGER_MAX }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(true, false, null),
);

describe('flat documents', () => {
  it('says of a flat object what JSON.parse says', () => {
    fc.assert(
      fc.property(
        fc.dictionary(plain, scalar, { maxKeys: 8 }),
        fc.array(space, { minLength: 4 }),
        (object, spaces) => {
          let at = 0;
          const gap = () => spaces[at++ % spaces.length]!;
          const members = Object.entries(object).map(
            ([key, value]) =>
              `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${JSON.stringify(value)}${gap()}`,
          );
          const text = `${gap()}{${members.join(',')}${members.length === 0 ? gap() : ''}}${gap()}`;
          const keys = Object.keys(object);
          const expected = Object.entries(JSON.parse(text) as object).map(([key, value]) => [
            key,
            typeof value === 'string' ||
            (Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX && !/[e.]/.test(JSON.stringify(value)))
              ? Object.is(value, -0)
                ? 0
                : value
              : OTHER,
          ]);
          // Object.entries puts keys that look like numbers first, in both.
          expect(read(text, keys)).toEqual(expected);
        },
      ),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('takes nothing that JSON.parse does not take, whatever it is', () => {
    const pieces = [
      '{',
      '}',
      '"',
      ':',
      ',',
      '1',
      '0',
      '-',
      '.',
      'e5',
      'true',
      'null',
      '"a"',
      '"b"',
      ' ',
      '[',
      ']',
      '\\',
      '\0',
      '\xff',
    ];
    const value = fc.constantFrom('1', '-20', '0', 'true', 'null', '"x"', '1.5', '1e3', '""', '123456789');
    const member = fc.tuple(fc.constantFrom('"a"', '"b"'), value).map(([key, text]) => [key, ':', text]);
    const edit = fc.tuple(fc.nat(30), fc.nat(1), fc.option(fc.constantFrom(...pieces)));
    // A right document, in which some pieces are left out, put in or put in the place of others.
    const soup = fc
      .tuple(fc.array(member, { maxLength: 4 }), fc.array(edit, { maxLength: 2 }))
      .map(([members, edits]) => {
        const parts = ['{', ...members.flatMap((one, i) => (i > 0 ? [',', ...one] : one)), '}'];
        for (const [at, out, put] of edits) {
          parts.splice(at % (parts.length + 1), out, ...(put === null ? [] : [put]));
        }
        return parts.join('');
      });
    let taken = 0;
    fc.assert(
      fc.property(soup, (text) => {
        const found = read(text, ['a', 'b']);
        if (typeof found === 'number') return found === Code.Malformed;
        taken++;
        const parsed = JSON.parse(text) as Record<string, unknown>;
        // Of a key that is there twice JSON.parse gives the last.
        for (const [key, value] of found) {
          const isLast = found.filter(([other]) => other === key).at(-1)![1] === value;
          if (key !== '?' && isLast && value !== OTHER) {
            expect(value === parsed[key] || value === 0).toBe(true);
          }
        }
        return true;
      }),
      { seed: SEED, numRuns: 20_000 },
    );
    // With nothing taken there would be nothing compared.
    expect(taken).toBeGreaterThan(2000);
    expect(taken).toBeLessThan(18_000);
  });

  it('reads any bytes to their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1024 }), (bytes) => {
        const text = String.fromCharCode(...bytes);
        for (const document of [text, `{${text}`, `{"a":${text}`, `{"a":"${text}`]) read(document, ['a']);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it.each([
    ['nothing', ''],
    ['an array', '[1]'],
    ['a number', '5'],
    ['nested once', '{"a":{}}'],
    ['nested deep', '{"a":'.repeat(200)],
    ['arrays in arrays', `{"a":${'['.repeat(500)}`],
    ['an escape', '{"a":"\\u0041"}'],
    ['NUL in a text', '{"a":"\0"}'],
    ['NUL behind the end', '{"a":1}\0'],
    ['something behind the end', '{"a":1}{}'],
    ['single quotes', "{'a':1}"],
    ['no quotes', '{a:1}'],
    ['UTF-8', '{"a":"\xc3\xa9"}'],
    ['a comma too many', '{"a":1,}'],
    ['only a comma', '{,}'],
    ['no comma', '{"a":1 "b":2}'],
    ['no value', '{"a":}'],
    ['NaN', '{"a":NaN}'],
    ['Infinity', '{"a":-Infinity}'],
    ['a zero in front', '{"a":007}'],
    ['a plus', '{"a":+1}'],
    ['a point without digits', '{"a":1.}'],
    ['an exponent without digits', '{"a":1e}'],
    ['hexadecimal', '{"a":0x10}'],
    ['no end', '{"a":1'],
    ['no end of a text', '{"a":"1'],
    ['a comment', '{"a":1}//'],
  ])('refuses %s', (_what, text) => {
    expect(read(text, ['a', 'b'])).toBe(Code.Malformed);
  });

  it.each([
    ['99999999', 99999999],
    ['-99999999', -99999999],
    ['100000000', OTHER],
    ['134217728', OTHER],
    ['-134217729', OTHER],
    ['9'.repeat(400), OTHER],
    ['1.0', OTHER],
    ['1e3', OTHER],
    ['-0', 0],
    ['true', OTHER],
  ])('reads the number %s', (text, value) => {
    expect(read(`{"a":${text}}`, ['a'])).toEqual([['a', value]]);
  });

  it('tells keys and texts that begin alike', () => {
    reader.open(constant('{"interval.air":"abc"}'));
    reader.next();
    const [key, head, rest] = ['interval.air', 'interval.', 'air'].map((text) => constant(text));
    expect(reader.isKey(key!)).toBe(true);
    expect(reader.isKey(head!)).toBe(false);
    expect(reader.isKeyOf(head!, rest!)).toBe(true);
    expect(reader.isKeyOf(head!, constant('ai'))).toBe(false);
    expect(reader.isKeyOf(head!, constant('airs'))).toBe(false);
    expect(reader.isText(constant('abc'))).toBe(true);
    expect(reader.isText(constant('ab'))).toBe(false);
    expect(reader.isText(constant('abcd'))).toBe(false);
  });
});
