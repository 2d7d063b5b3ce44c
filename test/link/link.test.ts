import { beforeEach, describe, expect, it } from 'vitest';
import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualWifi,
  createRecordingLog,
} from '../../sim/manual.ts';
import type { ManualClock, ManualSocket, ManualWifi, RecordingLog } from '../../sim/manual.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { createLink } from '../../src/link/link.ts';
import type { Link, LinkOptions } from '../../src/link/link.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { Stage } from '../../src/ports/stage.ts';
import { passTime } from './time.ts';

const WINDOW_MS = 1000;

let clock: ManualClock;
let socket: ManualSocket;
let wifi: ManualWifi;
let log: RecordingLog;
let link: Link;
let changes: number;
let stages: string[];

const NAMES = ['waiting', 'joining', 'opening', 'login', 'running', 'draining', 'asleep', 'stopped'];

interface Make extends Partial<LinkOptions> {
  clientId?: string;
}

/** A link whose random numbers are all 0: the first wait is 1 ms, later ones half of the window. */
function make(ssid: string, { clientId = 'mote', ...options }: Make = {}): void {
  clock = createManualClock(0x7fffe00);
  socket = createManualSocket();
  wifi = createManualWifi();
  log = createRecordingLog();
  changes = 0;
  stages = [];
  link = createLink(
    { socket, clock, wifi, log, random: createFixedRandom(0), outbox: createRamOutbox(8, 100) },
    {
      host: 'broker',
      port: 1883,
      connect: { clientId, keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
      ssid,
      wifiPassword: 'secret',
      backoff: { windowMs: WINDOW_MS },
      ...options,
    },
    {
      onChange: () => changes++,
      onStage: (stage, why) => stages.push(`${NAMES[stage]}${why === Close.None ? '' : ` ${why}`}`),
    },
  );
}

/** Tick as the owner's timer would, until `ms` have passed. */
const pass = (ms: number): void => passTime(link, clock, ms, 1000);

function accept(): void {
  socket.accept();
  socket.drain();
  socket.deliver('\x20\x02\x00\x00');
}

/** A packet identifier of the outbox and its PUBACK. */
const puback = (id: number) => `\x40\x02\x00${String.fromCharCode(id)}`;

function publish(payload = '1'): void {
  link.client.begin(link.client.topic('t', 1)!);
  link.client.text(payload);
  expect(link.client.end()).toBe(Code.Ok);
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
    expect(stages).toEqual(['opening', 'login', 'running']);
    expect(wifi.joined).toEqual([]);
  });

  it('tries again later and later while nobody answers', () => {
    socket.openResult = Code.Refused;
    pass(20000);
    const waits = log.lines.filter((line) => line.startsWith(`${Event.NextTry} `));
    // With random numbers that are all 0: at once, then half of the window each time.
    expect(waits).toEqual([1, ...Array(40).fill(500)].map((ms) => `${Event.NextTry} ${ms}`));
    expect(socket.opened).toHaveLength(41);
    expect(log.lines[0]).toBe(`${Event.LinkLost} ${Close.NothingListens}`);
    expect(link.cause()).toBe(Close.NothingListens);
  });

  it('says when no name server knows the broker', () => {
    socket.openResult = Code.NoHost;
    pass(1);
    expect(link.cause()).toBe(Close.HostUnknown);
    expect(stages).toEqual([
      'opening',
      `waiting ${Close.HostUnknown}`,
      'opening',
      `waiting ${Close.HostUnknown}`,
    ]);
  });

  it('waits and tries again when TLS finds too little memory', () => {
    socket.openResult = Code.NoMemory;
    pass(1);
    expect(link.cause()).toBe(Close.TlsMemory);
    socket.openResult = 0;
    pass(20000);
    accept();
    expect(stages.at(-1)).toBe('running');
  });

  it('comes back after the connection is lost', () => {
    link.tick(clock.now());
    accept();
    socket.drop();
    expect(log.lines[1]).toBe(`${Event.LinkLost} ${Close.Peer}`);
    expect(socket.opened).toHaveLength(1);
    pass(1);
    expect(socket.opened).toHaveLength(2);
  });

  it('forgets its waits only after a session that lasted', () => {
    socket.openResult = Code.Refused;
    pass(1);
    socket.openResult = 0;
    pass(500);
    accept();
    pass(59000);
    socket.drop();
    const before = socket.opened.length;
    pass(499);
    expect(socket.opened).toHaveLength(before);
    pass(2);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(before + 1);
    accept();
    // In the middle of it PINGREQ is answered.
    pass(45000);
    socket.deliver('\xd0\x00');
    pass(15001);
    socket.drop();
    pass(2);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(before + 2);
  });

  it.each([
    [1, Close.BadVersion],
    [2, Close.BadIdentifier],
    [3, Close.ServerUnavailable],
    [4, Close.BadLogin],
    [5, Close.NotAuthorized],
  ])('names a login refused with %i and keeps trying', (code, close) => {
    link.tick(clock.now());
    socket.accept();
    socket.deliver(`\x20\x02\x00${String.fromCharCode(code)}`);
    expect(log.lines).toEqual([`${Event.LinkLost} ${close}`, `${Event.NextTry} 1`]);
    pass(2);
    link.tick(clock.now());
    expect(socket.opened).toHaveLength(2);
  });

  it('knows a captive portal from a broker', () => {
    link.tick(clock.now());
    socket.accept();
    socket.deliver('HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n');
    expect(link.cause()).toBe(Close.NotMqtt);
    expect(link.client.isOnline()).toBe(false);
  });

  it('calls bytes that MQTT forbids by their name once there is a session', () => {
    link.tick(clock.now());
    accept();
    socket.deliver('\x00\x00');
    expect(link.cause()).toBe(Close.ProtocolError);
  });

  it('stays still with settings that no broker can take', () => {
    make('', { clientId: '\xff' });
    pass(100000);
    expect(log.lines).toEqual([`${Event.BadSettings} 0`, `${Event.LinkLost} ${Close.BadSettings}`]);
    expect(link.stage()).toBe(Stage.Stopped);
    link.drain(1000);
    pass(2000);
    expect(link.stage()).toBe(Stage.Stopped);
  });

  it('says when the broker closes again and again at the same message', () => {
    link.tick(clock.now());
    accept();
    publish();
    const causes: Close[] = [];
    for (let i = 0; i < 4; i++) {
      socket.drop();
      causes.push(link.cause());
      pass(3000);
      accept();
    }
    expect(causes).toEqual([Close.Peer, Close.Peer, Close.MessageRefused, Close.MessageRefused]);
    socket.deliver(puback(1));
    socket.drop();
    expect(link.cause()).not.toBe(Close.MessageRefused);
  });

  it('asks for the time where a broker hangs up on an encrypted login', () => {
    make('', { encrypted: true });
    link.tick(clock.now());
    socket.accept();
    socket.drop();
    expect(link.cause()).toBe(Close.ClockUnset);
    clock.setWall(1767268800);
    pass(1000);
    socket.accept();
    socket.drop();
    expect(link.cause()).toBe(Close.Peer);
  });
});

