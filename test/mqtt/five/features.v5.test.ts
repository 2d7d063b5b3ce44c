// MQTT 5.0 in a firmware that leaves other features out, as most do: what is left is said and done as ever.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Close, Code } from '../../../src/ports/codes.ts';
import { PropertyId } from '../../../src/ports/properties.ts';

const features = vi.hoisted(() => ({ off: [] as string[] }));
vi.mock('../../../src/features.ts', async (original) => {
  const own = await original<Record<string, boolean>>();
  const names = Object.keys(own);
  const getters = names.map((name) => [
    name,
    { enumerable: true, get: () => own[name] && !features.off.includes(name) },
  ]);
  return Object.defineProperties({}, Object.fromEntries(getters) as PropertyDescriptorMap);
});

/** @returns what a firmware without these features has. */
async function without(...names: string[]) {
  features.off = names;
  vi.resetModules();
  const { createWorld5 } = await import('./world.ts');
  const { encodeProperties, FOR_CONNECT, FOR_TOPIC } = await import('../../../src/property-list.ts');
  return { createWorld5, encodeProperties, FOR_CONNECT, FOR_TOPIC };
}

afterEach(() => {
  features.off = [];
});

const LONG = 'a-rather-long-topic/of/forty-characters/x';

describe('without requests', () => {
  it('asks for no response information, unless the firmware does, which may', async () => {
    const { createWorld5, encodeProperties, FOR_CONNECT } = await without('REQUESTS');
    const asked = (properties?: string) =>
      (
        createWorld5({ cleanSession: true, ...(properties && { properties }) }).open() as {
          properties?: object;
        }
      ).properties;
    expect(asked()).toEqual({ receiveMaximum: 32, topicAliasMaximum: 4 });
    const properties = encodeProperties([[PropertyId.RequestResponseInformation, 1]], FOR_CONNECT);
    expect(asked(properties!)).toMatchObject({ requestResponseInformation: true });
  });

  it('takes response information for what the firmware is told, and has no topics of responses', async () => {
    const { createWorld5 } = await without('REQUESTS');
    const told: number[] = [];
    const world = createWorld5({ on: { onProperty: (_first, id) => void told.push(id) } });
    const to = world.subscribe('a');
    world.online({ responseInformation: 'answers/' });
    expect(told).toEqual([PropertyId.ResponseInformation]);
    expect(world.client.responses?.()).toBe('');
    expect(world.client.redirect?.(to, 'b')).toBe(to);
  });

  it('keeps in RAM how old a message is where it expires, and its properties', async () => {
    const { createWorld5, encodeProperties, FOR_TOPIC } = await without('REQUESTS');
    const world = createWorld5();
    const properties = encodeProperties(
      [
        [PropertyId.MessageExpiry, 100],
        [PropertyId.ContentType, 'text/plain'],
      ],
      FOR_TOPIC,
    );
    const brief = world.client.topic('brief', 1, false, properties)!;
    world.publish(brief, 'x');
    world.publish(world.topic('lasting', 1), 'y');
    world.clock.advance(30_000);
    world.online();
    const sent = () => world.sent().filter(({ cmd }) => cmd === 'publish');
    const [first, second] = sent();
    expect(first).toMatchObject({
      topic: 'brief',
      properties: { messageExpiryInterval: 70, contentType: 'text/plain' },
    });
    expect(second).toMatchObject({ topic: 'lasting', payload: Buffer.from('y') });
    expect(second).not.toHaveProperty('properties.messageExpiryInterval');
    for (const id of [1, 2]) world.deliver({ cmd: 'puback', messageId: id });
    world.socket.drop();
    world.publish(brief, 'late');
    world.clock.advance(100_000);
    world.online({}, true);
    expect(sent()).toEqual([]);
    expect(world.client.counters()).toMatchObject({ delivered: 2, expired: 1 });
  });
});

describe('without enhanced authentication', () => {
  it('takes AUTH for a violation, and says no method', async () => {
    const { createWorld5 } = await without('V5_AUTH');
    const authentication = { method: 'SCRAM', first: () => 'x', authenticate: () => null };
    const world = createWorld5({ authentication });
    expect(world.open()).not.toHaveProperty('properties.authenticationMethod');
    world.deliver({ cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'SCRAM' } });
    expect(world.said.at(-1)).toMatch(`offline ${Close.ProtocolError}`);
    world.online();
    expect(world.client.reauthenticate?.()).toBeLessThan(0);
    expect(world.client.isOnline()).toBe(true);
  });
});

it('without flash and requests messages have aliases, and one of a QoS that the broker does not take stays for another', async () => {
  const { createWorld5 } = await without('FLASH', 'REQUESTS');
  const world = createWorld5();
  world.online({ topicAliasMaximum: 1, maximumQoS: 1 });
  const one = world.topic(LONG, 1);
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    expect(world.publish(one, 'p'.repeat(32))).toBe(Code.Ok);
    const bytes = world.bytesSent();
    sizes.push(bytes.length);
    world.socket.deliver(`@\x02\0${String.fromCharCode(i + 1)}`);
  }
  expect(sizes).toEqual([80, 83, 42, 42]);
  world.publish(world.topic(LONG, 2), 'x');
  expect(world.said).toEqual([`offline ${Close.QosNotSupported} 0`]);
  expect(world.sent()).toMatchObject([{ cmd: 'disconnect' }]);
  world.online();
  expect(world.sent()).toMatchObject([{ cmd: 'publish', topic: LONG, qos: 2 }]);
});

