// A client of MQTT 5.0 over a flash outbox and a small broker with a session, in virtual time, with a log of every packet. The broker
// writes and reads with mqtt-packet, and so does the log: neither knows our code.

import mqttPacket, { type Packet } from 'mqtt-packet';
import { createManualClock } from '../../../sim/manual.ts';
import { createNor, createNorPort } from '../../../sim/nor.ts';
import type { ClientOptions } from '../../../src/mqtt/client.ts';
import { createFlashBytes } from '../../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { Code, Event } from '../../../src/ports/codes.ts';
import { createWorld, type World } from '../client.ts';

const RECORD_MAX = 400;
const FLASH = { base: 0x310000, bytes: 8192, pageBytes: 2048, programUnit: 4, ecc: false };
const PAGES = FLASH.bytes / FLASH.pageBytes;
/** Longer payloads are told by their length. */
const SHOWN_MAX = 24;

/** What a broker says; may be changed at any time. */
export interface Behaviour {
  /** Properties of its CONNACK. */
  connack: Record<string, unknown>;
  /** @returns the reason code that a payload is answered with, or the whole of what is said besides; undefined: no answer. */
  answer(payload: string): number | { reasonCode: number; properties: Record<string, unknown> } | undefined;
  /** Whether PUBREL is answered. */
  completes: boolean;
}

interface Session {
  /** When it ends: nobody is there. */
  until: number;
}

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

/** @returns bytes of a whole packet whose remaining length is `length`. */
function sizeOf(length: number): number {
  let size = length + 2;
  for (let left = length >> 7; left > 0; left >>= 7) size++;
  return size;
}

function shown(payload: string | Buffer): string {
  const text = payload.toString();
  return text.length > SHOWN_MAX ? `${text.length} bytes` : JSON.stringify(text);
}

function words(packet: Packet): string[] {
  if (packet.cmd === 'connect') {
    return [
      packet.protocolVersion === 5 ? 'MQTT 5.0' : 'MQTT 3.1.1',
      ...(packet.clean ? ['clean start'] : []),
      `client ${JSON.stringify(packet.clientId)}`,
    ];
  }
  if (packet.cmd === 'connack') {
    return [
      packet.sessionPresent ? 'session present' : 'no session',
      `reason ${hex(packet.reasonCode ?? 0)}`,
    ];
  }
  if (packet.cmd === 'publish') {
    return [
      `QoS ${packet.qos}`,
      ...(packet.dup ? ['DUP'] : []),
      `topic ${JSON.stringify(packet.topic)}`,
      `payload ${shown(packet.payload)}`,
    ];
  }
  if ('reasonCode' in packet && packet.reasonCode !== undefined) return [`reason ${hex(packet.reasonCode)}`];
  return [];
}

/** @returns what the client reports, in words. */
function reportText(event: Event, detail: number): string {
  const message = `message ${detail >> 8} leaves the outbox`;
  if (event === Event.MessageExpired) return `${message}: expired`;
  if (event === Event.MessageRejected) return `${message}: rejected, reason ${hex(detail & 255)}`;
  return `event ${event} ${detail}`;
}

/** @returns a packet as a line of the log, but for time and direction. */
function describe(packet: Packet): string {
  const name = packet.cmd.toUpperCase() + (packet.messageId === undefined ? '' : ` ${packet.messageId}`);
  const properties = 'properties' in packet ? Object.entries(packet.properties ?? {}) : [];
  const said = properties.map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  const all = [...words(packet), ...(said.length > 0 ? [`{ ${said.join(', ')} }`] : [])];
  const size = `${sizeOf(packet.length ?? 0)}`.padStart(3);
  return `${name.padEnd(12)} ${size} bytes  ${all.join(', ')}`.trimEnd();
}

export type Scene = ReturnType<typeof createScene>;