describe('with several brokers', () => {
  const fallbacks = [
    { host: 'second', port: 1884 },
    { host: 'third', port: 1885 },
  ];
  const hosts = () => socket.opened.map((address) => address.split(':')[0]);
  beforeEach(() => make('', { fallbacks }));

  it('tries each in turn at once, then waits', () => {
    socket.openResult = Code.Refused;
    pass(2);
    expect(hosts()).toEqual(['broker', 'second', 'third']);
    // One round after 1 ms, the next after half of the window.
    pass(600);
    expect(hosts().join()).toBe('broker,second,third,broker,second,third,broker,second,third');
  });

  it('goes to the next where the login is refused, and back to the first when a session is lost', () => {
    link.tick(clock.now());
    socket.accept();
    socket.deliver('\x20\x02\x00\x03');
    pass(2);
    accept();
    expect(hosts()).toEqual(['broker', 'second']);
    socket.drop();
    pass(1000);
    expect(hosts()).toEqual(['broker', 'second', 'broker']);
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
    accept();
    expect(stages).toEqual(['joining', 'opening', 'login', 'running']);
  });

  it('drops the connection with the network and joins again', () => {
    pass(100);
    wifi.up();
    link.tick(clock.now());
    accept();
    wifi.down();
    expect(socket.isOpen()).toBe(false);
    expect(log.lines[2]).toBe(`${Event.LinkLost} ${Close.WifiLost}`);
    pass(2);
    link.tick(clock.now());
    expect(wifi.joined).toHaveLength(2);
  });

  it.each([Close.WifiPassword, Close.NoAccessPoint])('says why it is not let in: %i', (why) => {
    pass(100);
    wifi.down(why);
    expect(link.cause()).toBe(why);
  });

  it('joins again when the engine says nothing for a minute', () => {
    pass(59999);
    expect(wifi.joined).toHaveLength(1);
    pass(300);
    link.tick(clock.now());
    expect(wifi.joined).toHaveLength(2);
    expect(log.lines).toEqual([`${Event.LinkLost} ${Close.WifiTimeout}`, `${Event.NextTry} 1`]);
  });

  it('says that no address came', () => {
    pass(1000);
    wifi.waitsFor = Close.NoAddress;
    pass(60000);
    expect(link.cause()).toBe(Close.NoAddress);
  });

  it('tries at once where the engine has joined by itself in the middle of a wait', () => {
    link.tick(clock.now());
    // A first wait is short.
    wifi.down();
    pass(1);
    wifi.down();
    const wait = link.tick(clock.now());
    expect(wait).toBeGreaterThan(100);
    const joins = wifi.joined.length;
    wifi.up();
    expect(link.tick(clock.now())).toBeGreaterThan(0);
    expect(socket.opened).toEqual(['broker:1883']);
    accept();
    expect(link.client.isOnline()).toBe(true);
    expect(wifi.joined).toHaveLength(joins);
  });

  it('leaves a session alone where the engine says once more that Wi-Fi is there', () => {
    link.tick(clock.now());
    wifi.up();
    link.tick(clock.now());
    accept();
    const before = changes;
    wifi.up();
    pass(1000);
    expect(link.client.isOnline()).toBe(true);
    expect(socket.opened).toHaveLength(1);
    expect(changes).toBe(before);
  });

  it('keeps Wi-Fi while only the broker is away', () => {
    pass(100);
    wifi.up();
    socket.openResult = Code.Refused;
    pass(3000);
    expect(wifi.joined).toHaveLength(1);
    expect(socket.opened.length).toBeGreaterThan(2);
  });

  it('rests, without radio, as long as its battery demands', () => {
    make('home', { backoff: { windowMs: WINDOW_MS, ceilingUa: 100, radioMa: 100 } });
    pass(5000);
    wifi.up();
    socket.openResult = Code.Refused;
    link.tick(clock.now());
    // Five seconds at 100 mA are to be 100 µA in the mean.
    expect(log.lines.at(-1)).toBe(`${Event.NextTry} ${5000 * 1000}`);
    pass(4_999_000);
    expect(wifi.joined).toHaveLength(1);
    pass(1001);
    expect(wifi.joined).toHaveLength(2);
  });
});

