// The counter in MQTT 5.0: what it says, and what it prints of the reasons that the broker has.

import { expect, it } from 'vitest';
import { createKept, createRig, range } from './rig.ts';

const said = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ ev }) => ev !== 'queued');

it.each([4, 5])('speaks version %i of MQTT, as it is told', (version) => {
  const rig = createRig({ version });
  rig.pass(1000);
  expect(rig.packets[0]).toMatchObject({ cmd: 'connect', protocolVersion: version });
  expect(rig.numbers).toEqual(range(1, 11));
  expect(said(rig.lines)).toEqual([]);
});

it('tells of each number that the broker refuses, with its reason, and leaves none out', () => {
  const rig = createRig({ version: 5 });
  rig.broker.refuses = (n) => (n % 4 === 0 ? 0x87 : n % 5 === 0 ? 0x97 : 0);
  rig.pass(1100);
  expect(rig.numbers).toEqual(range(1, 12));
  expect(said(rig.lines)).toEqual([
    { ev: 'rejected', n: 4, reason: 0x87 },
    { ev: 'rejected', n: 5, reason: 0x97 },
    { ev: 'rejected', n: 8, reason: 0x87 },
    { ev: 'rejected', n: 10, reason: 0x97 },
    { ev: 'rejected', n: 12, reason: 0x87 },
  ]);
});

it('tells of a number that cannot be sent to this broker at all, and counts on from it after a kill', () => {
  const kept = createKept();
  const rig = createRig({ version: 5, first: 95 }, kept);
  // Topic, identifier and two digits take 12 bytes.
  rig.broker.properties = { maximumPacketSize: 12 };
  rig.pass(900);
  expect(rig.numbers).toEqual(range(95, 99));
  expect(said(rig.lines).slice(0, 2)).toEqual([
    { ev: 'rejected', n: 100, reason: 0x95 },
    { ev: 'rejected', n: 101, reason: 0x95 },
  ]);
  const last = rig.queued().at(-1)!;
  kept.printed = undefined;
  const next = createRig({ version: 5, first: 1 }, kept);
  next.pass(100);
  expect(next.queued().slice(0, last)).toEqual(range(1, last));
  expect(next.queued().at(-1)).toBe(last + 2);
});

it('tells why the broker ends a connection, and what it says in words', () => {
  const rig = createRig({ version: 5, reconnectMs: 200 });
  rig.pass(100);
  rig.send({
    cmd: 'disconnect',
    reasonCode: 0x8b,
    properties: { reasonString: 'b\u00e4h', serverReference: 'x' },
  });
  rig.broker.greets = false;
  rig.pass(250);
  rig.send({
    cmd: 'connack',
    reasonCode: 0x97,
    sessionPresent: false,
    properties: { userProperties: { quota: '"full"' } },
  });
  expect(said(rig.lines)).toEqual([
    { ev: 'property', packet: 0xe0, id: 31, value: 'b\u00e4h' },
    { ev: 'property', packet: 0xe0, id: 28, value: 'x' },
    { ev: 'closed', reason: 0x8b },
    { ev: 'property', packet: 0x20, id: 38, name: 'quota', value: '"full"' },
    { ev: 'closed', reason: 0x97 },
  ]);
  rig.broker.greets = true;
  rig.pass(1000);
  expect(rig.numbers).toEqual(rig.queued());
});

it('goes by the name that the broker has found, also after a kill', () => {
  const kept = createKept();
  const rig = createRig({ version: 5, clientId: '' }, kept);
  rig.broker.properties = { assignedClientIdentifier: 'auto-7' };
  rig.pass(500);
  expect(rig.packets[0]).toMatchObject({ cmd: 'connect', clientId: '', clean: true });
  const next = createRig({ version: 5, clientId: '' }, kept);
  next.pass(100);
  expect(next.packets[0]).toMatchObject({ cmd: 'connect', clientId: 'auto-7', clean: false });
});
