// Matching, against a reference that walks level by level, with the topic where it stands in a packet.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { constant } from '../../src/bytes/bytes.ts';
import { prepareShared } from '../../src/mqtt/filter.ts';
import { isTopic } from '../../src/mqtt/topic.ts';
import { createWorld } from './client.ts';
import { message } from './wire.ts';

/** Section 4.7, word by word. */
function matchesByLevel(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true;
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** The reference again, with the parent level that # includes [section 4.7.1.2]. */
function isMatch(filter: string, topic: string): boolean {
  return (
    matchesByLevel(filter, topic) || (filter.endsWith('/#') && matchesByLevel(filter.slice(0, -2), topic))
  );
}

const level = fc.constantFrom('a', 'b', 'ab', '', '$', '$a', '\xc3\xa9');
const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 5 }), fc.boolean())
  .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));

it('agrees with the reference, whatever stands behind the topic', () => {
  const payloads = fc.constantFrom('', '/', '/a', 'a/b', '#', '\0');
  fc.assert(
    fc.property(
      filters,
      fc.array(topics, { minLength: 1, maxLength: 4 }),
      payloads,
      (filter, list, payload) => {
        fc.pre(isTopic(constant(filter), true));
        const names = list.filter((name) => name.length > 0);
        const world = createWorld();
        world.subscribe(filter, 0);
        world.online();
        // All in one chunk: behind each topic stand its payload and the next packet.
        world.socket.deliver(names.map((name) => message(name, payload)).join(''));
        expect(world.got).toEqual(
          names.filter((name) => isMatch(filter, name)).map((name) => `${name} ${payload} 30`),
        );
      },
    ),
    { numRuns: 3000 },
  );
});

it.each([
  ['a/b', 'a/b'],
  ['$share', '$share'],
  ['$shared/a/b', '$shared/a/b'],
  ['$share/g/a', 'a'],
  ['$share/g/a/+/#', 'a/+/#'],
  ['$share/g//', '/'],
  ['$share/g/', ''],
  ['$share/g', ''],
  ['$share//a', ''],
  ['$share/', ''],
  ['$share/a+/b', ''],
  ['$share/#/b', ''],
])('of %s filters %j', (filter, expected) => {
  expect(prepareShared(filter)).toBe(expected);
});
