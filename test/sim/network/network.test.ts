import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../sim/clock.ts';
import { ConnectError } from '../../../sim/network/connection.ts';
import type { NetworkSettings, PeerConnection } from '../../../sim/network/network.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { createRandom } from '../../../sim/network/random.ts';

function setUp(settings: Partial<NetworkSettings> = {}, seed = 1) {
  const clock = createVirtualClock();
  const network = createNetwork(settings);
  network.attach({ ...clock, random: createRandom(seed) });
  return { clock, network };
}

/** A board-side end that writes down what happens to it. */
function recorder() {
  const seen: string[] = [];
  return {
    seen,
    onData: (bytes: string) => void seen.push(`data ${bytes}`),
    onEnd: () => void seen.push('end'),
    onReset: () => void seen.push('reset'),
    onWritable: () => void seen.push('writable'),
  };
}

const failureOf = (attempt: () => unknown) => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ConnectError) return error.failure;
    throw error;
  }
  return 'opened';
};

describe('simulated network', () => {
  it('carries bytes both ways, after the delay and not before', () => {
    const { clock, network } = setUp({ delayMs: [10, 10] });
    network.listen('broker', 1883, (peer) => peer.onData((bytes) => peer.write(bytes.toUpperCase())));
    const board = recorder();
    const { connection, blockedMs } = network.connect('broker', 1883, board);
    expect(blockedMs).toBe(20);
    expect(connection.send('abc')).toBe(3);
    clock.run(19);
    expect(board.seen).toEqual([]);
    clock.run(1);
    expect(board.seen).toEqual(['data ABC']);
  });

  it('tells an unknown name from a closed port and from an address where nobody lives', () => {
    const { network } = setUp();
    network.listen('broker', 1883, () => undefined);
    network.addHost('10.0.0.1');
    const attempt = (host: string, port: number) => failureOf(() => network.connect(host, port, recorder()));
    expect(attempt('broker', 1883)).toBe('opened');
    expect(attempt('BROKER', 1883)).toBe('opened');
    expect(attempt('broker', 1884)).toBe('refused');
    expect(attempt('10.0.0.1', 80)).toBe('refused');
    expect(attempt('10.0.0.2', 80)).toBe('unreachable');
    expect(attempt('brocker', 1883)).toBe('unknown-host');
  });

  it('refuses after a listener has closed, and keeps what is open', () => {
    const { clock, network } = setUp();
    const listener = network.listen('broker', 1883, (peer) => peer.onData((bytes) => peer.write(bytes)));
    const board = recorder();
    const { connection } = network.connect('broker', 1883, board);
    listener.close();
    expect(failureOf(() => network.connect('broker', 1883, recorder()))).toBe('refused');
    connection.send('x');
    clock.run(100);
    expect(board.seen).toEqual(['data x']);
  });

  it('hands everything over before the end', () => {
    const { clock, network } = setUp();
    network.listen('broker', 1883, (peer) => {
      peer.write('one');
      peer.write('two');
      peer.end();
    });
    const board = recorder();
    network.connect('broker', 1883, board);
    clock.run(100);
    expect(board.seen.join()).toMatch(/^data one(,data )?two,end$/);
  });

  it('lets a reset overtake what is under way', () => {
    const { clock, network } = setUp({ delayMs: [5, 5] });
    network.listen('broker', 1883, (peer) => {
      peer.write('lost');
      peer.reset();
    });
    const board = recorder();
    network.connect('broker', 1883, board);
    clock.run(100);
    expect(board.seen).toEqual(['reset']);
    expect(network.count()).toBe(0);
  });

  it('tells the listener how the other side left', () => {
    for (const how of ['end', 'reset'] as const) {
      const { clock, network } = setUp();
      const closed: string[] = [];
      network.listen('broker', 1883, (peer) => peer.onClose((reason) => closed.push(reason)));
      const { connection } = network.connect('broker', 1883, recorder());
      connection.send('bye');
      connection[how]();
      clock.run(100);
      expect(closed).toEqual([how]);
      expect(network.count()).toBe(0);
    }
  });

  it('takes no more than its buffer holds, and says when there is room', () => {
    const { clock, network } = setUp({ sendBuffer: 1000 });
    let received = 0;
    network.listen('broker', 1883, (peer) => peer.onData((bytes) => (received += bytes.length)));
    const board = recorder();
    const { connection } = network.connect('broker', 1883, board);
    expect(connection.send('x'.repeat(1500))).toBe(1000);
    expect(connection.send('y')).toBe(0);
    clock.run(100);
    expect(received).toBe(1000);
    expect(board.seen).toEqual(['writable']);
    expect(connection.send('y')).toBe(1);
  });

  it('delivers nothing while it is cut, and all of it afterwards', () => {
    const { clock, network } = setUp();
    let received = '';
    network.listen('broker', 1883, (peer) => peer.onData((bytes) => (received += bytes)));
    const { connection } = network.connect('broker', 1883, recorder());
    clock.run(50);
    connection.send('a');
    network.cut();
    connection.send('b');
    clock.run(10000);
    expect(received).toBe('');
    expect(failureOf(() => network.connect('127.0.0.1', 1, recorder()))).toBe('unreachable');
    expect(failureOf(() => network.connect('broker', 1883, recorder()))).toBe('unknown-host');
    network.restore();
    clock.run(50);
    expect(received).toBe('ab');
  });

  it('gives a silent connection up after a while, if told to', () => {
    const { clock, network } = setUp({ giveUpMs: 5000 });
    const closed: string[] = [];
    let peer: PeerConnection | undefined;
    network.listen('broker', 1883, (connection) => {
      peer = connection;
      connection.onClose((how) => closed.push(how));
    });
    const board = recorder();
    const { connection } = network.connect('broker', 1883, board);
    clock.run(50);
    network.cut();
    connection.send('a');
    clock.run(4900);
    expect(board.seen).toEqual([]);
    clock.run(200);
    expect(board.seen).toEqual(['reset']);
    network.restore();
    peer!.write('b');
    clock.run(20000);
    expect(closed).toEqual([]);
  });

  it('is half-open after one side fell silent', () => {
    const { clock, network } = setUp();
    const closed: string[] = [];
    let received = '';
    let peer: PeerConnection | undefined;
    network.listen('broker', 1883, (connection) => {
      peer = connection;
      connection.onData((bytes) => (received += bytes));
      connection.onClose((how) => closed.push(how));
    });
    const board = recorder();
    const { connection } = network.connect('broker', 1883, board);
    clock.run(50);
    connection.vanish();
    connection.send('a');
    peer!.write('b');
    clock.run(1e7);
    expect([received, closed, board.seen]).toEqual(['', [], []]);
  });

  it('resets every connection at once', () => {
    const { clock, network } = setUp();
    const closed: string[] = [];
    network.listen('broker', 1883, (peer) => peer.onClose((how) => closed.push(how)));
    const boards = [recorder(), recorder()];
    for (const board of boards) network.connect('broker', 1883, board);
    clock.run(50);
    network.resetAll();
    expect([closed, boards[0]!.seen, boards[1]!.seen]).toEqual([['reset', 'reset'], ['reset'], ['reset']]);
  });

  it('keeps every byte in order, however badly it is cut, joined and lost', () => {
    const seed = Date.now() % 0x7fffffff;
    const rough = { delayMs: [0, 50], split: 0.5, merge: 0.5, loss: 0.2, segmentBytes: 100 } as const;
    const { clock, network } = setUp({ ...rough, sendBuffer: 500 }, seed);
    const random = createRandom(seed);
    let echoed = '';
    let sent = '';
    let pieces = 0;
    network.listen('broker', 1883, (peer) => peer.onData((bytes) => peer.write(bytes)));
    const { connection } = network.connect('broker', 1883, {
      ...recorder(),
      onData(bytes) {
        echoed += bytes;
        pieces++;
      },
    });
    for (let i = 0; i < 500; i++) {
      const bytes = String.fromCharCode(
        ...Array.from({ length: random.integer(1, 300) }, () => random.integer(0, 255)),
      );
      sent += bytes.slice(0, connection.send(bytes));
      clock.run(random.integer(0, 100));
    }
    clock.run(100000);
    expect(echoed === sent, `seed ${seed}`).toBe(true);
    expect(pieces, `seed ${seed}`).toBeGreaterThan(100);
  });

  it('does the same again for the same seed', () => {
    const trace = (seed: number) => {
      const { clock, network } = setUp({ split: 0.5, merge: 0.5, loss: 0.1, delayMs: [1, 9] }, seed);
      const seen: string[] = [];
      network.listen('broker', 1883, (peer) => peer.onData((bytes) => seen.push(`${clock.now()} ${bytes}`)));
      const { connection } = network.connect('broker', 1883, recorder());
      for (let i = 0; i < 50; i++) connection.send(`message ${i};`);
      clock.run(10000);
      return seen.join();
    };
    expect(trace(5)).toBe(trace(5));
    expect(trace(5)).not.toBe(trace(6));
  });

  it('finds a name where it is now, one answer later', () => {
    const { clock, network } = setUp({ delayMs: [10, 10] });
    network.listen('10.0.0.5', 1883, () => undefined);
    network.setName('broker', '10.0.0.5');
    expect(network.connect('10.0.0.5', 1883, recorder()).blockedMs).toBe(20);
    expect(network.connect('Broker', 1883, recorder()).blockedMs).toBe(40);
    const found: (string | undefined)[] = [];
    for (const name of ['broker', 'nobody', '10.9.9.9']) {
      network.resolve(name, (address) => found.push(address));
    }
    clock.run(19);
    expect(found).toEqual([]);
    clock.run(1);
    expect(found).toEqual(['10.0.0.5', undefined, '10.9.9.9']);
    network.setName('broker', '10.0.0.6');
    expect(failureOf(() => network.connect('broker', 1883, recorder()))).toBe('unreachable');
    network.addHost('10.0.0.6');
    expect(failureOf(() => network.connect('broker', 1883, recorder()))).toBe('refused');
    network.cut();
    network.resolve('broker', (address) => found.push(address));
    clock.run(20);
    expect(found[3]).toBeUndefined();
  });

  it('refuses two listeners on one port and two worlds around one network', () => {
    const { clock, network } = setUp();
    network.listen('broker', 1883, () => undefined);
    expect(() => network.listen('broker', 1883, () => undefined)).toThrow('broker:1883');
    expect(() => network.attach({ ...clock, random: createRandom(1) })).toThrow('another world');
  });
});
