// What a firmware gives as properties, against mqtt-packet and the specification: legal ones are read as what they were, all others
// are refused.

import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { encodeConnect } from '../../src/mqtt/packet.ts';
import { encodeProperties, FOR_CONNECT, FOR_TOPIC, FOR_WILL } from '../../src/property-list.ts';
import type { Property as Given } from '../../src/ports/properties.ts';
import { anyBytes, comparable, named, propertiesIn, word } from './generate5.ts';
import { amount, TIMEOUT_MS, told } from './settings.ts';
import {
  Broken,
  createCursor,
  encodeProperty,
  kindOf,
  KINDS,
  lengthField,
  readProperties,
  type Place,
  type Property,
} from './spec5.ts';
import { packet } from './wire.ts';

type Use = 'FOR_CONNECT' | 'FOR_WILL' | 'FOR_TOPIC';
const USES: Readonly<Record<Use, string>> = { FOR_CONNECT, FOR_WILL, FOR_TOPIC };

const given = ([id, value]: Property): Given =>
  (Array.isArray(value) ? [id, ...(value as [string, string])] : [id, value]) as unknown as Given;

/** @returns the properties that mqtt-packet reads in the packet that they are for. */
function readBack(properties: string, use: Use): object | undefined {
  const bytes =
    use === 'FOR_TOPIC'
      ? packet(0x30, `\0\x01t${lengthField(properties.length)}${properties}`)
      : encodeConnect(
          {
            clientId: 'mote',
            keepAliveSec: 60,
            cleanSession: false,
            ...(use === 'FOR_CONNECT' && { properties }),
            ...(use === 'FOR_WILL' && {
              will: { topic: 't', payload: '', qos: 0, retain: false, properties },
            }),
          },
          true,
          'mote',
          true,
          '',
        );
  const found: mqttPacket.Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (read) => void found.push(read));
  parser.on('error', (error) => {
    throw error;
  });
  expect(parser.parse(Buffer.from(bytes, 'latin1'))).toBe(0);
  expect(found).toHaveLength(1);
  const read = found[0] as { properties?: object; will?: { properties?: object } };
  return use === 'FOR_WILL' ? read.will!.properties : read.properties;
}

/** Authentication data need a method (section 3.1.2.11.10). */
const isWhole = (list: readonly Property[]): boolean =>
  !list.some(([id]) => id === 22) || list.some(([id]) => id === 21);

/** @returns whether the specification lets these stand there; the types are right. */
function isLegal(list: readonly Property[], place: Place): boolean {
  const body = list.map(encodeProperty).join('');
  try {
    readProperties(createCursor(lengthField(body.length) + body), place);
  } catch (error) {
    if (error instanceof Broken) return false;
    throw error;
  }
  return isWhole(list);
}

/** Values that a program may give by mistake. */
const wild = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 255, 256, 65535, 65536, 0xffffffff, 0x100000000) },
  { weight: 4, arbitrary: word },
  { weight: 2, arbitrary: anyBytes },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      -1,
      0.5,
      NaN,
      Infinity,
      undefined,
      null,
      true,
      '',
      'a/+',
      '#',
      'a\0',
      '\xff',
      '\xed\xa0\x80',
      '\xc0\xaf',
      'x'.repeat(65535),
      'x'.repeat(65536),
    ),
  },
);
const identifier = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...KINDS.map(({ id }) => id)) },
  { weight: 1, arbitrary: fc.oneof(fc.nat(300), fc.constantFrom(-1, 43, 65537, 65574, -65535)) },
);

/** @returns whether a value has the type of the property, and is in its range. */
function hasType(id: number, value: unknown, second: unknown): boolean {
  const kind = kindOf(id);
  if (kind === undefined) return false;
  const isText = (text: unknown): boolean => typeof text === 'string' && text.length <= 65535;
  if (kind.type === 'pair') return isText(value) && isText(second);
  if (kind.type === 'text' || kind.type === 'binary') return isText(value);
  const most = { bit: 1, word: 0xffff, double: 0xffffffff, length: 0xfffffff }[kind.type];
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

describe('properties that a firmware gives', () => {
  it.each(Object.keys(USES) as Use[])(
    'are read by mqtt-packet as what they were: %s',
    (use) => {
      let properties = 0;
      fc.assert(
        fc.property(propertiesIn(use), (list) => {
          fc.pre(isWhole(list));
          properties += list.length;
          const encoded = encodeProperties(list.map(given), USES[use]);
          expect(encoded).not.toBeNull();
          expect(comparable(readBack(encoded!, use))).toEqual(comparable(named(list)));
          // The same bytes, whatever the order.
          expect(encoded!.length).toBe(list.map(encodeProperty).join('').length);
        }),
        amount(40),
      );
      told(`properties ${use}, read by mqtt-packet`, { properties });
    },
    TIMEOUT_MS,
  );

  it.each(Object.keys(USES) as Use[])(
    'are refused where the specification forbids them: %s',
    (use) => {
      const counted = { lists: 0, refused: 0 };
      const fault = fc.tuple(identifier, wild, wild, fc.nat(6));
      fc.assert(
        fc.property(propertiesIn(use), fault, (list, [id, value, second, place]) => {
          const isPair = kindOf(id)?.type === 'pair';
          const property = (isPair ? [id, [value, second]] : [id, value]) as unknown as Property;
          const all = [...list.slice(0, place), property, ...list.slice(place)];
          const isFit = hasType(id, value, second) && isLegal(all, use);
          const calls = all.map(given);
          if (isPair) calls[Math.min(place, list.length)] = [id, value, second] as unknown as Given;
          const encoded = encodeProperties(calls, USES[use]);
          expect(encoded !== null).toBe(isFit);
          counted.lists++;
          counted.refused += isFit ? 0 : 1;
          if (isFit) expect(comparable(readBack(encoded!, use))).toEqual(comparable(named(all)));
        }),
        amount(60),
      );
      told(`lists ${use}, one of them by mistake`, counted);
      expect(counted.refused).toBeGreaterThan(counted.lists / 4);
    },
    TIMEOUT_MS,
  );
});
