// The broker's packets as text, one character a byte, and the client's as lines that are easy to compare. What the client
// wrote is read by mqtt-packet, which knows nothing of our code.

import mqttPacket from 'mqtt-packet';

export const PINGREQ = '\xc0\0';
export const PINGRESP = '\xd0\0';
export const DISCONNECT = '\xe0\0';

const chr = String.fromCharCode;

/** First bytes of acknowledgements. */
export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBREL = 0x62;
export const PUBCOMP = 0x70;
export const UNSUBACK = 0xb0;

export function word(value: number): string {
  return chr(value >> 8, value & 255);
}

/** @returns UTF-8 as the client takes it: one character a byte. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function packet(first: number, body: string): string {
  let left = body.length;
  let length = '';
  while (left > 127) {
    length += chr((left & 127) | 128);
    left >>= 7;
  }
  return chr(first) + length + chr(left) + body;
}

export function connack(code = 0, present = 0): string {
  return packet(0x20, chr(present, code));
}

export function ack(first: number, id: number): string {
  return packet(first, word(id));
}

export function suback(id: number, ...codes: number[]): string {
  return packet(0x90, word(id) + chr(...codes));
}

/** @returns a PUBLISH. @param flags DUP 8, QoS in bits 1 and 2, RETAIN 1. */
export function message(topic: string, payload: string, flags = 0, id = 1): string {
  const name = word(topic.length) + topic;
  return packet(0x30 | flags, name + ((flags & 6) > 0 ? word(id) : '') + payload);
}

function lineOf(p: mqttPacket.Packet): string {
  switch (p.cmd) {
    case 'publish': {
      const payload = Buffer.isBuffer(p.payload) ? p.payload.toString('latin1') : p.payload;
      const id = p.qos > 0 ? ` #${p.messageId}` : '';
      return `publish ${p.qos}${id}${p.dup ? ' dup' : ''}${p.retain ? ' retain' : ''} ${p.topic} ${payload}`;
    }
    case 'subscribe':
      return `subscribe #${p.messageId} ${p.subscriptions.map((s) => `${s.topic}:${s.qos}`).join(' ')}`;
    case 'unsubscribe':
      return `unsubscribe #${p.messageId} ${p.unsubscriptions.join(' ')}`;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return `${p.cmd} #${p.messageId}`;
    default:
      return p.cmd;
  }
}

/** @returns a line for each packet that the client wrote. Throws when bytes are left over, or no packet can be made of them. */
export function lines(bytes: string): string[] {
  const found: string[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (p) => found.push(lineOf(p)));
  parser.on('error', (error) => {
    throw error;
  });
  if (parser.parse(Buffer.from(bytes, 'latin1')) > 0) {
    throw new Error(`unfinished packet in ${JSON.stringify(bytes)}`);
  }
  return found;
}
