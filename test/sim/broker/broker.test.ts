import { beforeEach, describe, expect, it } from 'vitest';
import type { Bench, TestClient } from './client.ts';
import { createBench } from './client.ts';

let bench: Bench;
const online = (more?: object): TestClient => bench.client().connect(more);
const payloads = () => bench.taken.map(({ payload }) => payload);

beforeEach(() => {
  bench = createBench();
});

describe('sessions', () => {
  it('are kept for a client that wants that, and it is told so', () => {
    const first = online();
    expect(first.got()).toEqual(['connack 0']);
    first.die();
    expect(online().got()).toEqual(['connack 0 present']);
    expect(bench.ended).toEqual([]);
  });

  it('end with the connection, or with a clean login', () => {
    online({ clean: true }).die();
    expect(bench.ended).toEqual(['1: ']);
    online().die();
    expect(online({ clean: true }).got()).toEqual(['connack 0']);
    expect(bench.ended).toEqual(['1: ', '2: ']);
  });

  it('go with the broker when it forgets', () => {
    const mote = online();
    bench.broker.restart(false);
    expect(mote.isOpen()).toBe(false);
    expect(online().got()).toEqual(['connack 0 present']);
    bench.broker.restart(true);
    expect(online().got()).toEqual(['connack 0']);
  });

  it('belong to one connection: another client with that name takes over', () => {
    const mote = online();
    bench.broker.intrude('mote', false);
    expect(mote.isOpen()).toBe(false);
    const back = online();
    expect(back.got()).toEqual(['connack 0 present']);
    bench.broker.intrude('mote', true);
    expect(online().got()).toEqual(['connack 0']);
    const other = online();
    expect(bench.broker.isOnline('mote')).toBe(true);
    other.die();
    expect(bench.broker.isOnline('mote')).toBe(false);
  });

  it('are refused with a code, or not answered', () => {
    bench.broker.behaviour.returnCode = 5;
    const refused = online();
    expect(refused.got()).toEqual(['connack 5']);
    expect(refused.isOpen()).toBe(false);
    bench.broker.behaviour.returnCode = 0;
    bench.broker.behaviour.isSilent = true;
    expect(online().got()).toEqual([]);
    expect(bench.broker.violations).toEqual([]);
  });
});

describe('a session that began unheard', () => {
  const send = (payload: string) => bench.broker.publish({ topic: 't', payload, qos: 2, retain: false });
  /** The broker forgets, and its answer to the next login is lost. */
  const forget = () => {
    bench.broker.restart(true);
    online().die();
    return online();
  };

  it('lets the client release what was acknowledged in the one before, and nothing else', () => {
    online().publish(7, 'x', { qos: 2 }).publish(8, 'y').die();
    const mote = forget().ack('pubrel', 7);
    expect(mote.got()).toEqual(['connack 0 present', 'pubcomp 7']);
    expect(bench.broker.violations).toEqual([]);
    mote.ack('pubrel', 8);
    expect(bench.broker.violations).toEqual([expect.stringMatching(/^4\.3\.3-1 /)]);
  });

  it('does not let it once it has heard', () => {
    online().publish(7, 'x', { qos: 2 }).die();
    bench.broker.restart(true);
    const mote = online().send({ cmd: 'pingreq' });
    expect(bench.heard).toEqual(['mote', 'mote']);
    mote.ack('pubrel', 7);
    expect(bench.broker.violations).toEqual([expect.stringMatching(/^4\.3\.3-1 /)]);
  });

  it('counts what the client may have noted of the one before', () => {
    online().subscribe('t', 2);
    for (const payload of ['a', 'b', 'c']) send(payload);
    online().ack('pubrec', 1).ack('pubcomp', 1).ack('pubrec', 2).die();
    expect(bench.broker.stale('mote')).toBe(0);
    const mote = forget();
    expect(bench.broker.stale('mote')).toBe(2);
    expect(bench.lost).toEqual(['c']);
    mote.send({ cmd: 'pingreq' });
    // It says `present`, so the client has not heard of it.
    expect(bench.broker.stale('mote')).toBe(2);
    bench.broker.restart(true);
    online().send({ cmd: 'pingreq' });
    expect(bench.broker.stale('mote')).toBe(0);
  });

  it('has none for whoever asks for a clean one', () => {
    online().subscribe('t', 2);
    send('a');
    online({ clean: true });
    expect(bench.broker.stale('mote')).toBe(0);
    expect(bench.lost).toEqual(['a']);
  });
});

