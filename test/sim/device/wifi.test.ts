import { beforeEach, expect, it } from 'vitest';
import { createLoop } from '../../../sim/device/loop.ts';
import { createWifi } from '../../../sim/device/wifi.ts';

let loop: ReturnType<typeof createLoop>;
let made: ReturnType<typeof createWifi>;
let log: unknown[];

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
  made.wifi.connect('net', { password: 'secret' }, (error) => log.push(error));
  expect(log).toEqual([]);
  loop.run(1000);
  expect(log).toEqual(['connected', null]);
  expect(made.wifi.getDetails().rssi).toBeLessThan(0);
  made.settings.drop();
  made.settings.drop();
  expect(log).toEqual(['connected', null, 'cut', 'disconnected']);
});

it('says when it cannot join', () => {
  made.settings.refuse = true;
  made.wifi.connect('net', {}, (error) => log.push(error));
  loop.run(1000);
  expect(log).toEqual(['no such access point']);
});

it('leaves on request', () => {
  made.wifi.connect('net', {});
  loop.run(1000);
  made.wifi.disconnect(() => log.push('left'));
  loop.run(10);
  expect(log).toEqual(['connected', 'cut', 'disconnected', 'left']);
});
