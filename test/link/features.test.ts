// The link of a firmware built without console and Wi-Fi.
import { expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  LOG: false,
  WIFI: false,
}));

const { createFixedRandom, createManualClock, createManualSocket, createManualWifi, createRecordingLog } =
  await import('../../sim/manual.ts');
const { createLink } = await import('../../src/link/link.ts');
const { createRamOutbox } = await import('../../src/outbox/ram.ts');

it('connects without joining, and says nothing', () => {
  const socket = createManualSocket();
  const wifi = createManualWifi();
  const log = createRecordingLog();
  const clock = createManualClock();
  const link = createLink(
    { socket, clock, wifi, log, random: createFixedRandom(0), outbox: createRamOutbox(8, 100) },
    {
      host: 'b',
      port: 1883,
      connect: { clientId: 'm', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
      ssid: 'home',
      wifiPassword: '',
    },
    { onChange() {}, onStage() {} },
  );
  link.tick(clock.now());
  socket.accept();
  socket.deliver('\x20\x02\x00\x00');
  expect(link.client.isOnline()).toBe(true);
  expect(wifi.joined).toEqual([]);
  expect(log.lines).toEqual([]);
});