/** @param options of the client. */
export function createScene(options: Partial<ClientOptions> = {}) {
  const lines: string[] = [];
  const nor = createNor(FLASH);
  const broker: Behaviour = { connack: {}, answer: () => 0, completes: true };
  /** Every packet of the client, oldest first. */
  const sent: Packet[] = [];
  let now = 0;
  let session: Session | undefined;
  let expirySec = 0;
  let version = 5;
  let world: World | undefined;
  let clock = createManualClock();
  let fromClient = mqttPacket.parser();

  function log(mark: string, text: string): void {
    lines.push(`${(now / 1000).toFixed(1).padStart(7)} s  ${mark} ${text}`);
  }

  function send(packet: object): void {
    const bytes = mqttPacket.generate(packet as Packet, { protocolVersion: version });
    const parser = mqttPacket.parser({ protocolVersion: version });
    parser.on('packet', (read) => log('<', describe(read)));
    parser.parse(bytes);
    world!.socket.deliver(bytes.toString('latin1'));
  }

  function onConnect(packet: Packet & { cmd: 'connect' }): void {
    version = packet.protocolVersion!;
    expirySec = packet.properties?.sessionExpiryInterval ?? 0;
    if (packet.clean || (session !== undefined && session.until < now)) session = undefined;
    const sessionPresent = session !== undefined;
    session = { until: Infinity };
    const properties = version === 5 ? broker.connack : undefined;
    send({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent, properties });
  }

  function onPublish(packet: Packet & { cmd: 'publish' }): void {
    const answer = packet.qos === 0 ? undefined : broker.answer(packet.payload.toString());
    if (answer === undefined) return;
    const said = typeof answer === 'number' ? { reasonCode: answer } : answer;
    send({ cmd: packet.qos === 1 ? 'puback' : 'pubrec', messageId: packet.messageId, ...said });
  }

  function onPacket(packet: Packet): void {
    sent.push(packet);
    log('>', describe(packet));
    if (packet.cmd === 'connect') onConnect(packet);
    else if (packet.cmd === 'publish') onPublish(packet);
    else if (packet.cmd === 'pubrel' && broker.completes) {
      send({ cmd: 'pubcomp', messageId: packet.messageId });
    } else if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
  }

  /** Carry bytes until nothing moves. */
  function exchange(): void {
    for (let bytes = world!.socket.take(); bytes !== ''; bytes = world!.socket.take()) {
      world!.socket.drain();
      fromClient.parse(Buffer.from(bytes, 'latin1'));
    }
  }

  function leave(): void {
    if (session !== undefined) session.until = expirySec === 0xffffffff ? Infinity : now + expirySec * 1000;
  }

  const scene = {
    lines,
    broker,
    sent,
    get world() {
      return world!;
    },
    note: (text: string) => log('.', text),
    powerOn(level: 4 | 5 = 5): void {
      clock = createManualClock();
      const flash = createFlashBytes(createNorPort(nor, FLASH.base, PAGES), FLASH.pageBytes);
      const outbox = createFlashOutbox(flash, RECORD_MAX, { clock });
      if (outbox.open(nor.counters.reads) !== Code.Ok) throw new Error('the outbox does not open');
      const on = {
        onReport: (event: Event, detail: number) => log('.', reportText(event, detail)),
      };
      world = createWorld({ clientId: 'mote', ...options, clock, outbox, level, on });
      log('.', `power on, ${outbox.count()} in the outbox`);
    },
    /** The power goes, and with it the connection. */
    powerOff(): void {
      leave();
      log('.', `power off, ${world!.outbox.count()} in the outbox`);
    },
    connect(): void {
      fromClient = mqttPacket.parser();
      fromClient.on('packet', onPacket);
      fromClient.on('error', (error) => {
        throw error;
      });
      if (world!.client.connect('broker', 1883) !== Code.Ok) throw new Error('not connected');
      world!.socket.accept();
      exchange();
      if (!world!.client.isOnline()) throw new Error('not online');
    },
    /** The network breaks. */
    drop(): void {
      leave();
      log('.', 'the connection breaks');
      world!.socket.drop();
    },
    publish(topic: ReturnType<World['topic']>, payload: string): number {
      const code = world!.publish(topic, payload);
      if (world!.client.isOnline()) exchange();
      return code;
    },
    /** The broker says something by itself. */
    say(packet: object): void {
      send(packet);
      exchange();
    },
    pass(ms: number): void {
      for (let left = ms; left > 0;) {
        const step = Math.min(left, 1000);
        clock.advance(step);
        now += step;
        left -= step;
        world!.client.tick(clock.now());
        if (world!.client.isOnline()) exchange();
      }
    },
    /** Time without power. */
    wait(ms: number): void {
      now += ms;
    },
  };
  return scene;
}
