// The client of a firmware built without logins.
import { expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', () => ({ AUTH: false, LOG: true, WIFI: true }));

const { createManualClock, createManualSocket } = await import('../../sim/manual.ts');
const { createClient } = await import('../../src/mqtt/client.ts');

it('leaves user name and password out of CONNECT', () => {
  const socket = createManualSocket();
  const client = createClient(
    socket,
    createManualClock(),
    { clientId: 'mote', keepAliveSec: 60, username: 'u\0', password: 'p' },
    { onOpen: () => {}, onOnline: () => {}, onOffline: () => {} },
  );
  expect(client.connect('broker', 1883)).toBe(0);
  socket.accept();
  expect(socket.take()).toBe('\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04mote');
});
