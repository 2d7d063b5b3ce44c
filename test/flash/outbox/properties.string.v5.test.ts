// What the reader says of properties, against the outbox that stored them: it shares no code with that.
import { expect, it } from 'vitest';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import { constant } from '../../../src/bytes/bytes.ts';
import { prepareTopic } from '../../../src/mqtt/form.ts';
import { Code } from '../../../src/ports/codes.ts';
import { StateKey } from '../../../src/ports/outbox.ts';
import {
  append,
  appendTogether,
  createBench,
  createChip,
  propertiesOf,
  type Region,
} from '../../power/bench.ts';
import { dump } from './image.ts';

const region: Region = { pages: 3, pageBytes: 1024, unit: 4, ecc: false, recordMax: 200 };
const PAYLOADS = Array.from({ length: 12 }, (_, i) => `message ${i}`);

it('sees what was stored', () => {
  const nor = createChip(region);
  const { outbox } = createBench(nor, region);
  outbox.open(7);
  for (const payload of PAYLOADS) expect(append(outbox, payload)).toBeGreaterThan(0);
  expect(appendTogether(outbox, ['a', 'b', 'c'])).toBe(PAYLOADS.length + 3);
  const topic = { ...prepareTopic('answer', 0x32), properties: constant('\x08\0\x04to/x\x26\0\x01k\0\x01v') };
  outbox.append(topic, constant('named'));
  const id = 'auto-0A1B2C3D-0A1B-2C3D-4E5F-0A1B2C3D4E5F';
  expect(outbox.remember(StateKey.ClientId, constant(id))).toBe(Code.Ok);
  const { records, values, troubles } = inspectRegion(dump(nor, region), region.pageBytes);
  expect(troubles).toEqual([]);
  expect(records.map(({ message }) => message!.payload)).toEqual(
    [...PAYLOADS, 'a', 'b', 'c', 'named'].map((text) => ({ text })),
  );
  const names = (text: string) => [
    ...(text.startsWith('\x02') ? ['message expiry interval'] : []),
    ...(text.includes('\x09\0') ? ['correlation data'] : []),
  ];
  const seen = records.slice(0, -1).map(({ message }) => (message!.properties ?? []).map(({ name }) => name));
  expect(seen).toEqual([...PAYLOADS, 'a', 'b', 'c'].map((payload) => names(propertiesOf(payload))));
  expect(new Set(seen.map((list) => list.length))).toEqual(new Set([0, 1, 2]));
  expect(records.at(-1)!.message!.properties).toEqual([
    { name: 'response topic', value: { text: 'to/x' } },
    { name: 'user property', key: { text: 'k' }, value: { text: 'v' } },
  ]);
  expect(values).toMatchObject([{ key: 17, value: { text: id } }]);
});
