// What the model broker does for clients of MQTT 5.0, in virtual time.

import { beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from '../client.ts';
import { createBench } from '../client.ts';
import type { TestClient5 } from './client.ts';
import { bytesOf, createClient5 } from './client.ts';

let bench: Bench;

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const KEPT = { sessionExpiryInterval: 3600 };
const online = (more: object = {}, properties: object = KEPT): TestClient5 =>
  createClient5(bench.broker).connect({ keepalive: 0, ...more }, properties);
/** Another client, which hears everything of topic "t" and "w". */
const listener = (options: object = {}, id = 0) => {
  const it = online({ clientId: 'ear' }).subscribe('t', 2, options, id).subscribe('w', 2, options, id);
  it.got();
  return it;
};
const send = (payload: string, qos = 1, more: object = {}) =>
  bench.broker.publish({ topic: 't', payload, qos, retain: false, ...more });
const pass = (ms: number) => bench.clock.run(ms);
const payloads = () => bench.taken.map(({ payload }) => payload);
const behave = (behaviour: Partial<Bench['broker']['behaviour']>) =>
  void Object.assign(bench.broker.behaviour, behaviour);

beforeEach(() => {
  bench = createBench();
});

describe('a session', () => {
  it('ends with its expiry, and not before', () => {
    online().die();
    pass(HOUR - 1);
    const back = online();
    expect(back.got()).toEqual(['connack 0 present']);
    pass(2 * HOUR);
    expect(bench.ended).toEqual([]);
    back.die();
    pass(HOUR);
    expect(bench.ended).toEqual(['1: ']);
    expect(online().got()).toEqual(['connack 0']);
  });

  it('ends with the connection without one, and never with 0xFFFFFFFF', () => {
    online({}, {}).die();
    expect(bench.ended).toEqual(['1: ']);
    online({}, { sessionExpiryInterval: 0xffffffff }).die();
    expect(bench.clock.pending()).toBe(0);
    pass(1000 * HOUR);
    expect(online().got()).toEqual(['connack 0 present']);
  });

  it('lasts as long as DISCONNECT says', () => {
    online().send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 10 } });
    pass(9 * SECOND);
    const back = online();
    expect(back.got()).toEqual(['connack 0 present']);
    back.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    expect(online().got()).toEqual(['connack 0']);
    // One that ends with its connection may be said to.
    online({}, {}).send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    expect(bench.broker.violations).toEqual([]);
  });

  it('is shorter when the broker says so', () => {
    behave({ limits: { sessionExpirySec: 5 } });
    const mote = online();
    expect(mote.got()).toEqual(['connack 0 {"sessionExpiryInterval":5}']);
    mote.die();
    pass(5 * SECOND);
    expect(online().got()).toEqual(['connack 0 {"sessionExpiryInterval":5}']);
    expect(online({}, { sessionExpiryInterval: 3 }).got()).toEqual(['connack 0 present']);
    expect(online({}, { sessionExpiryInterval: 5 }).got()).toEqual(['connack 0 present']);
  });

  it('begins anew with clean start, and outlasts the connection all the same', () => {
    online().die();
    const mote = online({ clean: true });
    expect(mote.got()).toEqual(['connack 0']);
    mote.die();
    expect(online().got()).toEqual(['connack 0 present']);
  });

  it('of a client without a name gets one, under which it goes on', () => {
    const mote = online({ clientId: '', clean: true });
    expect(mote.got()).toEqual(['connack 0 {"assignedClientIdentifier":"assigned-1"}']);
    mote.die();
    expect(online({ clientId: 'assigned-1' }).got()).toEqual(['connack 0 present']);
    expect(online({ clientId: '', clean: true }).got()[0]).toContain('assigned-2');
  });

  it('is taken over: the former client is told', () => {
    const mote = online();
    mote.got();
    online();
    expect(mote.got()).toEqual(['disconnect 142']);
    const other = online();
    other.got();
    bench.broker.intrude('mote', false);
    expect(other.got()).toEqual(['disconnect 142']);
    expect(online().got()).toEqual(['connack 0 present']);
  });

  it('goes on between 3.1.1 and 5.0', () => {
    bench.client().connect().subscribe('t', 1).die();
    send('x', 1, { properties: { contentType: 'c' } });
    const mote = online();
    expect(mote.got()).toEqual(['connack 0 present', 'publish 1 q1 t=x {"contentType":"c"}']);
    mote.die();
    const old = bench.client().connect();
    expect(old.got()).toEqual(['connack 0 present', 'publish 1 q1 t=x dup']);
    expect(bench.broker.violations).toEqual([]);
  });
});

