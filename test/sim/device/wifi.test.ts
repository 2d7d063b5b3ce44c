import { beforeEach, expect, it } from 'vitest';
import { createLoop } from '../../../sim/device/loop.ts';
import { createWifi } from '../../../sim/device/wifi.ts';

let loop: ReturnType<typeof createLoop>;
let made: ReturnType<typeof createWifi>;
let log: unknown[];
const noteError = (error: string | null) => log.push(error);

beforeEach(() => {
  loop = createLoop();
  log = [];
  made = createWifi(
    (callback, ms) => loop.set(callback, ms, 0),
    () => log.push('cut'),
  );
  made.wifi.on('connected', () => log.push('connected'));
  made.wifi.on('disconnected', () => log.push('disconnected'));
});

it('joins, tells its signal, and says when it lost the network', () => {
  made.wifi.connect('net', { password: 'secret' }, noteError);
  expect(log).toEqual([]);
  loop.run(1000);
  expect(log).toEqual(['connected', null]);
  expect(made.wifi.getStatus().rssi).toBeLessThan(0);
  made.settings.drop();
  made.settings.drop();
  expect(log).toEqual(['connected', null, 'cut', 'disconnected']);
});

it('says when it cannot join', () => {
  made.settings.refuse = true;
  made.wifi.connect('net', { password: '' }, noteError);
  loop.run(1000);
  expect(log).toEqual(['no such access point']);
});

it('leaves on request', () => {
  made.wifi.connect('net', { password: '' }, noteError);
  loop.run(1000);
  made.wifi.disconnect();
  expect(log).toEqual(['connected', null, 'cut', 'disconnected']);
  expect(made.wifi.getStatus()).toEqual({});
});
