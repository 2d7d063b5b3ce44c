import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wifi, WifiEvents } from '../../../src/ports/wifi.ts';
import { createFakeTime } from './fake-time.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { createWifi } = await loadPort<{ createWifi(): Wifi }>('wifi');

let told: string[];
let events: WifiEvents;

beforeEach(() => {
  told = [];
  events = { onUp: () => told.push('up'), onDown: () => told.push('down') };
});

afterEach(removeEngine);

describe('Wi-Fi', () => {
  let calls: unknown[][];
  let emit: (event: 'connected' | 'disconnected') => void;
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
    const handlers = new Map<string, () => void>();
    emit = (event) => handlers.get(event)?.();
    const module = {
      on: (event: string, handler: () => void) => handlers.set(event, handler),
      connect(ssid: string, options: object, callback: typeof answer) {
        calls.push(['connect', ssid, options]);
        answer = callback;
      },
      disconnect: () => calls.push(['disconnect']),
      getStatus: () => status,
    };
    installEngine({}, { Wifi: module });
    wifi = createWifi();
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
