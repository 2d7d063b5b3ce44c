// The client of a firmware built without logins: neither user name, password nor will are looked at.
import { expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  AUTH: false,
}));

const { createWorld } = await import('./client.ts');

it('leaves user name, password and will out of CONNECT', () => {
  const world = createWorld({
    username: 'u\0',
    password: 'p',
    will: { topic: 'a/#', payload: '', qos: 3, retain: true },
  });
  expect(world.client.connect('broker', 1883)).toBe(0);
  world.socket.accept();
  expect(world.socket.take()).toBe('\x10\x10\0\x04MQTT\x04\0\0\x3c\0\x04mote');
});
