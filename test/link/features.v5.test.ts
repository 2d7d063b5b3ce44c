// A link that speaks 5.0 in a firmware built without console and state: it finds its way as ever, says nothing, and keeps nothing.
import { expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  LOG: false,
  STATE: false,
}));

const { createLinkWorld } = await import('./five.ts');

it('speaks 3.1.1 where 5.0 is refused, until the power goes away', () => {
  const kept = new Map<number, string>();
  const world = createLinkWorld({ kept });
  expect(world.next()).toBe('broker:1883 5');
  world.answer(5, 0x84);
  expect(world.next(1)).toBe('broker:1883 4');
  world.answer(4);
  expect(world.link.client.isOnline()).toBe(true);
  world.socket.drop();
  expect(world.next()).toBe('broker:1883 4');
  expect([...kept]).toEqual([]);
  expect(world.log.lines).toEqual([]);
  expect(createLinkWorld({ kept }).next()).toBe('broker:1883 5');
});

it('follows where the broker sends it', () => {
  const world = createLinkWorld({ followServer: true });
  world.next();
  world.answer(5, 0x9d, { serverReference: 'other:1884' });
  expect(world.isAtOnce()).toBe(true);
  expect(world.socket.opened.at(-1)).toBe('other:1884');
  expect(world.log.lines).toEqual([]);
});
