// MQTT.js, a client of other people, speaks 5.0 with the model broker: neither finds fault with the other.

import { Duplex } from 'node:stream';
import mqtt from 'mqtt';
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { createSessionBroker } from '../../../../sim/broker/broker.ts';

let client: MqttClient;

/** A client on streams that end in the broker, which has no time. */
function play(options: IClientOptions) {
  const broker = createSessionBroker({ now: () => 0, setTimer: () => {} });
  const stream = () => {
    const duplex: Duplex = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        attached.data(chunk.toString('latin1'));
        done();
      },
      destroy(_, done) {
        attached.closed();
        done(null);
      },
    });
    const attached = broker.connect({
      write: (bytes) => void duplex.push(Buffer.from(bytes, 'latin1')),
      end: () => void duplex.push(null),
    });
    return duplex;
  };
  const start = () =>
    new mqtt.MqttClient(stream, {
      protocolVersion: 5,
      clientId: 'js',
      clean: false,
      keepalive: 0,
      reconnectPeriod: 0,
      ...options,
    });
  return { broker, start };
}

const event = <T>(of: MqttClient, name: string) =>
  new Promise<T>((resolve) =>
    (of as unknown as NodeJS.EventEmitter).once(name, (...all) => resolve(all.at(-1) as T)),
  );

afterEach(() => void client.end(true));

it('messages of every QoS, with aliases and properties both ways', async () => {
  const { broker, start } = play({
    autoAssignTopicAlias: true,
    properties: { sessionExpiryInterval: 60, receiveMaximum: 2, topicAliasMaximum: 2 },
  });
  broker.behaviour.limits = { receiveMaximum: 3, topicAliasMaximum: 2, maximumPacketSize: 200 };
  broker.behaviour.usesAliases = true;
  broker.behaviour.remarks = { reasonString: 'as it is', userProperties: [['a', 'b']] };
  client = start();
  const connack = await event<{ properties: object }>(client, 'connect');
  expect(connack.properties).toMatchObject({
    receiveMaximum: 3,
    topicAliasMaximum: 2,
    reasonString: 'as it is',
  });
  await client.subscribeAsync(
    { 'a/#': { qos: 2, nl: false, rap: true, rh: 0 } },
    { properties: { subscriptionIdentifier: 300, userProperties: { x: 'y' } } },
  );
  const heard: IPublishPacket[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (_, __, packet) => void (heard.push(packet) === 30 && resolve()));
  });
  const correlationData = Buffer.from([0, 255]);
  const properties = { responseTopic: 'r', correlationData, contentType: 'c', messageExpiryInterval: 9 };
  for (let index = 0; index < 30; index++) {
    const qos = (index % 3) as 0 | 1 | 2;
    await client.publishAsync(`a/${index % 4}`, String(index), { qos, retain: index === 7, properties });
  }
  await all;
  expect(heard.map(({ topic, payload, qos }) => `${topic} ${String(payload)} ${qos}`)).toEqual(
    Array.from({ length: 30 }, (_, index) => `a/${index % 4} ${index} ${index % 3}`),
  );
  expect(heard[7]).toMatchObject({
    retain: true,
    properties: { ...properties, subscriptionIdentifier: 300 },
  });
  await client.unsubscribeAsync('a/#');
  await client.endAsync();
  expect(broker.violations).toEqual([]);
});

it('refusals, the end that the broker makes, and the session after it', async () => {
  const { broker, start } = play({ properties: { sessionExpiryInterval: 60 } });
  broker.behaviour.publishReason = ({ topic }) => (topic === 'no' ? 0x97 : 0);
  client = start();
  await event(client, 'connect');
  await client.subscribeAsync('t', { qos: 2 });
  await expect(client.publishAsync('no', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x97 });
  const left = event<{ reasonCode: number }>(client, 'disconnect');
  broker.disconnect('js', 0x9c, { serverReference: 'b:1883' });
  expect(await left).toMatchObject({ reasonCode: 0x9c, properties: { serverReference: 'b:1883' } });
  broker.publish({ topic: 't', payload: 'later', qos: 2, retain: false });
  client = start();
  const message = event<IPublishPacket>(client, 'message');
  expect(await event(client, 'connect')).toMatchObject({ sessionPresent: true });
  expect(await message).toMatchObject({ qos: 2, topic: 't' });
  await client.publishAsync('yes', 'x', { qos: 2 });
  expect(broker.waiting('js')).toBe(0);
  expect(broker.violations).toEqual([]);
});