describe('with a battery', () => {
  const backoff = { windowMs: WINDOW_MS, ceilingUa: 100, radioMa: 100 };

  function online(): void {
    make('home', { backoff });
    link.tick(clock.now());
    wifi.up();
    link.tick(clock.now());
    accept();
  }

  const lastWait = () =>
    Number(
      log.lines
        .filter((line) => line.startsWith(`${Event.NextTry} `))
        .at(-1)!
        .split(' ')[1],
    );

  it.each([1000, 600_000])('does not take a session of %i ms for a try that failed', (ms) => {
    online();
    for (let left = ms; left > 0; left -= 20_000) {
      pass(Math.min(left, 20_000));
      socket.take();
      socket.drain();
      socket.deliver('\xd0\x00');
    }
    socket.drop();
    expect(lastWait()).toBeLessThanOrEqual(WINDOW_MS);
  });

  it('does not count what came before a wait to the try that follows it', () => {
    make('home', { backoff });
    pass(1000);
    wifi.down();
    // One second at 100 mA is to be 100 uA in the mean.
    expect(lastWait()).toBe(1000 * 1000);
    pass(1000 * 1000);
    pass(2000);
    wifi.down();
    expect(lastWait()).toBe(2000 * 1000);
  });
});

describe('before a sleep', () => {
  beforeEach(() => make('home'));

  function online(): void {
    link.tick(clock.now());
    wifi.up();
    link.tick(clock.now());
    accept();
    socket.take();
    stages.length = 0;
  }

  it('waits for what is under way, says DISCONNECT and stays away until it is told to go on', () => {
    online();
    publish();
    link.drain(5000);
    pass(1000);
    expect(stages).toEqual(['draining']);
    socket.drain();
    socket.deliver(puback(1));
    socket.take();
    pass(300);
    expect(socket.take()).toBe('\xe0\x00');
    expect(stages).toEqual(['draining', `asleep ${Close.Asleep}`]);
    expect(wifi.hasLeft()).toBe(true);
    pass(1_000_000);
    expect(socket.opened).toHaveLength(1);
    link.start();
    pass(100);
    expect(wifi.joined).toHaveLength(2);
  });

  it('gives up at its deadline, and loses nothing', () => {
    online();
    publish();
    link.drain(5000);
    pass(4999);
    expect(link.stage()).toBe(Stage.Draining);
    pass(2);
    expect(link.stage()).toBe(Stage.Asleep);
  });

  /** All that the socket takes at once, to the last byte, and two messages more. */
  function fill(): void {
    for (let i = 0; i < 8; i++) publish('x'.repeat(70));
    expect(link.client.publish(link.client.topic('t', 0), constant('y'.repeat(69)))).toBe(Code.Ok);
  }

  it('says DISCONNECT on a slow way too, as soon as the bytes before it have left', () => {
    online();
    fill();
    link.drain(5000);
    pass(5100);
    expect(link.stage()).toBe(Stage.Draining);
    expect(socket.isOpen()).toBe(true);
    socket.take();
    socket.drain();
    pass(50);
    expect(link.stage()).toBe(Stage.Asleep);
    // Nothing of what waits goes before it.
    expect(socket.take()).toBe('\xe0\x00');
  });

  it('leaves without DISCONNECT where the bytes before it do not leave', () => {
    online();
    fill();
    link.drain(5000);
    pass(5249);
    expect(link.stage()).toBe(Stage.Draining);
    socket.take();
    pass(2);
    expect(link.stage()).toBe(Stage.Asleep);
    expect(socket.take()).toBe('');
    expect(socket.isOpen()).toBe(false);
  });

  it('goes on with what waits when it is taken back at the last moment', () => {
    online();
    fill();
    link.drain(5000);
    pass(5100);
    socket.take();
    link.start();
    socket.drain();
    pass(10);
    expect(link.stage()).toBe(Stage.Running);
    expect(socket.take().split('x'.repeat(70))).toHaveLength(3);
  });

  it('tries to get a session for what waits, up to the deadline', () => {
    publish();
    link.drain(5000);
    pass(1000);
    expect(link.stage()).toBe(Stage.Joining);
    wifi.up();
    link.tick(clock.now());
    accept();
    expect(link.stage()).toBe(Stage.Draining);
    socket.drain();
    socket.deliver(puback(1));
    pass(1);
    expect(link.stage()).toBe(Stage.Asleep);
  });

  it('can be taken back', () => {
    online();
    publish();
    link.drain(5000);
    link.start();
    expect(stages).toEqual(['draining', 'running']);
    pass(10000);
    expect(link.stage()).toBe(Stage.Running);
  });

  it('can begin asleep', () => {
    make('home', { asleep: true });
    pass(1_000_000);
    expect(wifi.joined).toEqual([]);
    link.start();
    pass(1);
    expect(wifi.joined).toHaveLength(1);
  });

  it('does not care for Wi-Fi that goes while it is asleep', () => {
    online();
    link.drain(0);
    pass(10);
    wifi.down();
    pass(1000);
    expect(link.stage()).toBe(Stage.Asleep);
  });
});
