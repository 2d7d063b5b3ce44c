// What a firmware says of MQTT 5.0 in the options of a mote, as it reaches the broker.

import { expect, it } from 'vitest';
import { Event } from '../src/ports/codes.ts';
import { PropertyId } from '../src/ports/properties.ts';
import { encodeProperties, FOR_CONNECT, FOR_TOPIC, FOR_WILL } from '../src/property-list.ts';
import type { MoteOptions } from '../src/mote.ts';
import type { Driver } from '../src/sensors/driver.ts';
import { read } from './mqtt/five/world.ts';
import { boot } from './parts/world.ts';
import { createChip, type Region } from './power/bench.ts';

const REGION: Region = { pages: 4, pageBytes: 4096, unit: 4, ecc: false };
const BROKER = { host: 'broker', port: 1883, backoff: { windowMs: 1000 } };

const driver: Driver = {
  channels: [{ key: 't', unit: 'C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 }],
  minIntervalMs: 0,
  discard: 0,
  configure: () => 0,
  warmUpMs: 0,
  start: () => 0,
  poll: () => 0,
  close: () => {},
};

const start = (broker: Partial<MoteOptions['broker']>, properties?: string | null) =>
  boot(createChip(REGION), REGION, {
    parts: [],
    over: {
      broker: { ...BROKER, ...broker },
      sensors: [
        { name: 's', driver, intervalMs: 1000, ...(properties !== undefined && { properties }) },
        { name: 'bare', driver, intervalMs: 1000 },
      ],
    },
  });

it('says properties of the session, the will and each sensor', () => {
  const said: string[] = [];
  const world = start(
    {
      properties: encodeProperties(
        [
          [PropertyId.SessionExpiry, 3600],
          [PropertyId.User, 'site', 'roof'],
        ],
        FOR_CONNECT,
      ),
      willProperties: encodeProperties([[PropertyId.WillDelay, 60]], FOR_WILL),
      onProperty: (_first, id) => said.push(`${id}`),
    },
    encodeProperties(
      [
        [PropertyId.MessageExpiry, 600],
        [PropertyId.ContentType, 'application/json'],
      ],
      FOR_TOPIC,
    ),
  );
  world.online();
  world.pass(3000);
  const packets = read(world.written.join(''));
  expect(packets[0]).toMatchObject({
    cmd: 'connect',
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3600, userProperties: { site: 'roof' } },
    will: { topic: 'm/status', properties: { willDelayInterval: 60 } },
  });
  const properties = (topic: string) =>
    packets.flatMap((packet) =>
      packet.cmd === 'publish' && packet.topic === topic ? [packet.properties] : [],
    );
  expect(properties('m/s/t')[0]).toMatchObject({
    messageExpiryInterval: 600,
    contentType: 'application/json',
  });
  expect(properties('m/bare/t')[0]?.contentType).toBeUndefined();
  // DISCONNECT with a reason string.
  world.say('\xe0\x07\x97\x05\x1f\x00\x02no');
  expect(said).toEqual([`${PropertyId.ReasonString}`]);
});

it.each([
  ['of CONNECT', { properties: encodeProperties([[PropertyId.WillDelay, 1]], FOR_CONNECT) }, undefined, 0],
  ['of the will', { willProperties: encodeProperties([[PropertyId.WillDelay, -1]], FOR_WILL) }, undefined, 0],
  ['of a sensor', {}, encodeProperties([[PropertyId.TopicAlias, 1]], FOR_TOPIC), 1],
])('does not run with impossible properties %s, and says so', (_what, broker, properties, place) => {
  const world = start(broker, properties);
  expect(world.code).toBeLessThan(0);
  expect(world.log).toContain(`${Event.BadSettings} ${place}`);
});
