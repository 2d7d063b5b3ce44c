// What a fleet is counted with, part by part.

import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../../flash/errors.ts';
import { acceptedIn, withoutTime } from '../../../flash/fleet/accepted.ts';
import { checkHandles, HANDLES } from '../../../flash/fleet/handles.ts';
import type { Handles } from '../../../flash/fleet/handles.ts';
import { createHistogram } from '../../../flash/fleet/histogram.ts';
import { createLedger, keyOf } from '../../../flash/fleet/ledger.ts';
import { tooFew } from '../../../flash/fleet/measure-live.ts';
import { plotLine } from '../../../flash/fleet/plot.ts';
import { addSeconds, findOutage } from '../../../flash/fleet/report.ts';
import { tapNetwork } from '../../../flash/fleet/tap.ts';
import { createVirtualClock } from '../../../sim/clock.ts';
import type { PeerConnection } from '../../../sim/network/network.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { createRandom } from '../../../sim/network/random.ts';

describe('times of a fleet', () => {
  it('has percentiles within 4.5 percent, added up from several threads', () => {
    const seed = 7;
    const random = createRandom(seed);
    const times = Array.from({ length: 20_000 }, () => 0.05 * Math.exp(random.next() * 10));
    const parts = [createHistogram(), createHistogram()];
    times.forEach((ms, i) => parts[i % 2]!.add(ms));
    const all = createHistogram();
    for (const part of parts) all.addAll(part.counts());
    const sorted = times.sort((a, b) => a - b);
    for (const share of [0.01, 0.5, 0.9, 0.999, 1]) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
      expect(all.percentile(share) / exact, `seed ${seed}, share ${share}`).toBeGreaterThanOrEqual(1);
      expect(all.percentile(share) / exact, `seed ${seed}, share ${share}`).toBeLessThan(1.045);
    }
    expect(all.count()).toBe(20_000);
    expect(createHistogram().percentile(0.5)).toBe(0);
  });
});

describe('the ledger of a fleet', () => {
  it('pairs what was accepted with what came, whichever is heard of first', () => {
    const ledger = createLedger();
    ledger.accept('a', '1');
    ledger.receive('a', '1');
    ledger.receive('a', '2');
    ledger.accept('a', '2');
    ledger.receive('a', '1');
    expect(ledger.sums()).toEqual({ accepted: 2, received: 2, duplicates: 1, disordered: 0 });
    expect([ledger.openCount(), ledger.lost([])]).toEqual([0, 0]);
  });

  it('calls lost what neither came nor waits, and nothing else', () => {
    const ledger = createLedger();
    for (const payload of ['1', '2', '3']) ledger.accept('a', payload);
    ledger.receive('a', '2');
    expect(ledger.sums()).toEqual({ accepted: 3, received: 1, duplicates: 0, disordered: 1 });
    expect(ledger.lost([keyOf('a', '3')])).toBe(1);
    expect(ledger.lost([keyOf('a', '1'), keyOf('a', '3')])).toBe(0);
    // One that waits and came does not stand for one that is lost.
    expect(ledger.lost([keyOf('a', '2'), keyOf('a', '3')])).toBe(1);
  });

  it('takes what comes for what was accepted often enough, no more', () => {
    const ledger = createLedger();
    for (let i = 0; i < 3; i++) ledger.accept('a', 'same');
    for (let i = 0; i < 2; i++) ledger.receive('a', 'same');
    expect([ledger.openCount(), ledger.lost([])]).toEqual([1, 1]);
    ledger.receive('b', 'nobody accepted this');
    expect(ledger.sums()).toMatchObject({ accepted: 3, received: 2 });
  });
});

