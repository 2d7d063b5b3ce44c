// A time server: asked once, when the network is there; and a mote that has no client for that says so.
import { expect, it } from 'vitest';
import { createSntp } from '../../src/parts/sntp.ts';
import { Code } from '../../src/ports/codes.ts';
import { createChip, type Region } from '../power/bench.ts';
import { boot } from './world.ts';

const REGION: Region = { pages: 4, pageBytes: 2048, unit: 4, ecc: false };
const WIFI = { ssid: 'net', password: 'secret' };

it.each([
  ['by default', undefined, 'pool.ntp.org'],
  ['as it is told', '192.168.1.1', '192.168.1.1'],
])('asks once in a boot, as soon as Wi-Fi is up, %s', (_how, server, asked) => {
  const servers: string[] = [];
  const world = boot(createChip(REGION), REGION, {
    parts: [createSntp(server)],
    over: { wifi: WIFI },
    askTime: (name) => servers.push(name),
  });
  world.pass(1000);
  expect(servers).toEqual([]);
  world.wifi.up();
  world.online();
  expect(servers).toEqual([asked]);
  world.drop();
  world.online();
  expect(servers).toEqual([asked]);
});

it.each([
  ['until it is told the time', 1200, 1200],
  ['not for ever', undefined, 5000],
])('lets the broker wait, %s', (_how, answerMs, waitedMs) => {
  const world = boot(createChip(REGION), REGION, {
    parts: [createSntp()],
    over: { wifi: WIFI, time: true },
    askTime: () => {},
  });
  world.pass(10);
  world.listen();
  world.wifi.up();
  for (let ms = 0; ms < 8000 && !world.link.client.isOnline(); ms += 100) {
    if (ms === answerMs) world.clock.setWall(1_800_000_000);
    if (ms < waitedMs) expect(world.link.client.isOnline(), `${ms} ms`).toBe(false);
    world.pass(100);
  }
  expect(world.link.client.isOnline()).toBe(true);
  world.pass(1000);
  const readings = world.messages.filter(({ topic }) => topic === 'm/s/t');
  const times = readings.map(({ payload }) => (JSON.parse(payload) as { time: number | null }).time);
  expect(times.length).toBeGreaterThan(1);
  expect(times.every((time) => (time === null) === (answerMs === undefined))).toBe(true);
});

it.each([
  ['no client', undefined, 'pool.ntp.org'],
  ['no name', () => 0, ''],
  ['a name that the engine would cut', () => 0, 'x'.repeat(64)],
])('is impossible with %s', (_what, askTime, server) => {
  const world = boot(createChip(REGION), REGION, {
    parts: [createSntp(server)],
    ...(askTime === undefined ? {} : { askTime }),
  });
  expect(world.code).toBe(Code.BadOptions);
});
