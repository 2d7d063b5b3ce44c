// Packets as a file that Wireshark opens: pcapng (draft-ietf-opsawg-pcapng), each packet in a segment of TCP from the mote to port 1883 or back,
// so that its MQTT dissector takes it. Addresses and sequence numbers are made up; times and bytes are those of the run.

import type { KeptPacket } from './packets.ts';

/** LINKTYPE_RAW: an IPv4 header comes first. */
const RAW_IP = 101;
const MQTT_PORT = 1883;
const FIRST_PORT = 49152;
const MOTE = [192, 168, 4, 2];
const BROKER = [192, 168, 4, 1];
const HEADERS = 40;
/** An IPv4 packet has at most 65535 bytes. */
const SEGMENT_MAX = 65000;
const PUSH_ACK = 0x18;

const padded = (length: number) => (length + 3) & ~3;

/** A block: type, length, content, length again (section 3.1). */
function block(type: number, content: Buffer): Buffer {
  const size = 12 + padded(content.length);
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(size, 4);
  content.copy(bytes, 8);
  bytes.writeUInt32LE(size, size - 4);
  return bytes;
}

function sectionHeader(): Buffer {
  const content = Buffer.alloc(16);
  content.writeUInt32LE(0x1a2b3c4d, 0);
  content.writeUInt16LE(1, 4);
  content.writeBigInt64LE(-1n, 8);
  return block(0x0a0d0d0a, content);
}

function interfaceDescription(): Buffer {
  const content = Buffer.alloc(8);
  content.writeUInt16LE(RAW_IP, 0);
  return block(1, content);
}

/** The sum of 16-bit words of RFC 1071. */
function checksum(bytes: Buffer, start = 0): number {
  let sum = start;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

interface Segment {
  readonly isOut: boolean;
  readonly port: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly data: Uint8Array;
}

/** @returns an IPv4 packet with the segment in it (RFC 791, RFC 9293). */
function datagram({ isOut, port, sequence, acknowledged, data }: Segment): Buffer {
  const bytes = Buffer.alloc(HEADERS + data.length);
  bytes.writeUInt16BE(0x4500, 0);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(0x4006, 8);
  bytes.set(isOut ? MOTE : BROKER, 12);
  bytes.set(isOut ? BROKER : MOTE, 16);
  bytes.writeUInt16BE(checksum(bytes.subarray(0, 20)), 10);
  const tcp = bytes.subarray(20);
  tcp.writeUInt16BE(isOut ? port : MQTT_PORT, 0);
  tcp.writeUInt16BE(isOut ? MQTT_PORT : port, 2);
  tcp.writeUInt32BE(sequence >>> 0, 4);
  tcp.writeUInt32BE(acknowledged >>> 0, 8);
  tcp.writeUInt16BE(0x5000 | PUSH_ACK, 12);
  tcp.writeUInt16BE(0xffff, 14);
  tcp.set(data, 20);
  // What TCP sums up besides: both addresses, the protocol and the length.
  const pseudo = Buffer.concat([
    bytes.subarray(12, 20),
    Buffer.from([0, 6, tcp.length >> 8, tcp.length & 255]),
  ]);
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudo, tcp])), 16);
  return bytes;
}

function enhancedPacket(data: Buffer, epochMs: number): Buffer {
  const content = Buffer.alloc(20 + data.length);
  const microseconds = BigInt(Math.round(epochMs * 1000));
  content.writeUInt32LE(Number(microseconds >> 32n), 4);
  content.writeUInt32LE(Number(microseconds & 0xffffffffn), 8);
  content.writeUInt32LE(data.length, 12);
  content.writeUInt32LE(data.length, 16);
  data.copy(content, 20);
  return block(6, content);
}

/** @param startMs wall-clock time at t = 0. @returns the file. */
export function writeCapture(packets: readonly KeptPacket[], startMs: number): Buffer {
  const next = new Map<number, { out: number; in: number }>();
  const blocks = [sectionHeader(), interfaceDescription()];
  for (const { event, raw } of packets) {
    const at = next.get(event.connection) ?? { out: 1, in: 1 };
    next.set(event.connection, at);
    const other = event.direction === 'out' ? 'in' : 'out';
    for (let from = 0; from < raw.length; from += SEGMENT_MAX) {
      const data = raw.subarray(from, from + SEGMENT_MAX);
      const segment = {
        isOut: event.direction === 'out',
        port: FIRST_PORT + (event.connection % 16384),
        sequence: at[event.direction],
        acknowledged: at[other],
        data,
      };
      blocks.push(enhancedPacket(datagram(segment), startMs + event.t));
      at[event.direction] += data.length;
    }
  }
  return Buffer.concat(blocks);
}
