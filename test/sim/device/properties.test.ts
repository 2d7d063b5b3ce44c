// The table of properties against that of the standard (MQTT 5.0, table 2-4), typed again from there.

import { expect, it } from 'vitest';
import { createFields } from '../../../sim/device/fields.ts';
import { PROPERTIES, readProperties } from '../../../sim/device/properties.ts';

const WILL = 0;
const [CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP] = [1, 2, 3, 4, 5, 6, 7];
const [SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, DISCONNECT, AUTH] = [8, 9, 10, 11, 14, 15];
const PACKETS = [
  ...[WILL, CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL],
  ...[PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, DISCONNECT, AUTH],
];
const BYTE = '\x01';
const WORD = '\x00\x01';
const LONG = '\x00\x00\x00\x01';
const TEXT = '\x00\x01a';
const ANSWERS = [CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH];

const STANDARD: [id: number, value: string, packets: number[]][] = [
  [1, BYTE, [PUBLISH, WILL]],
  [2, LONG, [PUBLISH, WILL]],
  [3, TEXT, [PUBLISH, WILL]],
  [8, TEXT, [PUBLISH, WILL]],
  [9, TEXT, [PUBLISH, WILL]],
  [11, BYTE, [PUBLISH, SUBSCRIBE]],
  [17, LONG, [CONNECT, CONNACK, DISCONNECT]],
  [18, TEXT, [CONNACK]],
  [19, WORD, [CONNACK]],
  [21, TEXT, [CONNECT, CONNACK, AUTH]],
  [22, TEXT, [CONNECT, CONNACK, AUTH]],
  [23, BYTE, [CONNECT]],
  [24, LONG, [WILL]],
  [25, BYTE, [CONNECT]],
  [26, TEXT, [CONNACK]],
  [28, TEXT, [CONNACK, DISCONNECT]],
  [31, TEXT, ANSWERS],
  [33, WORD, [CONNECT, CONNACK]],
  [34, WORD, [CONNECT, CONNACK]],
  [35, WORD, [PUBLISH]],
  [36, BYTE, [CONNACK]],
  [37, BYTE, [CONNACK]],
  [38, TEXT + TEXT, PACKETS],
  [39, LONG, [CONNECT, CONNACK]],
  [40, BYTE, [CONNACK]],
  [41, BYTE, [CONNACK]],
  [42, BYTE, [CONNACK]],
];

const faultOf = (packet: number, properties: string) => {
  const fields = createFields(String.fromCharCode(properties.length) + properties);
  readProperties(fields, packet);
  return fields.fault();
};

it('has those of the standard', () => {
  expect(PROPERTIES.map(({ id }) => id)).toEqual(STANDARD.map(([id]) => id));
});

it.each(STANDARD)('allows property %i where the standard does, and nowhere else', (id, value, packets) => {
  const property = String.fromCharCode(id) + value;
  const allowed = PACKETS.filter((packet) => faultOf(packet, property) === '');
  expect(allowed).toEqual(PACKETS.filter((packet) => packets.includes(packet)));
  for (const packet of PACKETS) {
    if (!packets.includes(packet)) expect(faultOf(packet, property)).toMatch(/^2\.2\.2\.2 property/);
  }
});

it.each(STANDARD)('allows property %i as often as the standard does', (id, value, packets) => {
  const property = String.fromCharCode(id) + value;
  for (const packet of packets) {
    const isList = id === 38 || (id === 11 && packet === PUBLISH);
    expect(faultOf(packet, property + property) === '').toBe(isList);
  }
});

it.each(STANDARD)('needs all of the value of property %i', (id, value, [packet]) => {
  const property = String.fromCharCode(id) + value;
  for (let length = 1; length < property.length; length++) {
    expect(faultOf(packet, property.slice(0, length))).toBe('the packet ends inside a field');
  }
});