describe('what an outbox takes', () => {
  it('is read from a record of one message and of several, and from nothing else', () => {
    const message = (head: number[], topic: string, payload: string) =>
      Buffer.concat([Buffer.from([...head, 0, topic.length]), Buffer.from(topic + payload)]);
    const record = (marks: number, body: Buffer) => {
      const frame = Buffer.alloc(8 + marks * 4, 0xff);
      frame.writeUInt16LE(body.length | (marks << 12), 0);
      frame.writeUInt16LE(~(body.length | (marks << 12)) & 0xffff, 2);
      const whole = Buffer.concat([frame, body]);
      return new Uint8Array(Buffer.concat([whole, Buffer.alloc(-whole.length & 3, 0xff)]));
    };
    const one = message([1, 0, 2, 0], 'a/b', '{"value":1}');
    expect(acceptedIn(record(1, one), 4)).toEqual([{ topic: 'a/b', payload: '{"value":1}', isTimed: false }]);
    const timed = message([1, 0, 2 | ((17 + 1) << 6), (18 << 6) >> 8], 'a/b', '{"value":1,"time":}');
    expect(acceptedIn(record(1, timed), 4)).toMatchObject([{ isTimed: true }]);
    const parts = ['1', '22'].map((payload) => {
      const part = message([0, 0, 2, 0], 'a', payload);
      part.writeUInt16LE(part.length, 0);
      return part;
    });
    const several = record(3, Buffer.concat([Buffer.from([5, 0]), ...parts]));
    expect(acceptedIn(several, 4).map(({ payload }) => payload)).toEqual(['1', '22']);
    for (const wrong of [new Uint8Array(40), record(0, one), record(1, one).slice(0, 14)]) {
      expect(acceptedIn(wrong, 4)).toEqual([]);
    }
    expect(withoutTime('{"value":1,"time":1767268800}')).toBe('{"value":1,"time":}');
    expect(withoutTime('{"value":1,"time":null}')).toBe('{"value":1,"time":}');
  });
});

describe('listening on the connections of a fleet', () => {
  function setUp() {
    const clock = createVirtualClock();
    const network = createNetwork({ delayMs: [1, 1] });
    network.attach({ ...clock, random: createRandom(1) });
    const seen: string[] = [];
    const tapped = tapNetwork(network, {
      now: clock.now,
      onConnack: (code) => void seen.push(`connack ${code}`),
      onGone: () => void seen.push('gone'),
      onPublish: () => void seen.push('publish'),
      onAcknowledged: (topic, payload, ms) => void seen.push(`${topic} ${payload} ${ms}`),
    });
    let peer: PeerConnection | undefined;
    const heard: string[] = [];
    tapped.listen('broker', 1883, (made) => {
      peer = made;
      made.onData((bytes) => heard.push(bytes));
      made.onClose(() => undefined);
    });
    const { connection } = network.connect('broker', 1883, {
      onData: () => undefined,
      onEnd: () => undefined,
      onReset: () => undefined,
      onWritable: () => undefined,
    });
    clock.run(1);
    return { clock, network, seen, heard, connection, peer: peer! };
  }
  const PUBLISH = '\x32\x08\0\x01a\0\x07one';

  it('tells how long a PUBLISH waits, whichever way the bytes are cut', () => {
    for (let cut = 0; cut <= PUBLISH.length; cut++) {
      const { clock, seen, heard, connection, peer } = setUp();
      peer.write('\x20\x02\0\0');
      connection.send(PUBLISH.slice(0, cut));
      clock.run(5);
      connection.send(PUBLISH.slice(cut));
      clock.run(5);
      const sentAt = clock.now();
      clock.run(20);
      peer.write('\x40\x02');
      peer.write('\0\x07');
      expect(seen.slice(0, 2), `cut at ${cut}`).toEqual(['connack 0', 'publish']);
      expect(seen[2]).toMatch(/^a one /);
      expect(Number(seen[2]!.slice(6))).toBeGreaterThanOrEqual(clock.now() - sentAt);
      expect(heard.join('')).toBe(PUBLISH);
    }
  });

  it('counts who was let in, and is gone, once', () => {
    const { clock, network, seen, peer } = setUp();
    peer.write('\x20\x02\0\x05');
    peer.write('\x20\x02\0\0');
    network.resetAll();
    peer.end();
    clock.run(10);
    expect(seen).toEqual(['connack 5', 'connack 0', 'gone']);
  });

  it('gives up on a packet that no mote sends, and keeps none of it', () => {
    const { clock, seen, heard, connection } = setUp();
    connection.send('\x32\xff\xff\xff\x7f');
    clock.run(5);
    connection.send(PUBLISH);
    clock.run(5);
    expect(seen).toEqual([]);
    expect(heard.join('')).toHaveLength(5 + PUBLISH.length);
  });
});

