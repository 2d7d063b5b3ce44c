// The ways for a network to fail that have a beginning, an end, or a byte.

import { beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../sim/clock.ts';
import { ConnectError } from '../../../sim/network/connection.ts';
import type { Network, PeerConnection } from '../../../sim/network/network.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { createRandom } from '../../../sim/network/random.ts';

const SECOND = 1000;

let clock: ReturnType<typeof createVirtualClock>;
let network: Network;
let peers: PeerConnection[];
/** What came to the listening side, and what became of its connections. */
let came: string;
let closes: string[];

/** @returns a connection, and what its side is told. */
function open(host = 'broker') {
  const told = { bytes: '', events: [] as string[] };
  const { connection } = network.connect(host, 1883, {
    onData: (bytes) => void (told.bytes += bytes),
    onEnd: () => void told.events.push('end'),
    onReset: () => void told.events.push('reset'),
    onWritable: () => void told.events.push('writable'),
  });
  return { ...connection, told };
}

function failureOf(host: string): string {
  try {
    open(host);
  } catch (error) {
    if (error instanceof ConnectError) {
      return `${error.failure} after ${error.blockedMs > SECOND ? 'long' : 'a moment'}`;
    }
    throw error;
  }
  return 'opened';
}

beforeEach(() => {
  clock = createVirtualClock();
  network = createNetwork({ delayMs: [10, 10], giveUpMs: 30 * SECOND });
  network.attach({ ...clock, random: createRandom(1) });
  peers = [];
  came = '';
  closes = [];
  network.listen('broker', 1883, (peer) => {
    peers.push(peer);
    peer.onData((bytes) => void (came += bytes));
    peer.onClose((how) => void closes.push(how));
  });
});

describe('a reset at a byte', () => {
  it.each([1, 5, 10, 11, 25])('breaks the connection when byte %i has left', (count) => {
    const side = open();
    network.resetAfter('out', count);
    side.send('0123456789');
    side.send('abcdefghijklmno');
    clock.run(SECOND);
    expect(came).toBe('0123456789abcdefghijklmno'.slice(0, count));
    expect(side.told.events).toEqual(['reset']);
    expect(closes).toEqual(['reset']);
    expect(network.count()).toBe(0);
  });

  it('counts what comes, over connections, and happens once', () => {
    network.resetAfter('in', 5);
    const first = open();
    clock.run(SECOND);
    peers[0]!.write('abc');
    first.end();
    clock.run(SECOND);
    const second = open();
    clock.run(SECOND);
    peers[1]!.write('defg');
    clock.run(SECOND);
    expect(first.told).toEqual({ bytes: '', events: [] });
    expect(second.told.events).toEqual([]);
    peers[1]!.write('hijk');
    clock.run(SECOND);
    expect(second.told).toEqual({ bytes: 'defgh', events: ['reset'] });
    const third = open();
    clock.run(SECOND);
    peers[2]!.write('and so on');
    clock.run(SECOND);
    expect(third.told).toEqual({ bytes: 'and so on', events: [] });
  });

  it('says when it happens', () => {
    const told: string[] = [];
    const side = open();
    network.resetAfter('out', 9, () => told.push('another'));
    network.resetAfter('out', 3, () => told.push('reset'));
    side.send('ab');
    clock.run(SECOND);
    expect(told).toEqual([]);
    side.send('cd');
    clock.run(SECOND);
    open().send('a dozen bytes');
    clock.run(SECOND);
    expect(told).toEqual(['reset']);
  });

  it('can be taken back', () => {
    network.resetAfter('out', 1);
    network.clearTraps();
    const side = open();
    side.send('abc');
    clock.run(SECOND);
    expect(came).toBe('abc');
  });
});

describe('a half-open connection', () => {
  it('tells neither side, carries nothing, and is given up by the side that waits for an answer', () => {
    const side = open();
    clock.run(SECOND);
    network.vanishAll();
    side.send('lost');
    peers[0]!.write('lost, too');
    clock.run(29 * SECOND);
    expect([came, side.told.bytes, side.told.events, closes]).toEqual(['', '', [], []]);
    clock.run(2 * SECOND);
    expect(side.told.events.length + closes.length).toBeGreaterThan(0);
  });

  it('leaves those that come after alone', () => {
    open();
    network.vanishAll();
    open().send('fine');
    clock.run(SECOND);
    expect(came).toBe('fine');
  });
});

describe('a name server', () => {
  it('may know no name, and knows it again', () => {
    network.answerNames('unknown');
    expect(failureOf('broker')).toBe('unknown-host after a moment');
    network.answerNames(undefined);
    expect(failureOf('broker')).toBe('opened');
  });

  it('may give a wrong address: where nothing listens, or nothing is', () => {
    network.addHost('printer');
    network.answerNames({ host: 'printer' });
    expect(failureOf('broker')).toBe('refused after a moment');
    network.answerNames({ host: '10.9.8.7' });
    expect(failureOf('broker')).toBe('unreachable after long');
  });

  it('is not asked for an address', () => {
    network.addHost('10.0.0.1');
    network.answerNames('unknown');
    expect(failureOf('10.0.0.1')).toBe('refused after a moment');
  });
});

describe('a captive portal', () => {
  it('answers for every host and port, until it is gone', () => {
    network.divert((peer) => peer.onData(() => peer.write('HTTP/1.1 302 Found\r\n\r\n')));
    const side = open('nobody.example');
    side.send('CONNECT');
    clock.run(SECOND);
    expect(side.told.bytes).toBe('HTTP/1.1 302 Found\r\n\r\n');
    expect(came).toBe('');
    network.divert(undefined);
    expect(failureOf('nobody.example')).toBe('unknown-host after a moment');
  });
});

describe('a slow peer', () => {
  it('takes few bytes at a time', () => {
    network.setWindow(4);
    const side = open();
    let sent = side.send('0123456789');
    expect(sent).toBe(4);
    for (let ms = 0; ms < 100 && sent < 10; ms += 10) {
      clock.run(10);
      sent += side.send('0123456789'.slice(sent));
    }
    clock.run(SECOND);
    expect(came).toBe('0123456789');
    // One window each way there; what follows waits for its answer.
    expect(side.told.events).toContain('writable');
  });

  it('that takes nothing has its bytes wait, and says when it takes them again', () => {
    const side = open();
    network.setWindow(0);
    expect(side.send('abc')).toBe(0);
    clock.run(60 * SECOND);
    expect([came, side.told.events]).toEqual(['', []]);
    network.setWindow(100);
    expect(side.told.events).toEqual(['writable']);
    expect(side.send('abc')).toBe(3);
    clock.run(SECOND);
    expect(came).toBe('abc');
  });
});

describe('a datagram', () => {
  /** @returns whether an answer comes. */
  const isAnswered = (host: string, meanwhile = () => {}) => {
    let is = false;
    network.ask(host, () => void (is = true));
    clock.run(15);
    meanwhile();
    clock.run(SECOND);
    return is;
  };

  it('is answered by a host that is there', () => {
    network.addHost('time');
    expect(isAnswered('time')).toBe(true);
    expect(isAnswered('nowhere')).toBe(false);
  });

  it('is not answered by a network in trouble, even if that comes while it is under way', () => {
    network.addHost('time');
    expect(isAnswered('time', () => network.cut())).toBe(false);
    expect(isAnswered('time')).toBe(false);
    network.restore();
    network.answerNames('unknown');
    expect(isAnswered('time')).toBe(false);
    network.answerNames(undefined);
    network.divert(() => {});
    expect(isAnswered('time')).toBe(false);
  });
});
