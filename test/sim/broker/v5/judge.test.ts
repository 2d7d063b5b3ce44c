// What the broker says of clients of MQTT 5.0 that break it: one statement each, and the reason code that they are told.

import { beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from '../client.ts';
import { createBench } from '../client.ts';
import type { TestClient5 } from './client.ts';
import { createClient5 } from './client.ts';

let bench: Bench;
let mote: TestClient5;

const client = () => (mote = createClient5(bench.broker));
const HOUR = { sessionExpiryInterval: 3600 };
const online = (more?: object, properties: object = HOUR) => client().connect(more, properties);
const LIMITS = {
  receiveMaximum: 2,
  maximumQos: 1,
  retainAvailable: 0,
  maximumPacketSize: 60,
  topicAliasMaximum: 3,
  wildcardAvailable: 0,
  sharedAvailable: 0,
  subscriptionIdentifiersAvailable: 0,
};
const limited = () => {
  bench.broker.behaviour.limits = LIMITS;
  return online();
};
const send = (payload: string, qos: number) =>
  bench.broker.publish({ topic: 't', payload, qos, retain: false });

/** CONNECT with flags, properties and payload of the client identifier "a". */
const connect = (flags: string, properties: string, payload = '0001 61') =>
  client().sendBytes('10', `0004 4d515454 05 ${flags} 001e ${properties} ${payload}`);
/** PUBLISH of QoS 0 with topic "t". */
const publish = (properties: string, payload = '') =>
  online().sendBytes('30', `0001 74 ${properties} ${payload}`);
const WILL = '0001 77 0001 78';

beforeEach(() => {
  bench = createBench();
});

describe('what MQTT 5.0 forbids', () => {
  const cases: [statement: string, code: number, play: () => unknown, what?: string][] = [
    ['1.5.4-1', 0x81, () => connect('02', '00', '0002 c080'), 'client identifier'],
    ['1.5.4-1', 0x81, () => connect('82', '00', '0001 61 0001 ff'), 'user name'],
    ['1.5.4-1', 0x81, () => publish('04 03 0001 80'), 'content type'],
    ['1.5.4-2', 0x81, () => online().sendBytes('30', '0002 7400 00')],
    ['1.5.5-1', 0x81, () => publish('8000'), 'property length'],
    ['1.5.5-1', 0x81, () => online().sendBytes('82', '0009 02 0b 8100 0001 74 00'), 'identifier'],
    ['1.5.5-1', 0x81, () => online().sendRaw('\xc0\x80\x00'), 'remaining length'],
    ['1.5.5-1', 0x81, () => online().sendRaw('\x30\xff\xff\xff\xff\x01'), 'five bytes'],
    ['1.5.7-1', 0x81, () => publish('07 26 0001 61 0001 ed')],
    ['1.5.7-1', 0x81, () => publish('07 26 0001 00 0001 61')],
    ['2.1.3-1', 0x81, () => online().sendRaw('\xc1\x00')],
    ['2.1.4', 0x81, () => online().sendBytes('40', '0001 00 00 00')],
    ['2.2.1-3', 0x82, () => online().sendBytes('32', '0001 74 0000 00'), 'PUBLISH 0'],
    ['2.2.1-3', 0x82, () => online().publish(1, 'a', { qos: 2 }).publish(1, 'b', { qos: 2 }), 'in use'],
    ['2.2.1-3', 0x82, () => online().sendBytes('82', '0000 00 0001 74 00'), 'SUBSCRIBE 0'],
    ['2.2.1-3', 0x82, () => online().sendBytes('40', '0000'), 'PUBACK 0'],
    ['2.2.1-5', 0x82, () => online().ack('puback', 3)],
    ['2.2.2.1', 0x81, () => publish('05 01 00')],
    ['2.2.2.1', 0x81, () => publish('02 02 00000000')],
    ['2.2.2.2', 0x82, () => publish('02 63 00'), 'unknown'],
    ['2.2.2.2', 0x82, () => publish('05 11 00000001'), 'of CONNECT in PUBLISH'],
    ['2.2.2.2', 0x82, () => publish('04 01 00 01 00'), 'twice'],
    ['2.2.2.2', 0x82, () => publish('02 01 02'), 'payload format 2'],
    ['2.2.2.2', 0x82, () => connect('02', '03 21 0000'), 'receive maximum 0'],
    ['2.2.2.2', 0x82, () => connect('02', '05 27 00000000'), 'maximum packet size 0'],
    ['2.2.2.2', 0x82, () => connect('02', '02 17 02'), 'request problem information 2'],
    ['2.2.2.2', 0x82, () => connect('02', '02 25 01'), 'retain available from a client'],
    ['2.2.2.2', 0x82, () => connect('02', '05 18 00000001'), 'will delay outside of a will'],
    ['2.2.2.2', 0x82, () => connect('06', '00', `0001 61 05 11 00000001 ${WILL}`), 'in a will'],
    ['2.2.2.2', 0x82, () => online().sendBytes('82', '0009 02 0b00 0001 74 00'), 'identifier 0'],
    ['2.2.2.2', 0x82, () => online().sendBytes('82', '0009 04 0b01 0b02 0001 74 00'), 'two identifiers'],
    ['2.2.2.2', 0x82, () => online().sendBytes('a2', '0009 02 0b01 0001 74'), 'in UNSUBSCRIBE'],
    ['2.2.2.2', 0x82, () => online().sendBytes('e0', '00 03 210001'), 'in DISCONNECT'],
    ['3.1.0-1', 0, () => client().publish(1, 'a')],
    ['3.1.0-2', 0x82, () => online().connect()],
    ['3.1.2-1', 0x84, () => client().sendBytes('10', '0004 4d515455 05 02 001e 00 0001 61')],
    ['3.1.2-2', 1, () => client().sendBytes('10', '0004 4d515454 06 02 001e 00 0001 61')],
    ['3.1.2-3', 0x81, () => connect('03', '00')],
    ['3.1.2-11', 0x81, () => connect('0a', '00')],
    ['3.1.2-12', 0x81, () => connect('1e', '00', `0001 61 00 ${WILL}`)],
    ['3.1.2-13', 0x81, () => connect('22', '00')],
    ['3.1.2-22', 0x8d, () => (online(), bench.clock.run(46_000))],
    ['3.1.2-30', 0x82, () => authenticating().publish(1, 'a')],
    ['3.1.2.11.10', 0x82, () => connect('02', '04 16 0001 61')],
    ['3.1.3-1', 0x81, () => connect('02', '00', '0001 61 00')],
    ['3.2.2-5', 0x82, () => online().publish(1, 'a', { dup: true })],
    ['3.2.2-11', 0x9b, () => limited().publish(1, 'a', { qos: 2 })],
    ['3.2.2-14', 0x9a, () => limited().publish(1, 'a', { retain: true })],
    ['3.2.2-15', 0x95, () => limited().publish(1, 'x'.repeat(60))],
    ['3.2.2-18', 0x94, () => publish('03 23 0001')],
    ['3.2.2.3.11', 0xa2, () => limited().subscribe('a/#', 0)],
    ['3.2.2.3.12', 0xa1, () => limited().subscribe('a', 0, {}, 7)],
    ['3.2.2.3.13', 0x9e, () => limited().subscribe('$share/g/a', 0)],
    ['3.3.1-1', 0x82, () => (online().publish(1, 'a').die(), online().publish(1, 'a'))],
    ['3.3.1-2', 0x81, () => online().sendBytes('38', '0001 74 00')],
    ['3.3.1-4', 0x81, () => online().sendBytes('36', '0001 74 0001 00')],
    ['3.3.2-2', 0x90, () => online().sendBytes('30', '0001 23 00')],
    ['3.3.2-7', 0x82, () => limited().sendBytes('30', '0000 03 23 0001'), 'never set'],
    ['3.3.2-7', 0x82, () => (alias(1).die(), limited().sendBytes('30', '0000 03 23 0001')), 'of the last'],
    ['3.3.2-8', 0x94, () => publish('03 23 0000')],
    ['3.3.2-9', 0x94, () => alias(4)],
    ['3.3.2-14', 0x82, () => publish('04 08 0001 2b')],
    ['4.7.3-1', 0x90, () => publish('03 08 0000'), 'empty response topic'],
    ['4.7.3-1', 0x90, () => connect('06', '00', '0001 61 00 0000 0000'), 'empty will topic'],
    ['3.3.2.3.2', 0x99, () => connect('06', '00', '0001 61 02 0101 0001 77 0001 ff'), 'of a will'],
    ['3.3.2.1', 0x82, () => online().sendBytes('30', '0000 00')],
    ['3.3.2.3.2', 0x99, () => publish('02 01 01', 'ff')],
    ['3.3.4-6', 0x82, () => publish('02 0b 01')],
    ['3.3.4-7', 0x93, () => slow().publish(1, 'a').publish(2, 'b').publish(3, 'c')],
    ['3.4.2-1', 0x82, () => heard(1).sendBytes('40', '0001 92')],
    ['3.4.2-1', 0x82, () => heard(1).sendBytes('40', '0001 10'), 'of a server'],
    ['3.5.2-1', 0x82, () => heard(2).sendBytes('50', '0001 01')],
    ['3.5.2-1', 0x82, () => heard(2).sendBytes('50', '0001 10'), 'of a server'],
    ['3.6.1-1', 0x81, () => online().sendBytes('60', '0001')],
    ['3.6.2-1', 0x82, () => online().publish(1, 'a', { qos: 2 }).sendBytes('62', '0001 80')],
    ['3.7.2-1', 0x82, () => heard(2).ack('pubrec', 1).sendBytes('70', '0001 10')],
    ['3.8.1-1', 0x81, () => online().sendBytes('80', '0009 00 0001 74 00')],
    ['3.8.3-2', 0x82, () => online().sendBytes('82', '0009 00')],
    ['3.8.3-4', 0x82, () => online().sendBytes('82', '0009 00 000a 2473686172652f672f74 04')],
    ['3.8.3-5', 0x81, () => online().sendBytes('82', '0009 00 0001 74 40')],
    ['3.8.3.1', 0x82, () => online().sendBytes('82', '0009 00 0001 74 03'), 'QoS 3'],
    ['3.8.3.1', 0x82, () => online().sendBytes('82', '0009 00 0001 74 30'), 'retain handling 3'],
    ['3.10.1-1', 0x81, () => online().sendBytes('a0', '0009 00 0001 74')],
    ['3.10.3-2', 0x82, () => online().sendBytes('a2', '0009 00')],
    ['3.12.2', 0x82, () => online().sendBytes('c0', '00')],
    ['3.14.1-1', 0x81, () => online().sendRaw('\xe1\x00')],
    ['3.14.2-1', 0x82, () => online().sendBytes('e0', '8e')],
    ['3.14.2.2.2', 0x82, () => online({}, {}).sendBytes('e0', '00 05 11 00000001')],
    ['3.14.2.2.5', 0x82, () => online().sendBytes('e0', '00 04 1c 0001 61')],
    ['3.14.4-1', 0, () => online().sendRaw('\xe0\x00\xc0\x00')],
    ['3.15.1-1', 0x81, () => online().sendRaw('\xf1\x00')],
    ['3.15.2-1', 0x82, () => online().sendRaw('\xf0\x00')],
    ['4.3.3-4', 0x82, () => online().ack('pubrel', 1), 'of nothing'],
    [
      '4.3.3-6',
      0x82,
      () => (
        online().publish(1, 'a', { qos: 2 }).ack('pubrel', 1).die(),
        online().publish(1, 'a', { qos: 2, dup: true })
      ),
    ],
    ['4.4.0-1', 0x82, () => online().publish(1, 'a', { qos: 2 }).publish(1, 'a', { qos: 2, dup: true })],
    ['4.4.0-1', 0x82, () => online().publish(1, 'a').publish(2, 'a'), 'another identifier'],
    [
      '4.4.0-1',
      0x82,
      () => slow().publish(1, 'a').publish(2, 'b').publish(2, 'b', { dup: true }),
      'at Receive Maximum',
    ],
    [
      '4.6.0-1',
      0x82,
      () => (
        online().publish(1, 'a').publish(2, 'b').die(),
        online().publish(2, 'b', { dup: true }).publish(1, 'a', { dup: true })
      ),
    ],
    ['4.6.0-2', 0x82, () => (heard(1), send('y', 1), mote.ack('puback', 2))],
    ['4.6.0-3', 0x82, () => (heard(2), send('y', 2), mote.ack('pubrec', 2))],
    [
      '4.6.0-4',
      0x82,
      () => online().publish(1, 'a', { qos: 2 }).publish(2, 'b', { qos: 2 }).ack('pubrel', 2),
    ],
    ['4.7.1-1', 0x8f, () => online().subscribe('a/#/b', 1)],
    ['4.7.1-2', 0x8f, () => online().subscribe('a+', 1)],
    ['4.7.3-1', 0x8f, () => online().sendBytes('82', '0009 00 0000 00')],
    ['4.8.2-1', 0x8f, () => online().subscribe('$share//a', 1)],
    ['4.8.2-2', 0x8f, () => online().subscribe('$share/g+/a', 1)],
    ['4.8.2-2', 0x8f, () => online().subscribe('$share/g', 1), 'no filter'],
    ['4.12.0-3', 0x82, () => authenticating().sendBytes('f0', '19 04 15 0001 6d')],
    ['4.12.0-5', 0x82, () => authenticating().sendBytes('f0', '18 04 15 0001 6e')],
    ['4.12.0-5', 0x82, () => authenticating().sendBytes('f0', '18 00'), 'none'],
    ['4.12.0-7', 0x82, () => online().sendBytes('f0', '19 04 15 0001 6d')],
    ['the', 0x81, () => online().sendBytes('30', '0005 74'), 'packet ends inside a field'],
  ];

  /** Asked to go on with authentication method "m". */
  const authenticating = () => {
    bench.broker.behaviour.authenticate = () => ({ code: 0x18 });
    return online({}, { authenticationMethod: 'm' });
  };
  const alias = (number: number) => limited().sendBytes('30', `0001 74 03 23 000${number}`);
  const slow = () => {
    bench.broker.behaviour.ackDelayMs = 1000;
    return limited();
  };
  /** A message has come. */
  const heard = (qos: 1 | 2) => {
    online().subscribe('t', qos);
    send('x', qos);
    return mote;
  };

  it.each(cases)('%s is noticed, and nothing else, and the client told %i', (statement, code, play) => {
    play();
    expect(bench.broker.violations.map((violation) => violation.split(' ')[0])).toEqual([statement]);
    expect(mote.isOpen()).toBe(false);
    const bytes = mote.gotBytes();
    const answer = String.fromCharCode(code);
    // DISCONNECT; CONNACK of 5.0 where there was none yet; one of 3.1.1 for a version that nobody knows.
    const answers = [`\xe0\x01${answer}`, `\x20\x03\x00${answer}\x00`, `\x20\x02\x00${answer}`];
    expect(code === 0 || answers.some((end) => bytes.endsWith(end))).toBe(true);
  });
});