describe('messages from a client', () => {
  it('are taken at the moment of their acknowledgement', () => {
    bench.broker.behaviour.ackDelayMs = 100;
    const mote = online();
    mote.publish(1, 'a').publish(2, 'b', { qos: 2 });
    bench.clock.run(99);
    expect(payloads()).toEqual([]);
    bench.clock.run(1);
    expect(payloads()).toEqual(['a', 'b']);
    expect(mote.got()).toEqual(['connack 0', 'puback 1', 'pubrec 2']);
  });

  it('are nobody’s when the connection ends before', () => {
    bench.broker.behaviour.ackDelayMs = 100;
    const mote = online().publish(1, 'a');
    mote.die();
    bench.clock.run(200);
    expect(payloads()).toEqual([]);
    online().publish(1, 'a', { dup: true });
    bench.clock.run(200);
    expect(payloads()).toEqual(['a']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('of QoS 2 are taken once, however often PUBLISH and PUBREL come', () => {
    const mote = online().publish(7, 'x', { qos: 2 });
    mote.die();
    const back = online().publish(7, 'x', { qos: 2, dup: true }).ack('pubrel', 7);
    expect(back.got()).toEqual(['connack 0 present', 'pubrec 7', 'pubcomp 7']);
    back.die();
    expect(online().ack('pubrel', 7).got()).toEqual(['connack 0 present', 'pubcomp 7']);
    expect(payloads()).toEqual(['x']);
    expect(bench.duplicates).toBe(1);
    expect(bench.broker.violations).toEqual([]);
  });

  it('of QoS 2 whose exchange is open are named when the session ends', () => {
    online().publish(1, 'open', { qos: 2 }).publish(2, 'over', { qos: 2 }).ack('pubrel', 1).publish(3, 'one');
    bench.broker.restart(true);
    expect(bench.ended).toEqual(['1: over']);
  });

  it('wait while the broker is deaf, and are answered in order after it', () => {
    const mote = online();
    bench.broker.setDeaf(true);
    mote.publish(1, 'a').publish(2, 'b').send({ cmd: 'pingreq' });
    expect(mote.got()).toEqual(['connack 0']);
    bench.broker.setDeaf(false);
    expect(mote.got()).toEqual(['puback 1', 'puback 2', 'pingresp']);
    expect(payloads()).toEqual(['a', 'b']);
  });
});

describe('messages to a client', () => {
  it('come by filters with wildcards, with the lower QoS', () => {
    const mote = online().subscribe('a/+/c', 1).subscribe('d/#', 2);
    expect(mote.got()).toEqual(['connack 0', 'suback 9 1', 'suback 9 2']);
    for (const topic of ['a/b/c', 'a/b', 'a/b/c/d', 'd', 'd/e/f', '$SYS/x']) {
      bench.broker.publish({ topic, payload: topic, qos: 2, retain: false });
    }
    expect(mote.got()).toEqual(['publish 1 q1 a/b/c=a/b/c', 'publish 2 q2 d=d', 'publish 3 q2 d/e/f=d/e/f']);
  });

  it('are retained for those who come later', () => {
    bench.broker.publish({ topic: 'a', payload: '1', qos: 1, retain: true });
    bench.broker.publish({ topic: 'b', payload: '2', qos: 1, retain: true });
    bench.broker.publish({ topic: 'b', payload: '', qos: 1, retain: true });
    const mote = online().subscribe('#', 0);
    expect(mote.got()).toEqual(['connack 0', 'suback 9 0', 'publish - q0 a=1 retain']);
    expect(bench.broker.retained('a')).toBe('1');
    expect(bench.broker.retained('b')).toBeUndefined();
  });

  it('wait for a session that is not there, and go on where they were', () => {
    const mote = online().subscribe('t', 2);
    mote.die();
    for (const payload of ['a', 'b', 'c']) {
      bench.broker.publish({ topic: 't', payload, qos: 2, retain: false });
    }
    const back = online();
    expect(back.got()).toEqual([
      'connack 0 present',
      'publish 1 q2 t=a',
      'publish 2 q2 t=b',
      'publish 3 q2 t=c',
    ]);
    expect(back.ack('pubrec', 1).got()).toEqual(['pubrel 1']);
    back.die();
    const last = online();
    expect(last.got()).toEqual([
      'connack 0 present',
      'pubrel 1',
      'publish 2 q2 t=b dup',
      'publish 3 q2 t=c dup',
    ]);
    last.ack('pubrec', 2).ack('pubrec', 3).ack('pubcomp', 2).ack('pubcomp', 1).ack('pubcomp', 3);
    expect(bench.broker.waiting('mote')).toBe(0);
    expect(bench.broker.violations).toEqual([]);
  });

  it('end with UNSUBSCRIBE', () => {
    const mote = online().subscribe('t', 1);
    mote.send({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['t'] });
    bench.broker.publish({ topic: 't', payload: 'x', qos: 1, retain: false });
    expect(mote.got()).toEqual(['connack 0', 'suback 9 1', 'unsuback 5']);
  });
});

describe('a will', () => {
  const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1 as const, retain: true };

  it('is published when the connection dies, or nothing comes for one and a half keep alives', () => {
    online({ will }).die();
    expect(bench.broker.retained('w')).toBe('gone');
    bench.broker.publish({ topic: 'w', payload: '', qos: 0, retain: true });
    bench.isDisturbed = true;
    const mote = online({ will });
    bench.clock.run(44_999);
    expect(bench.broker.retained('w')).toBeUndefined();
    bench.clock.run(1);
    expect(bench.broker.retained('w')).toBe('gone');
    expect(mote.isOpen()).toBe(false);
    expect(bench.broker.violations).toEqual([]);
  });

  it('is not published after DISCONNECT', () => {
    online({ will }).send({ cmd: 'disconnect' });
    bench.clock.run(100_000);
    expect(bench.broker.retained('w')).toBeUndefined();
  });
});

describe('what the standard forbids', () => {
  const cases: [statement: string, play: () => void][] = [
    ['2.3.1-2', () => online().publish(1, 'a', { qos: 2 }).publish(1, 'b', { qos: 2 })],
    ['2.3.1-3', () => online().publish(1, 'a', { qos: 2 }).publish(2, 'a', { qos: 2 })],
    ['2.3.1-6', () => online().ack('puback', 3)],
    ['2.2.2-2', () => online().sendRaw('\x60\x02\x00\x01')],
    ['3.1.0-1', () => bench.client().publish(1, 'a')],
    ['3.1.0-2', () => online().connect()],
    ['3.1.2-24', () => (online(), bench.clock.run(46_000))],
    ['3.1.3-8', () => bench.client().sendRaw('\x10\x0c\x00\x04MQTT\x04\x00\x00\x1e\x00\x00')],
    ['3.3.1-1', () => (online().publish(1, 'a').die(), online().publish(1, 'a'))],
    ['3.3.1-2', () => online().sendRaw('\x38\x03\x00\x01t')],
    ['3.3.1-4', () => online().sendRaw('\x36\x05\x00\x01t\x00\x01')],
    ['3.3.2-2', () => online().sendRaw('\x30\x03\x00\x01#')],
    ['3.8.3-3', () => online().sendRaw('\x82\x02\x00\x01')],
    ['3.8.3-4', () => online().sendRaw('\x82\x06\x00\x01\x00\x01t\x03')],
    ['3.10.3-2', () => online().sendRaw('\xa2\x02\x00\x01')],
    ['3.14.4-2', () => online().sendRaw('\xe0\x00\xc0\x00')],
    ['4.3.3-1', () => online().publish(1, 'a').ack('pubrel', 1)],
    [
      '4.3.3-1',
      () => (
        online().publish(1, 'a', { qos: 2 }).ack('pubrel', 1).die(),
        online().publish(1, 'a', { qos: 2, dup: true })
      ),
    ],
    [
      '4.6.0-1',
      () => (
        online().publish(1, 'a').publish(2, 'b').die(),
        online().publish(2, 'b', { dup: true }).publish(1, 'a', { dup: true })
      ),
    ],
    [
      '4.6.0-2',
      () => {
        const mote = online().subscribe('t', 1);
        for (const payload of ['a', 'b']) {
          bench.broker.publish({ topic: 't', payload, qos: 1, retain: false });
        }
        mote.ack('puback', 2);
      },
    ],
    [
      '4.6.0-3',
      () => {
        const mote = online().subscribe('t', 2);
        for (const payload of ['a', 'b']) {
          bench.broker.publish({ topic: 't', payload, qos: 2, retain: false });
        }
        mote.ack('pubrec', 2);
      },
    ],
    ['4.6.0-4', () => online().publish(1, 'a', { qos: 2 }).publish(2, 'b', { qos: 2 }).ack('pubrel', 2)],
    ['4.4.0-1', () => online().publish(1, 'a', { qos: 2 }).publish(1, 'a', { qos: 2, dup: true })],
    ['4.7.1-2', () => online().subscribe('a/#/b', 1)],
    ['4.7.1-3', () => online().subscribe('a+', 1)],
    ['4.7.3-1', () => online().subscribe('', 1)],
    ['the remaining length has more than four bytes', () => online().sendRaw('\x30\xff\xff\xff\xff\x01')],
  ];

  it.each(cases)('%s is noticed, and nothing else', (statement, play) => {
    play();
    const found = bench.broker.violations.map((violation) => violation.split(' ')[0]);
    if (statement.startsWith('the')) expect(bench.broker.violations[0]).toContain(statement);
    else expect(found).toEqual([statement]);
  });

  it('a packet that comes later than the keep alive is noticed', () => {
    const mote = online();
    bench.clock.run(31_000);
    mote.send({ cmd: 'pingreq' });
    expect(bench.broker.violations).toEqual(['3.1.2-23 no packet for 31000 ms [mote]']);
  });

  it('a new message may have an identifier that is free again', () => {
    online()
      .publish(1, 'a')
      .publish(1, 'b')
      .publish(2, 'c', { qos: 2 })
      .ack('pubrel', 2)
      .publish(2, 'd', { qos: 2 });
    expect(payloads()).toEqual(['a', 'b', 'c', 'd']);
    expect(bench.broker.violations).toEqual([]);
  });
});
