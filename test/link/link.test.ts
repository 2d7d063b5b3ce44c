import { beforeEach, describe, expect, it } from 'vitest';
import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualWifi,
  createRecordingLog,
} from '../../sim/manual.ts';
import type { ManualClock, ManualSocket, ManualWifi, RecordingLog } from '../../sim/manual.ts';
import { createLink } from '../../src/link/link.ts';
import type { Link } from '../../src/link/link.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';

let clock: ManualClock;
let socket: ManualSocket;
let wifi: ManualWifi;
let log: RecordingLog;
let link: Link;
let changes: number;
let sessions: number;

function make(ssid: string, clientId = 'mote'): void {
  clock = createManualClock(0x7fffe00);
  socket = createManualSocket();
  wifi = createManualWifi();
  log = createRecordingLog();
  changes = 0;
  sessions = 0;
  link = createLink(
    { socket, clock, wifi, log, random: createFixedRandom(0), outbox: createRamOutbox(8, 100) },
    {
      host: 'broker',
      port: 1883,
      connect: { clientId, keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
      ssid,
      wifiPassword: 'secret',
    },
    () => changes++,
    () => sessions++,
  );
}

/** Tick as the owner's timer would, until `ms` have passed. */
function pass(ms: number): void {
  let left = ms;
  for (let ticks = 0; ticks < 1000; ticks++) {
    const wait = link.tick(clock.now());
    clock.advance(Math.min(wait, left));
    if (wait > left) return;
    left -= wait;
  }
  throw new Error('the link asks for ticks without end');
}

function accept(): void {
  socket.accept();
  socket.drain();
  socket.deliver('\x20\x02\x00\x00');
}

describe('with a network that is always there', () => {
  beforeEach(() => make(''));

  it('connects at once and says so', () => {
    link.tick(clock.now());
    expect(socket.opened).toEqual(['broker:1883']);
    accept();
    expect(log.lines).toEqual([`${Event.Online} 0`]);
    expect(link.client.isOnline()).toBe(true);
    expect(changes).toBe(2);
    expect(sessions).toBe(1);
    expect(wifi.joined).toEqual([]);
  });

  it('tries again later and later while nobody answers', () => {
    socket.openResult = Code.Refused;
    pass(20000);
    expect(log.lines).toEqual(
      [250, 500, 1000, 2000, 4000, 8000, 15000].map((ms) => `${Event.LinkRefused} ${ms}`),
    );
    expect(socket.opened).toHaveLength(7);
  });

  it('comes back after the connection is lost', () => {
    link.tick(clock.now());
    accept();
    socket.drop();
    expect(log.lines[1]).toBe(`${Event.LinkLost} ${Close.Peer}`);
    pass(249);
    expect(socket.opened).toHaveLength(1);
    pass(1);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(2);
  });

  it('forgets its failures only after a session that lasted', () => {
    socket.openResult = Code.Refused;
    pass(1000);
    socket.openResult = 0;
    pass(1000);
    accept();
    pass(9000);
    socket.drop();
    log.lines.length = 0;
    pass(1999);
    expect(socket.opened).toHaveLength(4);
    pass(2);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(5);
    accept();
    pass(10001);
    socket.drop();
    pass(251);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(6);
  });

  it('names a refused login and keeps trying', () => {
    link.tick(clock.now());
    socket.accept();
    socket.deliver('\x20\x02\x00\x05');
    expect(log.lines).toEqual([`${Event.LoginRefused} 5`]);
    pass(251);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(2);
  });

  it('stays still with settings that no broker can take', () => {
    make('', '\xff');
    pass(100000);
    expect(log.lines).toEqual([`${Event.BadSettings} 0`]);
  });
});

describe('with Wi-Fi', () => {
  beforeEach(() => make('home'));

  it('joins first, then connects', () => {
    pass(100);
    expect(wifi.joined).toEqual(['home/secret']);
    expect(socket.opened).toEqual([]);
    wifi.up();
    link.tick(clock.now());
    expect(socket.opened).toEqual(['broker:1883']);
    expect(log.lines).toEqual([`${Event.WifiUp} 0`]);
  });

  it('drops the connection with the network and joins again', () => {
    pass(100);
    wifi.up();
    link.tick(clock.now());
    accept();
    wifi.down();
    expect(socket.isOpen()).toBe(false);
    expect(log.lines[2]).toBe(`${Event.WifiDown} 250`);
    pass(251);
    link.tick(clock.now());
    expect(wifi.joined).toHaveLength(2);
  });

  it('joins again when the engine says nothing for a minute', () => {
    pass(59999);
    expect(wifi.joined).toHaveLength(1);
    pass(300);
    link.tick(clock.now());
    expect(wifi.joined).toHaveLength(2);
    expect(log.lines).toEqual([`${Event.WifiDown} 250`]);
  });

  it('keeps Wi-Fi while only the broker is away', () => {
    pass(100);
    wifi.up();
    socket.openResult = Code.Refused;
    pass(3000);
    expect(wifi.joined).toHaveLength(1);
    expect(socket.opened.length).toBeGreaterThan(2);
  });
});