describe('a broker that does not take all', () => {
  it('is named with how many came, what was seen, and what to raise', () => {
    const { message, exitCode } = tooFew(1021, 10_000, ['ECONNRESET'], 'mqtt://broker:1883');
    expect(message).toMatch(
      /^mqtt:\/\/broker:1883: only 1,021 of 10,000 motes came online \(ECONNRESET\) \(raise .*ulimit -n/,
    );
    expect(exitCode).toBe(ExitCode.Environment);
    expect(tooFew(0, 20, [], 'mqtt://broker:1883').message).toContain(
      'see what the broker says of their connections',
    );
  });
});

describe('figures of a fleet', () => {
  const second = (attempts: number, online: number) => ({ attempts, online, published: 0 });

  it('adds up threads that end at different times', () => {
    expect(addSeconds([[second(1, 1), second(2, 3)], [second(5, 7)]])).toEqual([second(6, 8), second(2, 10)]);
  });

  it('finds the outage that was, and none that was not', () => {
    const course = [second(0, 10), second(0, 0), second(3, 2), second(5, 6), second(1, 10), second(0, 10)];
    expect(findOutage(course, 10)).toEqual({
      lostAtSec: 1,
      worst: 5,
      worstAtSec: 2,
      worstPercent: 50,
      allBackSec: 3,
    });
    expect(findOutage(course.slice(0, 4), 10)).toMatchObject({ allBackSec: null });
    expect(findOutage([second(4, 10), second(0, 6)], 10)).toBeNull();
  });

  it('draws them on one line', () => {
    expect(plotLine([0, 1, 4, 8], 10)).toBe(' ▁▄█');
    expect(plotLine([0, 0, 8, 0, 0, 4], 3)).toBe(' █▄');
    expect(plotLine([], 5)).toBe('');
  });
});

describe('what the computer lets a fleet have', () => {
  const few = (limits: Partial<Handles>): Handles => ({
    filesOf: () => 1_000_000,
    listenerOn: () => undefined,
    ports: () => 60_000,
    ...limits,
  });
  const target = { host: '127.0.0.1', port: 1883 };

  it('is said before the first connection, with what to do', () => {
    const refusal = (handles: Partial<Handles>, motes = 10_000) => {
      try {
        checkHandles(motes, [target], false, few(handles));
      } catch (error) {
        return String((error as Error).message);
      }
      return '';
    };
    expect(refusal({})).toBe('');
    expect(refusal({ filesOf: () => 1024 })).toMatch(
      /^--motes: 10000 connections need 10100 open files, and this process may have 1024 \(raise it in this shell: ulimit -n 10100 /,
    );
    expect(refusal({ filesOf: () => undefined, ports: () => undefined })).toBe('');
    expect(refusal({ ports: () => 28_232 }, 30_000)).toMatch(
      /30000 connections to one address need as many ports/,
    );
    const broker = { listenerOn: () => 77, filesOf: (pid: number | 'self') => (pid === 77 ? 1024 : 20_000) };
    expect(refusal(broker)).toMatch(
      /^127\.0\.0\.1:1883: the broker \(process 77\) may have 1024 open files, .*ulimit -n 10100, or LimitNOFILE=/,
    );
  });

  it('asks only half as much of each of two nodes, and of a broker elsewhere nothing', () => {
    const handles = few({ listenerOn: () => 77, filesOf: (pid) => (pid === 77 ? 600 : 20_000) });
    expect(() => checkHandles(1000, [target], false, handles)).toThrow();
    expect(() => checkHandles(1000, [target, { ...target, port: 1884 }], false, handles)).not.toThrow();
    expect(() => checkHandles(1000, [{ host: 'broker.example', port: 1883 }], false, handles)).not.toThrow();
  });

  it.runIf(process.platform === 'linux')('finds who listens, and its limits, on this computer', async () => {
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(HANDLES.listenerOn(port)).toBe(process.pid);
    expect(HANDLES.filesOf(process.pid)).toBe(HANDLES.filesOf('self'));
    expect(HANDLES.filesOf('self')).toBeGreaterThan(100);
    expect(HANDLES.ports()).toBeGreaterThan(1000);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(HANDLES.listenerOn(port)).toBeUndefined();
  });
});
