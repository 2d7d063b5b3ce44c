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

it('says why: who leaves, who is refused, and what is heard no more', () => {
  const reasons: string[] = [];
  made.wifi.on('disconnected', ({ reason }) => reasons.push(reason));
  made.settings.refuse = true;
  made.settings.reason = '202';
  made.wifi.connect('net', { password: 'wrong' }, noteError);
  loop.run(1000);
  made.settings.refuse = false;
  for (const leave of [made.wifi.disconnect, made.settings.drop, () => made.settings.drop('2')]) {
    made.wifi.connect('net', { password: '' }, noteError);
    loop.run(1000);
    leave();
  }
  expect(reasons).toEqual(['202', '8', '200', '2']);
});

it('is associated before it has an address, which may never come', () => {
  made.wifi.on('associated', () => log.push('associated'));
  made.settings.noAddress = true;
  made.wifi.connect('net', { password: '' }, noteError);
  loop.run(100000);
  expect(log).toEqual(['associated']);
  expect(made.wifi.getStatus()).toEqual({});
});

it('forgets a request that another one follows, or that is taken back', () => {
  made.settings.joinMs = 5;
  made.wifi.connect('old', { password: '' }, () => log.push('old'));
  made.wifi.connect('new', { password: '' }, noteError);
  loop.run(10);
  expect(log).toEqual(['connected', null]);
  made.wifi.disconnect();
  log.length = 0;
  made.wifi.connect('net', { password: '' }, noteError);
  made.wifi.disconnect();
  loop.run(10);
  expect(log).toEqual([]);
});
