// Properties of MQTT 5.0 at random: legal ones, as a list and in the words of mqtt-packet, and values of all kinds.

import fc from 'fast-check';
import { kindOf, kindsIn, type Kind, type Place, type Property, type Type, type Value } from './spec5.ts';

export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const fromUtf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

export const word: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => !text.includes('\0'))
  .map(utf8);
export const topicName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a', 'b/c', 'big/x'),
  word.filter((text) => text.length > 0 && !/^\$|[+#]/.test(text)),
);
export const anyBytes: fc.Arbitrary<string> = fc
  .uint8Array({ maxLength: 20 })
  .map((values) => String.fromCharCode(...values));

const wholes = (max: number): fc.Arbitrary<number> =>
  fc
    .oneof(fc.nat(300), fc.nat(max), fc.constantFrom(0, 1, 127, 128, 16383, 16384, max))
    .map((n) => n % (max + 1));

/** A value that such a property may have. */
export function valueOf(kind: Kind): fc.Arbitrary<Value> {
  const least = kind.isNeverZero ? 1 : 0;
  const from = (max: number): fc.Arbitrary<number> => wholes(max).map((n) => Math.max(least, n));
  if (kind.id === 8) return topicName;
  if (kind.id === 35) return fc.integer({ min: 1, max: 4 });
  const values: Readonly<Record<Type, fc.Arbitrary<Value>>> = {
    bit: fc.nat(1),
    word: from(0xffff),
    double: fc.oneof(from(0xffffffff), fc.constantFrom(0x7ffffff, 0x8000000, 0x10000000)),
    length: fc.oneof(from(0xfffffff), fc.constantFrom(0x7ffffff, 0x8000000)),
    text: word,
    binary: anyBytes,
    pair: fc.tuple(word, word),
  };
  return values[kind.type];
}

/** Properties that may stand there, in any order; what may be there several times sometimes is. */
export function propertiesIn(place: Place, without: readonly number[] = []): fc.Arbitrary<Property[]> {
  const kinds = kindsIn(place).filter(({ id }) => !without.includes(id));
  return fc
    .array(
      fc.constantFrom(...kinds).chain((kind) => valueOf(kind).map((value): Property => [kind.id, value])),
      { maxLength: 6 },
    )
    .map((list) =>
      list.filter(
        ([id], index) => id === 38 || id === 11 || list.findIndex(([other]) => other === id) === index,
      ),
    );
}

/** The same for mqtt-packet, which wants text, not bytes. */
export function named(list: readonly Property[]): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  const pairs = Object.create(null) as Record<string, string[]>;
  const ids: number[] = [];
  for (const [id, value] of list) {
    const { name, type } = kindOf(id)!;
    if (type === 'pair') {
      const [key, text] = value as readonly [string, string];
      (pairs[fromUtf8(key)] ??= []).push(fromUtf8(text));
      properties[name] = pairs;
    } else if (type === 'length') {
      ids.push(value as number);
      properties[name] = ids;
    } else if (type === 'bit') properties[name] = id === 36 ? value : value === 1;
    else if (type === 'binary') properties[name] = Buffer.from(value as string, 'latin1');
    else if (type === 'text') properties[name] = fromUtf8(value as string);
    else properties[name] = value;
  }
  return properties;
}

/** What mqtt-packet has read, so that it can be compared: one value or several of a name are a list. */
export function comparable(properties: object | undefined): unknown {
  const listed = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);
  const plain = (name: string, value: unknown): unknown => {
    // An empty value of a user property that comes again is taken for none by mqtt-packet.
    if (name === 'userProperties') {
      return Object.entries(value as object)
        .map(([key, texts]) => [key, (listed(texts) as string[]).filter((text) => text !== '')])
        .sort();
    }
    if (Buffer.isBuffer(value)) return value.toString('latin1');
    return name === 'subscriptionIdentifier' ? listed(value) : value;
  };
  return Object.fromEntries(
    Object.entries(properties ?? {})
      .map(([name, value]) => [name, plain(name, value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