it('without flash and requests what is said of a message that waited is not said of the next one', async () => {
  const { createWorld5, encodeProperties, FOR_TOPIC } = await without('FLASH', 'REQUESTS');
  const world = createWorld5();
  const properties = encodeProperties([[PropertyId.MessageExpiry, 100]], FOR_TOPIC);
  const topic = world.client.topic('t', 1, false, properties)!;
  world.publish(topic, 'old');
  world.clock.advance(30_000);
  world.online();
  for (let i = 0; i < 3; i++) world.publish(topic, 'new');
  const left = world.sent().map((packet) => (packet as { properties?: object }).properties);
  expect(left).toEqual([70, 100, 100, 100].map((messageExpiryInterval) => ({ messageExpiryInterval })));
});

it('without flash, but with requests, each message goes to its own topic, on each connection', async () => {
  const { createWorld5 } = await without('FLASH');
  const world = createWorld5();
  const topics = ['one', 'two'].map((name) => world.topic(`${LONG}/${name}`, 1));
  let resolve = new Map<number, string>();
  let n = 0;
  const send = () => {
    topics.forEach((topic) => expect(world.publish(topic, `${n++}`)).toBe(Code.Ok));
    const sent = world.sent() as unknown as {
      topic: string;
      messageId: number;
      properties?: { topicAlias?: number };
    }[];
    for (const { messageId } of sent) world.deliver({ cmd: 'puback', messageId, reasonCode: 0 });
    return sent.map(({ topic, properties }) => {
      const alias = properties?.topicAlias ?? 0;
      if (topic !== '') resolve.set(alias, topic);
      return (topic || resolve.get(alias) || 'an alias of nothing').slice(LONG.length);
    });
  };
  for (let connection = 0; connection < 2; connection++) {
    world.online({ topicAliasMaximum: 5 });
    for (let i = 0; i < 4; i++) expect(send()).toEqual(['/one', '/two']);
    world.socket.drop();
    resolve = new Map();
  }
});

it('without flash, but with requests, one of another QoS does not open the fast way to what the broker does not take', async () => {
  const { createWorld5 } = await without('FLASH');
  const world = createWorld5();
  const twice = world.topic(LONG, 2);
  const once = world.topic(LONG, 1);
  world.online({ topicAliasMaximum: 1, maximumQoS: 1 });
  for (let i = 0; i < 4; i++) {
    world.publish(once, 'x');
    expect(world.sent()).toMatchObject([{ cmd: 'publish', qos: 1 }]);
    world.deliver({ cmd: 'puback', messageId: i + 1, reasonCode: 0 });
  }
  world.publish(twice, 'x');
  expect(world.sent()).toMatchObject([{ cmd: 'disconnect' }]);
  expect(world.said).toEqual([`offline ${Close.QosNotSupported} 0`]);
});

it('without messages from the broker all that goes out does, and what comes is passed over', async () => {
  const { createWorld5 } = await without('INBOUND');
  const world = createWorld5();
  expect(world.client.subscription('a', 0, () => {})).toBeNull();
  world.client.assumeSubscribed();
  world.client.describe({ text: (what) => expect.unreachable(what) });
  world.online();
  expect(world.publish(world.topic('t', 1), 'x')).toBe(Code.Ok);
  expect(world.sent()).toMatchObject([{ cmd: 'publish', topic: 't', qos: 1 }]);
  world.deliver({ cmd: 'publish', topic: 'left/over', payload: 'x', qos: 0 });
  world.deliver({ cmd: 'puback', messageId: 1, reasonCode: 0 });
  expect(world.client.counters()).toMatchObject({ delivered: 1, unwanted: 1, violations: 0 });
  world.deliver({ cmd: 'publish', topic: 'left/over', payload: 'x', qos: 1, messageId: 7 });
  expect(world.said.at(-1)).toMatch(`offline ${Close.ProtocolError}`);
});

it('without state a name that the broker gave holds until the power goes away', async () => {
  const { createWorld5 } = await without('STATE');
  const world = createWorld5({ clientId: '', cleanSession: true });
  world.online({ assignedClientIdentifier: 'mote-7' });
  world.socket.drop();
  expect(world.open()).toMatchObject({ clientId: 'mote-7' });
  expect(createWorld5({ outbox: world.outbox, clientId: '', cleanSession: true }).open()).toMatchObject({
    clientId: '',
  });
});

it('without times a payload has the one of its writing', async () => {
  const { createWorld5 } = await without('TIME');
  const world = createWorld5();
  world.online();
  world.clock.setWall(20454 * 86400);
  const write = (qos: 0 | 1) => {
    world.client.begin(world.topic(`t${qos}`, qos));
    world.client.text('at ');
    world.client.time();
    return world.client.end();
  };
  expect([write(0), write(1)]).toEqual([Code.Ok, Code.Ok]);
  const at = Buffer.from(`at ${20454 * 86400}`);
  expect(world.sent()).toMatchObject([
    { topic: 't0', payload: at },
    { topic: 't1', payload: at },
  ]);
});
