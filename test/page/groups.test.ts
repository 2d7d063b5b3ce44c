// A message with several values on the page: a channel for each, with the unit that discovery tells of.

import mqttPacket from 'mqtt-packet';
import { expect, it } from 'vitest';
import type { PacketEvent, ReadingEvent } from '../../flash/stage/events.ts';
import { createDecoder } from '../../flash/stage/decode.ts';
import { createGroups } from '../../flash/page/assets/groups.js';
import discovery from '../examples/discovery/air-quality.json' with { type: 'json' };
import { describeBrowser } from './describe-browser.ts';
import { startFakeServer } from './fake-server.ts';
import { ONLINE, hello, packet, reading } from './made-events.ts';

/** A PUBLISH as the page is told of it. */
function published(n: number, topic: string, payload: string, more: Partial<PacketEvent> = {}): PacketEvent {
  const bytes = mqttPacket.generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: true });
  const { name, fields, summary } = createDecoder().decode(bytes, 'out');
  return packet(n, n, { direction: 'out', name, fields, summary, ...more });
}

const announced = discovery.map(({ topic, payload }, index) =>
  published(index + 1, topic, JSON.stringify(payload)),
);
const group = (topic: string, text: string): ReadingEvent => ({
  type: 'reading',
  at: 1000,
  t: 1020,
  topic,
  text,
  unit: '',
  isLate: false,
});
const AIR = '{"co2":612,"temperature":21.5,"humidity":48.1,"time":1767268800}';

it('are told apart, with the units that were announced', () => {
  const groups = createGroups();
  announced.forEach((one) => groups.packet(one));
  expect(
    groups.split(group('air-1/air', AIR)).map(({ topic, value, unit, at }) => [topic, value, unit, at]),
  ).toEqual([
    ['air-1/air co2', 612, 'ppm', 1000],
    ['air-1/air temperature', 21.5, '°C', 1000],
    ['air-1/air humidity', 48.1, '%', 1000],
  ]);
  const line = group('air-1/air', 'air,device=air-1 co2=612,humidity=48.1 1767268800');
  expect(groups.split(line).map(({ topic, value }) => [topic, value])).toEqual([
    ['air-1/air co2', 612],
    ['air-1/air humidity', 48.1],
  ]);
  groups.clear();
  expect(groups.split(group('air-1/air', AIR)).map(({ unit }) => unit)).toEqual(['', '', '']);
});

it('are left as they are where they are none, or speak of the mote itself', () => {
  const groups = createGroups();
  for (const one of [
    reading('a/t', 1, 2),
    group('a/t', 'open'),
    group('a/t', '{}'),
    group('a/t', '[1,2]'),
    group('a/t', '{"co2":"612"}'),
    group('a/account', '{"accepted":7}'),
    group('a/energy', '{"awake":7}'),
    group('a/config/reported', '{"interval":7}'),
    group(discovery[0]!.topic, JSON.stringify(discovery[0]!.payload)),
  ]) {
    expect(groups.split(one)).toEqual([one]);
  }
});

it('may have the name of something that a mote says of itself, where they are announced', () => {
  const groups = createGroups();
  const payload = { ...discovery[0]!.payload, stat_t: 'air-1/energy' };
  groups.packet(published(1, discovery[0]!.topic, JSON.stringify(payload)));
  expect(groups.split(group('air-1/energy', '{"co2":7}'))).toMatchObject([
    { topic: 'air-1/energy co2', value: 7 },
  ]);
});

it('take units from the mote’s own announcements only, and not without end', () => {
  const groups = createGroups();
  const [first] = discovery;
  const { topic, payload } = first!;
  const unitOf = (text: string) => groups.split(group('air-1/air', text))[0]!.unit;
  const say = (unit: string, more: Partial<PacketEvent> = {}) =>
    groups.packet(published(1, topic, JSON.stringify({ ...payload, unit_of_meas: unit }), more));
  say('in', { direction: 'in' });
  say('ack', { name: 'PUBACK' });
  groups.packet(published(1, topic, '{"stat_t":'));
  groups.packet(published(1, 'air-1/air', AIR));
  expect(unitOf(AIR)).toBe('');
  for (let n = 0; n < 1000; n++) {
    const name = `c${n}`;
    const entity = { ...payload, val_tpl: `{% if '${name}' in value_json %}` };
    groups.packet(published(n, topic, JSON.stringify(entity)));
  }
  expect(unitOf('{"c0":1}')).toBe('ppm');
  expect(unitOf('{"c999":1}')).toBe('');
});

describeBrowser('groups', ({ open, closeLater }) => {
  it('have a chart for each value', async () => {
    const server = await startFakeServer(() => hello([...ONLINE, ...announced, group('air-1/air', AIR)]));
    closeLater(server);
    const page = await open(server.url);
    const card = (name: string) =>
      page.locator('.card').filter({ has: page.locator('.topic', { hasText: `air-1/air ${name}` }) });
    await card('co2').locator('.value', { hasText: '612 ppm' }).waitFor();
    await card('humidity').locator('.value', { hasText: '48.1 %' }).waitFor();
    expect(await page.locator('.card').count()).toBe(3);
    expect(await page.locator('#other-topics').isHidden()).toBe(true);
    server.send([{ ...group('air-1/air', AIR.replace('612', '700')), at: 2000, t: 2000 }]);
    await card('co2').locator('.value', { hasText: '700 ppm' }).waitFor();
    expect(await card('co2').locator('.note').textContent()).toBe('2 readings');
  });
});