describe('limits', () => {
  it('are announced', () => {
    behave({
      limits: {
        receiveMaximum: 2,
        maximumQos: 1,
        retainAvailable: 0,
        maximumPacketSize: 100,
        topicAliasMaximum: 3,
        wildcardAvailable: 0,
        sharedAvailable: 0,
        subscriptionIdentifiersAvailable: 0,
        serverKeepAliveSec: 7,
        responseInformation: 'r/',
      },
    });
    expect(online().got()).toEqual([
      'connack 0 {"serverKeepAlive":7,"receiveMaximum":2,"topicAliasMaximum":3,"maximumQoS":1,' +
        '"retainAvailable":false,"maximumPacketSize":100,"wildcardSubscriptionAvailable":false,' +
        '"subscriptionIdentifiersAvailable":false,"sharedSubscriptionAvailable":false}',
    ]);
    expect(online({}, { requestResponseInformation: true }).got()[0]).toContain('"responseInformation":"r/"');
  });

  it('lower what a filter is granted, and refuse wills', () => {
    behave({ limits: { maximumQos: 1, retainAvailable: 0 } });
    expect(online().subscribe('t', 2).got().slice(1)).toEqual(['suback 9 1']);
    const will = { topic: 'w', payload: Buffer.from('x'), qos: 2 as const, retain: false };
    expect(online({ will }).got()).toEqual(['connack 155']);
    expect(online({ will: { ...will, qos: 0, retain: true } }).got()).toEqual(['connack 154']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('of the keep alive replace the client’s', () => {
    behave({ limits: { serverKeepAliveSec: 10 } });
    const mote = online({ keepalive: 1000 });
    pass(15 * SECOND);
    expect(mote.got().at(-1)).toBe('disconnect 141');
    expect(bench.broker.violations[0]).toMatch(/^3\.1\.2-22 /);
    const other = online({ keepalive: 1000 });
    pass(11 * SECOND);
    other.send({ cmd: 'pingreq' });
    expect(bench.broker.violations[1]).toBe('3.1.2-20 no packet for 11000 ms [mote]');
  });

  it('of what the broker receives count what it has not acknowledged', () => {
    behave({ limits: { receiveMaximum: 2 }, ackDelayMs: 100 });
    const mote = online().publish(1, 'a').publish(2, 'b', { qos: 2 });
    pass(100);
    mote.publish(1, 'c');
    pass(100);
    mote.ack('pubrel', 2).publish(3, 'd').publish(4, 'e');
    pass(100);
    expect(payloads()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bench.broker.violations).toEqual([]);
    mote.publish(5, 'f', { qos: 2 });
    pass(100);
    mote.publish(6, 'g', { qos: 0 }).publish(6, 'h').publish(7, 'i');
    expect(bench.broker.violations).toEqual([expect.stringMatching(/^3\.3\.4-7 /)]);
  });
});

it('a packet may be as large as the broker takes, and no larger', () => {
  behave({ limits: { maximumPacketSize: 60 } });
  // Fixed header 2, topic 3, length of properties 1.
  const mote = online().publish(0, 'x'.repeat(54), { qos: 0 });
  expect(bench.broker.violations).toEqual([]);
  mote.publish(0, 'x'.repeat(55), { qos: 0 });
  expect(payloads()).toEqual(['x'.repeat(54)]);
  expect(bench.broker.violations).toEqual([expect.stringMatching(/^3\.2\.2-15 /)]);
});

it('the count of what the broker receives at a time does not grow by what began on another connection', () => {
  behave({ limits: { receiveMaximum: 1 } });
  online().publish(1, 'a', { qos: 2 }).die();
  const mote = online().ack('pubrel', 1);
  behave({ ackDelayMs: 100 });
  mote.publish(2, 'b');
  expect(bench.broker.violations).toEqual([]);
  mote.publish(3, 'c');
  expect(bench.broker.violations).toEqual([expect.stringMatching(/^3\.3\.4-7 /)]);
});

describe('messages to a client', () => {
  it('are under way as many as it receives at a time', () => {
    const mote = online({}, { ...KEPT, receiveMaximum: 2 }).subscribe('t', 2);
    mote.got();
    for (const payload of ['a', 'b', 'c', 'd']) send(payload, 2);
    send('zero', 0);
    expect(mote.got()).toEqual(['publish 1 q2 t=a', 'publish 2 q2 t=b', 'publish - q0 t=zero']);
    expect(mote.ack('pubrec', 1).got()).toEqual(['pubrel 1']);
    expect(mote.ack('pubcomp', 1).got()).toEqual(['publish 3 q2 t=c']);
    expect(mote.ack('pubrec', 2, 0x80).got()).toEqual(['publish 4 q2 t=d']);
    mote.die();
    const back = online({}, { ...KEPT, receiveMaximum: 1 });
    expect(back.got()).toEqual(['connack 0 present', 'publish 3 q2 t=c dup']);
    back.ack('pubrec', 3).ack('pubcomp', 3);
    expect(back.got()).toEqual(['pubrel 3', 'publish 4 q2 t=d dup']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('are through when they are too large for it', () => {
    const mote = online({}, { ...KEPT, maximumPacketSize: 20 }).subscribe('t', 1);
    mote.got();
    for (const qos of [0, 1]) send('x'.repeat(30), qos);
    send('y');
    expect(mote.got()).toEqual(['publish 2 q1 t=y']);
    expect(bench.broker.waiting('mote')).toBe(1);
  });

  it('say what is left of their time, and are gone after it', () => {
    online().subscribe('t', 1).die();
    send('short', 1, { properties: { messageExpirySec: 10 } });
    send('long', 1, { properties: { messageExpirySec: 100 } });
    pass(10 * SECOND);
    const mote = online();
    expect(mote.got().slice(1)).toEqual(['publish 1 q1 t=long {"messageExpiryInterval":90}']);
    mote.die();
    pass(95 * SECOND);
    // It was sent, so it goes on.
    expect(online().got().slice(1)).toEqual(['publish 1 q1 t=long dup {"messageExpiryInterval":0}']);
  });

  it('that have begun to wait a second say no less than is left', () => {
    online().subscribe('t', 1).die();
    send('x', 1, { properties: { messageExpirySec: 10 } });
    pass(9.5 * SECOND);
    expect(online().got().slice(1)).toEqual(['publish 1 q1 t=x {"messageExpiryInterval":1}']);
  });

  it('are retained no longer than that', () => {
    send('x', 1, { retain: true, properties: { messageExpirySec: 10 } });
    pass(4 * SECOND);
    expect(online().subscribe('t', 0).got().at(-1)).toBe(
      'publish - q0 t=x retain {"messageExpiryInterval":6}',
    );
    pass(6 * SECOND);
    expect(online().subscribe('t', 0).got().at(-1)).toBe('suback 9 0');
    expect(bench.broker.retained('t')).toBeUndefined();
  });

  it('have the properties that they came with, in order', () => {
    const ear = listener();
    const properties = bytesOf(
      '01 01 02 00000009 03 0001 63 08 0001 72 09 0002 00ff 26 0001 62 0001 31 26 0001 61 0001 32',
    );
    const length = String.fromCharCode(properties.length);
    online().sendRaw(
      `\x32${String.fromCharCode(properties.length + 7)}\x00\x01t\x00\x05${length}${properties}p`,
    );
    expect(ear.gotBytes().endsWith(`${length}${properties}p`)).toBe(true);
    expect(bench.taken[0].properties).toEqual({
      payloadFormat: 1,
      messageExpirySec: 9,
      contentType: 'c',
      responseTopic: 'r',
      correlationData: '\x00\xff',
      userProperties: [
        ['b', '1'],
        ['a', '2'],
      ],
    });
  });

  it('are sent under aliases when the broker is told to, as many as the client has', () => {
    behave({ usesAliases: true });
    const mote = online({}, { topicAliasMaximum: 2 }).subscribe('#', 0);
    mote.got();
    const say = (topic: string) => bench.broker.publish({ topic, payload: '', qos: 0, retain: false });
    for (const topic of ['a', 'a', 'b', 'b', 'c', 'b', 'a']) say(topic);
    expect(mote.got()).toEqual([
      'publish - q0 a= {"topicAlias":1}',
      'publish - q0 = {"topicAlias":1}',
      'publish - q0 b= {"topicAlias":2}',
      'publish - q0 = {"topicAlias":2}',
      'publish - q0 c= {"topicAlias":1}',
      'publish - q0 = {"topicAlias":2}',
      'publish - q0 a= {"topicAlias":2}',
    ]);
    const other = online({ clientId: 'other' }).subscribe('a', 0);
    say('a');
    expect(other.got().at(-1)).toBe('publish - q0 a=');
  });

  it('have no alias from a message that was too large for the client', () => {
    behave({ usesAliases: true });
    const mote = online({}, { topicAliasMaximum: 2, maximumPacketSize: 20 }).subscribe('t', 0);
    mote.got();
    for (const payload of ['x'.repeat(30), 'a', 'b']) send(payload, 0);
    expect(mote.got()).toEqual(['publish - q0 t=a {"topicAlias":1}', 'publish - q0 =b {"topicAlias":1}']);
  });
});

describe('messages from a client', () => {
  it('have the topic of their alias, and may give it another', () => {
    behave({ limits: { topicAliasMaximum: 2 } });
    online()
      .publish(0, '1', { qos: 0, topic: 'a/b', properties: { topicAlias: 2 } })
      .publish(1, '2', { topic: '', properties: { topicAlias: 2 } })
      .publish(0, '3', { qos: 0, topic: 'c', properties: { topicAlias: 2 } })
      .publish(0, '4', { qos: 0, topic: '', properties: { topicAlias: 2 } });
    expect(bench.taken.map(({ topic }) => topic)).toEqual(['a/b', 'a/b', 'c', 'c']);
    expect(bench.taken[0]).not.toHaveProperty('properties');
    expect(bench.broker.violations).toEqual([]);
  });

  it('are refused with a reason, and their identifiers are free then', () => {
    behave({
      publishReason: ({ topic }) => ({ no: 0x87, full: 0x97, nobody: 0x10 })[topic] ?? 0,
      limits: { receiveMaximum: 1 },
    });
    const mote = online()
      .publish(1, 'a', { topic: 'no' })
      .publish(5, 'b', { topic: 'full', qos: 2 })
      .publish(1, 'c', { topic: 'nobody' })
      .publish(1, 'd', { qos: 2 });
    expect(mote.got().slice(1)).toEqual(['puback 1 135', 'pubrec 5 151', 'puback 1 16', 'pubrec 1']);
    mote.publish(0, 'e', { qos: 0, topic: 'no' }).ack('pubrel', 1).publish(2, 'a', { topic: 'no' });
    expect(payloads()).toEqual(['c', 'd']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('that are refused unheard may come again, in order', () => {
    behave({ publishReason: ({ payload }) => (payload === 'a' ? 0x97 : 0) });
    online().publish(1, 'a').publish(2, 'b').publish(3, 'c', { qos: 2 }).die();
    const mote = online().publish(1, 'a', { dup: true }).publish(2, 'b', { dup: true });
    expect(mote.got().slice(1)).toEqual(['puback 1 151', 'puback 2']);
    expect(bench.broker.violations).toEqual([]);
    mote.publish(1, 'a').publish(1, 'a', { dup: true });
    expect(bench.broker.violations).toEqual([expect.stringMatching(/^4\.4\.0-1 /)]);
  });

  it('of QoS 2 that are refused are not released', () => {
    behave({ publishReason: () => 0x97 });
    online().publish(1, 'a', { qos: 2 }).ack('pubrel', 1);
    expect(bench.broker.violations).toEqual([expect.stringMatching(/^4\.3\.3-4 /)]);
  });

  it('of QoS 2 that were taken are not refused when they come again', () => {
    online().publish(1, 'a', { qos: 2 }).die();
    behave({ publishReason: () => 0x97 });
    const mote = online().publish(1, 'a', { qos: 2, dup: true }).ack('pubrel', 1);
    expect(mote.got().slice(1)).toEqual(['pubrec 1', 'pubcomp 1']);
    expect(payloads()).toEqual(['a']);
  });

  it('of 3.1.1 may have DUP in a new session', () => {
    expect(bench.client().connect().publish(1, 'a', { dup: true }).got()).toEqual(['connack 0', 'puback 1']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('of 3.1.1 cannot be refused', () => {
    behave({ publishReason: () => 0x97 });
    expect(bench.client().connect().publish(1, 'a').got()).toEqual(['connack 0', 'puback 1']);
    expect(payloads()).toEqual(['a']);
  });
});

describe('subscriptions', () => {
  it('with No Local do not bring back what the client publishes', () => {
    const mote = online().subscribe('t', 1, { nl: true });
    mote.got();
    mote.publish(1, 'own');
    send('other');
    expect(mote.got()).toEqual(['puback 1', 'publish 1 q1 t=other']);
  });

  it('keep RETAIN when they are told to', () => {
    const plain = online({ clientId: 'plain' }).subscribe('t', 0);
    const kept = online({ clientId: 'kept' }).subscribe('t', 0, { rap: true });
    send('x', 0, { retain: true });
    expect(plain.got().at(-1)).toBe('publish - q0 t=x');
    expect(kept.got().at(-1)).toBe('publish - q0 t=x retain');
    kept.subscribe('+', 0).got();
    send('y', 0, { retain: true });
    expect(kept.got()).toEqual(['publish - q0 t=y retain']);
  });

  it('bring retained messages always, once, or never', () => {
    send('x', 0, { retain: true });
    const rounds = [0, 1, 2].map((rh) => {
      const mote = online({ clean: true }).subscribe('t', 0, { rh }).subscribe('t', 0, { rh });
      return mote.got().filter((line) => line.startsWith('publish')).length;
    });
    expect(rounds).toEqual([2, 1, 0]);
  });

  it('are named by their identifiers, all that fit', () => {
    const mote = online().subscribe('t', 0, {}, 5).subscribe('#', 1, {}, 268_435_455).subscribe('+', 0);
    mote.got();
    send('x');
    expect(mote.got()).toEqual(['publish 1 q1 t=x {"subscriptionIdentifier":[5,268435455]}']);
  });

  it('that are shared bring each message to one, in turn, and no retained ones', () => {
    send('old', 0, { retain: true });
    const [one, two] = ['one', 'two'].map((clientId) => online({ clientId }).subscribe('$share/g/+', 1));
    expect(one.got()).toEqual(['connack 0', 'suback 9 1']);
    two.got();
    for (const payload of ['a', 'b', 'c']) expect(send(payload)).toBe(true);
    expect([one.got(), two.got()]).toEqual([['publish 1 q1 t=a', 'publish 2 q1 t=c'], ['publish 1 q1 t=b']]);
    one.die();
    send('d');
    send('e');
    expect(two.got()).toEqual(['publish 2 q1 t=d', 'publish 3 q1 t=e']);
    two.send({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['$share/g/+', 't'] });
    expect(two.got()).toEqual(['unsuback 1 0,17']);
  });

  it('are refused by filter', () => {
    behave({ subscribeReason: (filter) => ({ no: 0x87, less: 0 })[filter] });
    const subscriptions = ['no', 'less', 't'].map((topic) => ({ topic, qos: 1 as const }));
    const mote = online().send({ cmd: 'subscribe', messageId: 3, subscriptions });
    expect(mote.got().slice(1)).toEqual(['suback 3 135,0,1']);
    expect(bench.broker.publish({ topic: 'no', payload: '', qos: 0, retain: false })).toBe(false);
    const old = bench.client().connect({ clientId: 'old' }).subscribe('no', 1);
    expect(old.got()).toEqual(['connack 0', 'suback 9 128']);
  });
});

describe('a will', () => {
  const will = (properties: object, retain = false) => ({
    will: { topic: 'w', payload: Buffer.from('gone'), qos: 1 as const, retain, properties },
  });

  it('waits for its delay, and has its properties', () => {
    const ear = listener();
    online(will({ willDelayInterval: 10, contentType: 'c', messageExpiryInterval: 5 })).die();
    pass(9.999 * SECOND);
    expect(ear.got()).toEqual([]);
    pass(1);
    expect(ear.got()).toEqual(['publish 1 q1 w=gone {"messageExpiryInterval":5,"contentType":"c"}']);
  });

  it('is forgotten when the client is back before', () => {
    const ear = listener();
    online(will({ willDelayInterval: 10 })).die();
    pass(5 * SECOND);
    online();
    pass(20 * SECOND);
    expect(ear.got()).toEqual([]);
  });

  it('has a delay of its own on each connection', () => {
    const ear = listener();
    const delayed = will({ willDelayInterval: 10 });
    online(delayed).die();
    pass(5 * SECOND);
    online(delayed).die();
    pass(9 * SECOND);
    expect(ear.got()).toEqual([]);
    pass(SECOND);
    expect(ear.got()).toEqual(['publish 1 q1 w=gone']);
  });

  it('does not outwait the session', () => {
    const ear = listener();
    online(will({ willDelayInterval: 10 }), { sessionExpiryInterval: 2 }).die();
    pass(2 * SECOND);
    expect(ear.got()).toEqual(['publish 1 q1 w=gone']);
    online(will({ willDelayInterval: 10 })).die();
    online({ clean: true });
    expect(ear.ack('puback', 1).got()).toEqual(['publish 2 q1 w=gone']);
    online(will({ willDelayInterval: 10 }), {}).die();
    expect(ear.got()).toEqual(['publish 3 q1 w=gone']);
  });

  it('is taken back by a normal DISCONNECT only', () => {
    const ear = listener();
    online(will({})).send({ cmd: 'disconnect', reasonCode: 0 });
    expect(ear.got()).toEqual([]);
    online(will({})).send({ cmd: 'disconnect', reasonCode: 4 });
    expect(ear.got()).toEqual(['publish 1 q1 w=gone']);
    online(will({})).send({ cmd: 'disconnect', reasonCode: 0x80 });
    expect(ear.got()).toEqual(['publish 2 q1 w=gone']);
  });
});

describe('the broker says why', () => {
  it('it refuses a client, in the words of its version', () => {
    const codes = [
      [2, 'connack 133', 'connack 2'],
      [5, 'connack 135', 'connack 5'],
      [0x87, 'connack 135', 'connack 5'],
      [0x97, 'connack 151', 'connack 3'],
    ] as const;
    for (const [returnCode, five, four] of codes) {
      behave({ returnCode });
      expect([online().got(), bench.client().connect().got()]).toEqual([[five], [four]]);
    }
  });

  it('another server is to be used', () => {
    behave({ returnCode: 0x9d, connack: { serverReference: 'b:1883', reasonString: 'moved' } });
    expect(online().got()).toEqual(['connack 157 {"serverReference":"b:1883","reasonString":"moved"}']);
    behave({ returnCode: 0, connack: {} });
    const mote = online();
    bench.broker.disconnect('mote', 0x9c, { serverReference: 'b:1883' });
    expect(mote.got().at(-1)).toBe('disconnect 156 {"serverReference":"b:1883"}');
    expect(mote.isOpen()).toBe(false);
    const old = bench.client().connect();
    bench.broker.disconnect('mote', 0x9c);
    bench.broker.disconnect('nobody', 0x9c);
    expect([old.got(), old.isOpen()]).toEqual([['connack 0 present'], false]);
  });

  it('it speaks 3.1.1 only', () => {
    behave({ refuses5: 'returnCode' });
    expect(online().gotBytes()).toBe('\x20\x02\x00\x01');
    behave({ refuses5: 'reasonCode' });
    expect(online().gotBytes()).toBe('\x20\x03\x00\x84\x00');
    behave({ refuses5: 'close' });
    const mote = online();
    expect([mote.gotBytes(), mote.isOpen()]).toEqual(['', false]);
    expect(bench.client().connect().got()).toEqual(['connack 0']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('in remarks, where the client has room for them and wants them', () => {
    behave({ remarks: { reasonString: 'because', userProperties: [['a', 'b']] } });
    const remarks = ' {"reasonString":"because","userProperties":{"a":"b"}}';
    const talk = (properties: object) => {
      const mote = online({ clean: true }, properties).publish(1, 'x').subscribe('t', 0);
      bench.broker.disconnect('mote', 0x8b);
      return mote.got();
    };
    expect(talk({})).toEqual(
      ['connack 0', 'puback 1', 'suback 9 0', 'disconnect 139'].map((one) => one + remarks),
    );
    expect(talk({ requestProblemInformation: false })).toEqual([
      `connack 0${remarks}`,
      'puback 1',
      'suback 9 0',
      `disconnect 139${remarks}`,
    ]);
    expect(talk({ maximumPacketSize: 20 })).toEqual([
      'connack 0',
      'puback 1',
      'suback 9 0',
      'disconnect 139',
    ]);
  });

  it('in any bytes that a test wants', () => {
    const mote = online();
    mote.gotBytes();
    bench.broker.send('mote', '\xff\x00');
    bench.broker.send('nobody', '\xff\x00');
    expect(mote.gotBytes()).toBe('\xff\x00');
    behave({ isSilent: true });
    const other = online({ clientId: 'other' });
    bench.broker.send('other', '\x20\x03\x02\x00\x00');
    expect(other.gotBytes()).toBe('\x20\x03\x02\x00\x00');
    other.send({ cmd: 'disconnect', reasonCode: 0x81 });
    bench.client().connect({ clientId: 'old' });
    behave({ isSilent: false });
    bench.client().connect({ clientId: 'old' }).send({ cmd: 'disconnect' });
    expect(bench.left).toEqual(['other 129', 'old 0']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('a PUBREL comes for a PUBREC that it has sent for nothing', () => {
    const mote = online();
    bench.broker.send('mote', '\x50\x02\x00\x07');
    mote.ack('pubrel', 7, 0x92);
    expect(mote.got().slice(1)).toEqual(['pubrec 7', 'pubcomp 7 146']);
    expect(bench.broker.violations).toEqual([]);
  });
});

describe('enhanced authentication', () => {
  const auth = (reasonCode: number, data: string) => ({
    cmd: 'auth' as const,
    reasonCode,
    properties: { authenticationMethod: 'm', authenticationData: Buffer.from(data) },
  });
  const asked = (data: string) =>
    online({}, { ...KEPT, authenticationMethod: 'm', authenticationData: Buffer.from(data) });
  /** Asks twice, and lets in who says "yes" at the end. */
  const strict = () =>
    behave({
      authenticate(_, data, round) {
        if (round < 2) return { code: 0x18, data: `${data}?` };
        return data === 'yes' ? { code: 0, data: 'welcome' } : { code: 0x87 };
      },
    });
  const said = (data: string) => `{"authenticationMethod":"m","authenticationData":"${data}"}`;

  it('goes on until the client is in, and again later', () => {
    strict();
    const mote = asked('a').send(auth(0x18, 'b')).send(auth(0x18, 'yes'));
    expect(mote.got()).toEqual([
      `auth 24 ${said('a?')}`,
      `auth 24 ${said('b?')}`,
      `connack 0 ${said('welcome')}`,
    ]);
    mote.send(auth(0x19, 'c')).publish(1, 'x').send(auth(0x18, 'd')).send(auth(0x18, 'yes'));
    expect(mote.got()).toEqual([
      `auth 24 ${said('c?')}`,
      'puback 1',
      `auth 24 ${said('d?')}`,
      `auth 0 ${said('welcome')}`,
    ]);
    mote.send(auth(0x19, 'c')).send(auth(0x18, 'd')).send(auth(0x18, 'no'));
    expect([mote.got().at(-1), mote.isOpen()]).toEqual(['disconnect 135', false]);
    expect(bench.broker.violations).toEqual([]);
  });

  it('refuses, and may be left', () => {
    strict();
    expect(asked('a').send(auth(0x18, 'b')).send(auth(0x18, 'no')).got().at(-1)).toBe('connack 135');
    expect(asked('a').send({ cmd: 'disconnect', reasonCode: 0 }).isOpen()).toBe(false);
    behave({ authenticate: undefined });
    expect(asked('a').got()).toEqual(['connack 140']);
    expect(bench.broker.violations).toEqual([]);
  });

  it('is begun again by the client only', () => {
    behave({ authenticate: () => ({ code: 0 }) });
    asked('a').send(auth(0x18, 'b'));
    expect(bench.broker.violations).toEqual([expect.stringMatching(/^4\.12\.1 /)]);
  });
});
