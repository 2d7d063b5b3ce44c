// Requests and responses on connections of either version, against a model broker.

import { describe, expect, it } from 'vitest';
import { constant, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { createRequests, type OnAnswer } from '../../../src/parts/requests.ts';
import { createResponses } from '../../../src/parts/responses.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import { Stage } from '../../../src/ports/stage.ts';
import { fromBroker } from '../../mqtt/five/world.ts';
import { createExchange, type Exchange, type Player } from './world.ts';

const text = (bytes: Bytes) => toText(bytes, 0, bytes.length);

/** Somebody who asks: what became of it is in `ends`, a line each. */
function createAsker(player: Player, places = 2) {
  const requests = player.add(createRequests(player.host, { places }));
  const ends: string[] = [];
  const note =
    (name: string): OnAnswer =>
    (code, payload, why) =>
      void ends.push(`${name} ${code} ${text(payload)} ${why}`);
  const target = requests.prepare('lamp/set')!;
  const ask = (payload: string, deadlineMs = 1000, name = payload) =>
    requests.ask(target, constant(payload), deadlineMs, note(name));
  return { player, requests, ends, target, ask };
}

/** Somebody who answers each request with the same in capitals; to "wait" later, and to "never" never. */
function createLamp(player: Player, places = 2) {
  const responses = createResponses(player.host, { places })!;
  const heard: string[] = [];
  const open: number[] = [];
  expect(
    responses.serve('lamp/set', (payload, request) => {
      heard.push(text(payload));
      open.push(request);
      if (text(payload) !== 'wait') responses.answer(request, constant(text(payload).toUpperCase()));
    }),
  ).toBe(true);
  return { player, responses, heard, open };
}

function createPair(askLevel: 4 | 5 = 5, lampLevel: 4 | 5 = 5, places = 2, lampPlaces = 2) {
  const world = createExchange();
  const asker = createAsker(world.join('me', askLevel), places);
  const lamp = createLamp(world.join('lamp', lampLevel), lampPlaces);
  asker.player.start();
  lamp.player.start();
  world.pass(200);
  return { world, asker, lamp };
}

/** What stands in the model broker's way is nobody's fault. */
const expectLegal = (world: Exchange) => expect(world.broker.violations).toEqual([]);

describe.each([
  [5, 5],
  [4, 4],
  [4, 5],
] as const)('who asks speaks %i, who answers %i', (askLevel, lampLevel) => {
  it('gives each request its answer, also over the wrap of numbers', () => {
    const { world, asker, lamp } = createPair(askLevel, lampLevel);
    for (let i = 0; i < 6; i++) {
      expect(asker.ask(`a${i}`)).toBe(Code.Ok);
      expect(asker.ask(`b${i}`)).toBe(Code.Ok);
      expect(asker.requests.isBusy!()).toBe(true);
      world.pass(100);
      expect(asker.requests.isBusy!()).toBe(false);
    }
    expect(asker.ends).toEqual([0, 1, 2, 3, 4, 5].flatMap((i) => [`a${i} 0 A${i} 0`, `b${i} 0 B${i} 0`]));
    expect(lamp.heard).toHaveLength(12);
    expect(asker.requests.counters()).toEqual({ strays: 0, failed: 0 });
    expectLegal(world);
  });

  it('answers later, and over connections', () => {
    const { world, asker, lamp } = createPair(askLevel, lampLevel);
    expect(asker.ask('wait', 5000)).toBe(Code.Ok);
    world.pass(100);
    lamp.player.cut();
    expect(lamp.responses.answer(lamp.open[0]!, constant('x'))).toBe(Code.Closed);
    world.pass(300);
    expect(lamp.responses.answer(lamp.open[0]!, constant('x'))).toBe(Code.Ok);
    expect(lamp.responses.answer(lamp.open[0]!, constant('x'))).toBe(Code.Unknown);
    world.pass(100);
    expect(asker.ends).toEqual(['wait 0 x 0']);
    expectLegal(world);
  });

  it('ends in time without an answer, and takes a late one for no other', () => {
    const { world, asker, lamp } = createPair(askLevel, lampLevel, 1);
    expect(asker.ask('wait', 100)).toBe(Code.Ok);
    expect(asker.ask('x')).toBe(Code.Busy);
    world.pass(99);
    expect(asker.ends).toEqual([]);
    world.pass(1);
    expect(asker.ends).toEqual([`wait ${Code.Timeout}  0`]);
    expect(asker.ask('wait', 1000, 'again')).toBe(Code.Ok);
    world.pass(100);
    expect(lamp.responses.answer(lamp.open[0]!, constant('late'))).toBe(Code.Ok);
    world.pass(100);
    expect(asker.ends).toHaveLength(1);
    expect(asker.requests.counters().strays).toBe(1);
    expect(lamp.responses.answer(lamp.open[1]!, constant('in time'))).toBe(Code.Ok);
    world.pass(100);
    expect(asker.ends[1]).toBe('again 0 in time 0');
    expectLegal(world);
  });

  it('ends with the connection, and says why', () => {
    const { world, asker } = createPair(askLevel, lampLevel);
    asker.ask('wait');
    world.pass(20);
    asker.player.cut();
    expect(asker.ask('x')).toBe(Code.Closed);
    world.pass(1);
    expect(asker.ends).toEqual([`wait ${Code.Closed}  ${Close.Peer}`]);
    world.pass(300);
    asker.ask('next');
    world.pass(100);
    expect(asker.ends[1]).toBe('next 0 NEXT 0');
    expectLegal(world);
  });

  it('may ask again when it is told of an end, and may throw', () => {
    const { world, asker } = createPair(askLevel, lampLevel, 1);
    let left = 3;
    const again: OnAnswer = (code) => {
      expect(code).toBe(left-- % 2 === 1 ? Code.Ok : Code.Timeout);
      const payload = left % 2 === 1 ? 'x' : 'wait';
      if (left > 0) expect(asker.requests.ask(asker.target, constant(payload), 100, again)).toBe(Code.Ok);
      throw new Error('as it is');
    };
    asker.requests.ask(asker.target, constant('x'), 100, again);
    world.pass(1000);
    expect(left).toBe(0);
    expect(asker.requests.counters()).toEqual({ strays: 0, failed: 3 });
    expectLegal(world);
  });
});

it('drops a request when as many have come since as there are places', () => {
  const { world, asker, lamp } = createPair(5, 5, 3, 2);
  for (const name of ['1', '2', '3']) asker.ask('wait', 1000, name);
  world.pass(100);
  expect(lamp.responses.counters()).toEqual({ ignored: 0, dropped: 1 });
  expect(lamp.open.map((request) => lamp.responses.answer(request, constant('ok')))).toEqual([
    Code.Unknown,
    Code.Ok,
    Code.Ok,
  ]);
  world.pass(1000);
  expect(asker.ends).toEqual(['2 0 ok 0', '3 0 ok 0', `1 ${Code.Timeout}  0`]);
});

it('a request of 5.0 means nothing to who speaks 3.1.1', () => {
  const { world, asker, lamp } = createPair(5, 4);
  asker.ask('x', 100);
  world.pass(200);
  expect(asker.ends).toEqual([`x ${Code.Timeout}  0`]);
  expect(lamp.heard).toEqual([]);
  expect(lamp.responses.counters().ignored).toBe(1);
});

it('an answer over 3.1.1 to a request of 5.0 says not to which', () => {
  const { world, asker, lamp } = createPair(5, 5);
  asker.ask('wait', 600);
  world.pass(100);
  lamp.player.client.speak!(4);
  lamp.player.cut();
  world.pass(300);
  expect(lamp.responses.answer(lamp.open[0]!, constant('x'))).toBe(Code.Ok);
  world.pass(300);
  expect(asker.ends).toEqual([`wait ${Code.Timeout}  0`]);
  expect(asker.requests.counters().strays).toBe(1);
  expectLegal(world);
});

it.each([
  ['', 'me/response'],
  ['net/7', 'net/7/me/response'],
  ['net/7/', 'net/7//me/response'],
])('has answers come in where the broker says: %j', (responseInformation, topic) => {
  const world = createExchange();
  if (responseInformation.length > 0) world.broker.behaviour.limits = { responseInformation };
  const filters: string[] = [];
  world.broker.behaviour.subscribeReason = (filter) => void filters.push(filter);
  const asker = createAsker(world.join('me', 5));
  createLamp(world.join('lamp', 5)).player.start();
  asker.player.start();
  world.pass(200);
  expect(filters).toContain(topic);
  asker.ask('x');
  world.pass(100);
  expect(asker.ends).toEqual(['x 0 X 0']);
  expectLegal(world);
});

it.each([['a/#'], ['+'], ['x'.repeat(300)]])(
  'asks nothing where the broker names no topic: %j',
  (responseInformation) => {
    const world = createExchange();
    world.broker.behaviour.limits = { responseInformation };
    const asker = createAsker(world.join('me', 5));
    asker.player.start();
    world.pass(200);
    expect(asker.ask('x')).toBeLessThan(0);
    world.broker.behaviour.limits = {};
    asker.player.cut();
    world.pass(300);
    expect(asker.ask('x')).toBe(Code.Ok);
    expectLegal(world);
  },
);

it.each([
  [228, Code.Ok],
  [229, Code.Rejected],
])('asks as long as what it says of the way fits: %i bytes of it', (size, code) => {
  const world = createExchange();
  world.broker.behaviour.limits = { responseInformation: 'x'.repeat(size) };
  const asker = createAsker(world.join('me', 5));
  asker.player.start();
  world.pass(200);
  expect(asker.ask('x')).toBe(code);
  world.pass(50);
  expectLegal(world);
});

it('asks nothing where the broker names no topic any more', () => {
  const { world, asker } = createPair(5, 5);
  expect(asker.ask('x')).toBe(Code.Ok);
  world.broker.behaviour.limits = { responseInformation: 'a/#' };
  asker.player.cut();
  world.pass(300);
  expect(asker.ask('x')).toBe(Code.Rejected);
  expectLegal(world);
});

it('finds another way for answers on each connection', () => {
  const { world, asker } = createPair(5, 5);
  for (const [level, information] of [
    [4, ''],
    [5, 'a'],
    [5, 'a'],
    [5, 'b'],
    [4, ''],
    [5, ''],
  ] as const) {
    world.broker.behaviour.limits = information === '' ? {} : { responseInformation: information };
    asker.player.client.speak!(level);
    asker.player.cut();
    world.pass(300);
    asker.ends.length = 0;
    expect(asker.ask('x')).toBe(Code.Ok);
    world.pass(100);
    expect(asker.ends).toEqual(['x 0 X 0']);
  }
  expectLegal(world);
});

it('asks only where answers are allowed to come in', () => {
  const world = createExchange();
  world.broker.behaviour.subscribeReason = () => 0x87;
  const asker = createAsker(world.join('me', 5));
  expect(asker.ask('x')).toBe(Code.Closed);
  asker.player.start();
  world.pass(200);
  expect(asker.ask('x')).toBe(Code.Rejected);
});

it('tells why the broker closed', () => {
  const { world, asker } = createPair();
  asker.ask('wait');
  world.pass(20);
  world.broker.disconnect('me', 0x97);
  world.pass(20);
  expect(asker.ends).toEqual([`wait ${Code.Rejected}  151`]);
});

it('tells why the first of several stages ended it', () => {
  const { world, asker } = createPair();
  asker.ask('wait');
  world.pass(20);
  asker.player.cut();
  asker.requests.onStage!(Stage.Opening, Close.None);
  world.pass(20);
  expect(asker.ends).toEqual([`wait ${Code.Closed}  ${Close.Peer}`]);
});

it('asks while what waits is still sent, and goes on', () => {
  const { world, asker } = createPair();
  asker.ask('wait');
  asker.requests.onStage!(Stage.Draining, Close.None);
  expect(asker.ask('x')).toBe(Code.Ok);
  world.pass(50);
  asker.requests.onStage!(Stage.Running, Close.None);
  expect(asker.ask('y')).toBe(Code.Ok);
  world.pass(50);
  expect(asker.ends).toEqual(['x 0 X 0', 'y 0 Y 0']);
  expectLegal(world);
});

it('asks in a session that begins with draining', () => {
  const { world, asker } = createPair();
  asker.requests.onStage!(Stage.Login, Close.None);
  expect(asker.ask('x')).toBe(Code.Closed);
  asker.requests.onStage!(Stage.Draining, Close.None);
  expect(asker.ask('y')).toBe(Code.Ok);
  world.pass(50);
  expect(asker.ends).toEqual(['y 0 Y 0']);
  expectLegal(world);
});

it('ends when we go', () => {
  const { world, asker } = createPair();
  asker.ask('wait');
  world.pass(20);
  asker.player.leave();
  world.pass(20);
  expect(asker.ends).toEqual([`wait ${Code.Closed}  ${Close.Asleep}`]);
});

it('refuses what cannot be asked', () => {
  const { world, asker } = createPair(4);
  const { requests, target } = asker;
  const payload = constant('x');
  const never: OnAnswer = () => expect.unreachable();
  expect(requests.ask(null, payload, 1, never)).toBe(Code.BadTopic);
  for (const ms of [0, -1, NaN, 0x3ffffff]) expect(requests.ask(target, payload, ms, never)).toBe(Code.Range);
  expect(requests.ask(target, constant('x'.repeat(1100)), 1, never)).toBe(Code.TooLong);
  expect(requests.ask(target, 7 as unknown as Bytes, 1, never)).toBe(Code.BadPayload);
  expect(requests.isBusy!()).toBe(false);
  for (const name of ['', 'a/+', '#', 'x'.repeat(190), '\xff']) expect(requests.prepare(name)).toBeNull();
  world.pass(100);
});

it('is impossible with a slash in its identifier, and without places', () => {
  const world = createExchange();
  expect(createRequests(world.join('a/b', 5).host, { places: 1 })).toBeNull();
  expect(createRequests(world.join('a', 5).host, { places: 0 })).toBeNull();
  expect(createResponses(world.join('a', 5).host, { places: 0 })).toBeNull();
  const responses = createResponses(world.join('b', 5).host, { places: 1 })!;
  for (const name of ['', 'a/+', '#', 'response']) expect(responses.serve(name, () => {})).toBe(false);
});

describe('what comes as an answer', () => {
  const message = { qos: 0, retain: false, payload: 'no' } as const;

  it.each([
    ['without correlation', 'me/response', {}],
    ['of an unknown number', 'me/response', { correlationData: '5' }],
    ['of no number', 'me/response', { correlationData: 'x' }],
    ['of too long a number', 'me/response', { correlationData: '00000000000134217726' }],
    ['of too great a number', 'me/response', { correlationData: '268435454' }],
    ['of an empty number', 'me/response', { correlationData: '' }],
    ['for 3.1.1', 'me/response/134217726', {}],
  ])('%s is counted and ignored, 5.0', (_what, topic, properties) => {
    const { world, asker } = createPair();
    asker.ask('wait');
    world.pass(50);
    world.broker.publish({ ...message, topic, properties });
    world.pass(50);
    expect(asker.ends).toEqual([]);
    expect(asker.requests.counters().strays + asker.player.client.counters().unwanted).toBe(
      topic === 'me/response' ? 1 : 0,
    );
  });

  it('kept by the broker, as only what is old is, is counted and ignored', () => {
    const { world, asker } = createPair();
    asker.ask('wait');
    world.pass(50);
    const properties = { correlationData: Buffer.from('134217726') };
    const packet = { cmd: 'publish', topic: 'me/response', qos: 0, properties } as const;
    for (const retain of [true, false]) {
      world.broker.send('me', fromBroker({ ...packet, payload: retain ? 'old' : 'new', retain }));
    }
    world.pass(50);
    expect(asker.ends).toEqual(['wait 0 new 0']);
    expect(asker.requests.counters().strays).toBe(1);
  });

  it('twice is counted and ignored', () => {
    const { world, asker } = createPair();
    asker.ask('wait');
    world.pass(50);
    const properties = { correlationData: '134217726' };
    world.broker.publish({ ...message, topic: 'me/response', properties });
    world.broker.publish({ ...message, topic: 'me/response', properties });
    world.pass(50);
    expect(asker.ends).toEqual(['wait 0 no 0']);
    expect(asker.requests.counters().strays).toBe(1);
  });

  it.each(['', 'x', '5', '1342177260', '13421772x', '-5'])(
    'with %j in its topic is ignored, 3.1.1',
    (level) => {
      const { world, asker } = createPair(4, 4);
      asker.ask('wait');
      world.pass(50);
      world.broker.publish({ ...message, topic: `me/response/${level}` });
      world.pass(50);
      expect(asker.ends).toEqual([]);
      expect(asker.requests.counters().strays).toBe(1);
      world.broker.publish({ ...message, topic: 'me/response/134217726' });
      world.pass(50);
      expect(asker.ends).toEqual(['wait 0 no 0']);
    },
  );
});

describe('what comes as a request', () => {
  it.each([
    ['without response topic', 'lamp/set', {}],
    ['of a long response topic', 'lamp/set', { responseTopic: 'x'.repeat(201) }],
    ['of long correlation data', 'lamp/set', { responseTopic: 'x', correlationData: 'x'.repeat(65) }],
    ['of no number', 'lamp/set/x/y', {}],
    ['of an empty number', 'lamp/set/x/', {}],
    ['of too great a number', 'lamp/set/x/134217728', {}],
    ['of nobody', 'lamp/set//1', {}],
    ['of a long name', `lamp/set/${'x'.repeat(200)}/1`, {}],
  ])('%s is counted and ignored', (_what, topic, properties) => {
    const { world, lamp, asker } = createPair(5, 5, 2, 1);
    asker.ask('wait');
    world.pass(50);
    world.broker.publish({ topic, payload: 'x', qos: 0, retain: false, properties });
    world.pass(50);
    expect(lamp.heard).toEqual(['wait']);
    expect(lamp.responses.counters()).toEqual({ ignored: 1, dropped: 0 });
    // The one that is open stays so.
    expect(lamp.responses.answer(lamp.open[0]!, constant('ok'))).toBe(Code.Ok);
    world.pass(50);
    expect(asker.ends).toEqual(['wait 0 ok 0']);
    expect(lamp.responses.answer(-1, constant('x'))).toBe(Code.Unknown);
    expectLegal(world);
  });

  it('kept by the broker is ignored', () => {
    const world = createExchange();
    world.broker.publish({
      topic: 'lamp/set',
      payload: 'x',
      qos: 0,
      retain: true,
      properties: { responseTopic: 'x' },
    });
    const lamp = createLamp(world.join('lamp', 5));
    lamp.player.start();
    world.pass(200);
    expect(lamp.heard).toEqual([]);
    expect(lamp.responses.counters().ignored).toBe(1);
  });

  it('without correlation data is answered without', () => {
    const { world, lamp } = createPair();
    const got: string[] = [];
    const other = world.join('other', 5);
    other.client.subscription('there', 0, (payload) => {
      const message = other.client.message!();
      got.push(`${text(payload)} ${message === null}`);
    });
    other.start();
    world.pass(200);
    world.broker.publish({
      topic: 'lamp/set',
      payload: 'x',
      qos: 0,
      retain: false,
      properties: { responseTopic: 'there' },
    });
    world.pass(200);
    expect(lamp.heard).toEqual(['x']);
    expect(got).toEqual(['X true']);
  });
});
