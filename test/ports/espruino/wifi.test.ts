import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Close } from '../../../src/ports/codes.ts';
import type { Wifi, WifiEvents } from '../../../src/ports/wifi.ts';
import { createFakeTime } from './fake-time.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { createWifi } = await loadPort<{ createWifi(): Wifi }>('wifi');

let told: string[];
let whys: Close[];
let events: WifiEvents;

beforeEach(() => {
  told = [];
  whys = [];
  events = {
    onUp: () => told.push('up'),
    onDown(why) {
      told.push('down');
      whys.push(why);
    },
  };
});

afterEach(removeEngine);

describe('Wi-Fi', () => {
  let calls: unknown[][];
  let emit: (event: 'connected' | 'associated' | 'disconnected', details?: { reason?: string }) => void;
  let answer: (error: string | null) => void;
  let status: { rssi?: number };
  let wifi: Wifi;

  /** What an ESP32 says when it has joined: callback, then event. */
  const joined = () => {
    answer(null);
    emit('connected');
  };
  /** What it says when it could not: event, then callback. */
  const failed = () => {
    emit('disconnected');
    answer('NO_AP_FOUND');
  };

  beforeEach(() => {
    calls = [];
    status = {};
    const handlers = new Map<string, (details?: object) => void>();
    emit = (event, details) => handlers.get(event)?.(details);
    const module = {
      on: (event: string, handler: (details?: object) => void) => handlers.set(event, handler),
      connect(ssid: string, options: object, callback: typeof answer) {
        calls.push(['connect', ssid, options]);
        answer = callback;
      },
      disconnect: () => calls.push(['disconnect']),
      getStatus: () => status,
      getHostByName(host: string, callback: (address: string | null) => void) {
        calls.push(['getHostByName', host]);
        callback(host === 'broker' ? '10.0.0.5' : null);
      },
    };
    installEngine({}, { Wifi: module });
    wifi = createWifi();
  });

  it.each([
    ['201', Close.NoAccessPoint],
    ['202', Close.WifiPassword],
    ['15', Close.WifiPassword],
    ['204', Close.WifiPassword],
    ['2', Close.WifiPassword],
    ['200', Close.WifiLost],
    [undefined, Close.WifiLost],
  ])('says what the number %s of the ESP32 comes to', (reason, why) => {
    wifi.join('barn', 'secret', events);
    emit('disconnected', reason === undefined ? {} : { reason });
    answer('SOMETHING');
    expect(whys).toEqual([why]);
    // Of the next network nothing is known yet.
    wifi.join('barn', 'secret', events);
    answer('SOMETHING');
    expect(whys).toEqual([why, Close.WifiLost]);
  });

  it('asks for an address, and says nothing of a name that nobody knows', () => {
    const found: string[] = [];
    wifi.resolve!('broker', (address) => found.push(address));
    wifi.resolve!('nobody', (address) => found.push(address));
    expect(calls).toEqual([
      ['getHostByName', 'broker'],
      ['getHostByName', 'nobody'],
    ]);
    expect(found).toEqual(['10.0.0.5']);
  });

  it('knows what it waits for', () => {
    wifi.join('barn', 'secret', events);
    expect(wifi.missing()).toBe(Close.WifiTimeout);
    emit('associated');
    expect(wifi.missing()).toBe(Close.NoAddress);
    emit('disconnected');
    expect(wifi.missing()).toBe(Close.WifiTimeout);
    emit('associated');
    wifi.join('barn', 'secret', events);
    expect(wifi.missing()).toBe(Close.WifiTimeout);
  });

  it('joins and says so once', () => {
    wifi.join('barn', 'secret', events);
    expect(calls).toEqual([['connect', 'barn', { password: 'secret' }]]);
    expect(told).toEqual([]);
    joined();
    expect(told).toEqual(['up']);
  });

  it('says once that it could not join', () => {
    wifi.join('barn', 'wrong', events);
    failed();
    expect(told).toEqual(['down']);
  });

  it('says once that the access point is gone', () => {
    wifi.join('barn', 'secret', events);
    joined();
    emit('disconnected');
    emit('disconnected');
    expect(told).toEqual(['up', 'down']);
  });

  it('can be asked again and again', () => {
    wifi.join('barn', 'secret', events);
    failed();
    wifi.join('barn', 'secret', events);
    failed();
    wifi.join('barn', 'secret', events);
    joined();
    expect(told).toEqual(['down', 'down', 'up']);
  });

  it('says so when the engine comes back by itself', () => {
    wifi.join('barn', 'secret', events);
    joined();
    emit('disconnected');
    emit('connected');
    expect(told).toEqual(['up', 'down', 'up']);
  });

  it('keeps to itself a lapse that the engine has mended before it told of it', () => {
    wifi.join('barn', 'secret', events);
    joined();
    emit('connected');
    expect(told).toEqual(['up']);
  });

  it('hears nothing before it was asked to join, nor after it left', () => {
    joinedBefore();
    wifi.join('barn', 'secret', events);
    wifi.leave();
    failed();
    joined();
    expect(told).toEqual([]);
    expect(calls.pop()).toEqual(['disconnect']);
  });

  /** A network that the engine remembered by itself. */
  function joinedBefore() {
    emit('connected');
    emit('disconnected');
    expect(told).toEqual([]);
  }

  it('knows the signal strength while the engine does', () => {
    expect(wifi.rssi()).toBe(0);
    status = { rssi: -67 };
    expect(wifi.rssi()).toBe(-67);
  });
});

it('asks a time server where the engine can, and takes no harm where it cannot', () => {
  const asked: string[][] = [];
  const on = () => {};
  installEngine({}, { Wifi: { on, setSNTP: (...words: string[]) => asked.push(words) } });
  createWifi().askTime!('pool.ntp.org');
  expect(asked).toEqual([['pool.ntp.org', 'UTC0']]);
  installEngine({}, { Wifi: { on } });
  createWifi().askTime!('pool.ntp.org');
  installEngine(createFakeTime().globals);
  createWifi().askTime!('pool.ntp.org');
  expect(asked).toHaveLength(1);
});

describe('on an engine without Wi-Fi', () => {
  it('cannot join, and says so from the event loop', () => {
    const time = createFakeTime();
    installEngine(time.globals);
    const wifi = createWifi();
    wifi.join('barn', 'secret', events);
    expect(told).toEqual([]);
    time.pass(1);
    expect(told).toEqual(['down']);
    expect(wifi.rssi()).toBe(0);
    wifi.join('barn', 'secret', events);
    wifi.leave();
    time.pass(1);
    expect(told).toEqual(['down']);
  });
});
