// A mote on a simulated flash, in virtual time, whose broker is the test's: it answers, or does not, and goes away when told to.

import { constant, type Bytes } from '../../src/bytes/bytes.ts';
import type { Link } from '../../src/link/link.ts';
import { startMote } from '../../src/mote.ts';
import type { MoteOptions } from '../../src/mote.ts';
import type { CreatePart } from '../../src/part.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import { Stage } from '../../src/ports/stage.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import type { Nor } from '../../sim/nor.ts';
import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualTimer,
  createManualWifi,
  createRecordingLog,
} from '../../sim/manual.ts';
import type { ManualClock, ManualWifi } from '../../sim/manual.ts';
import { createBench, type Region } from '../power/bench.ts';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

export interface World {
  /** What startMote came to. */
  readonly code: number;
  readonly clock: ManualClock;
  readonly wifi: ManualWifi;
  readonly link: Link;
  readonly log: readonly string[];
  /** What the broker got. */
  readonly messages: Message[];
  /** The same, and all else, as it was written. */
  readonly written: string[];
  /** The broker acknowledges. */
  answers: boolean;
  /** MQTT 5.0: with that reason code. */
  reason: number;
  /** The power is gone: nothing counts any more. */
  isDark: () => boolean;
  /** Readings that were taken, and those of them that were accepted. */
  sampled(): number;
  accepted(): number;
  pass(ms: number): void;
  /** The broker is there. */
  listen(): void;
  /** The same; time passes until there is a session. */
  online(): void;
  /** The broker goes away. */
  drop(): void;
  /** It says that. */
  say(bytes: string): void;
}

export interface BootOptions {
  readonly parts: readonly CreatePart[];
  readonly outbox?: Outbox<Bytes>;
  readonly clockMs?: number;
  /** The engine's client of time servers. */
  readonly askTime?: (server: string) => void;
  readonly over?: Partial<MoteOptions>;
}

/** Of the random number 0, which makes the shortest waits. */
const PATIENCE_MS = 200_000;

/** @returns a sensor that counts: its values are 0, 1, 2 and so on. */
export function createDriver(): Driver {
  let value = 0;
  return {
    channels: [
      { key: 't', unit: 'C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 },
    ],
    minIntervalMs: 0,
    discard: 0,
    configure: () => 0,
    warmUpMs: 0,
    start: () => 0,
    poll(_now: number, out: { values: Int32Array }): number {
      out.values[0] = value++;
      return 0;
    },
    close: () => {},
  };
}

/** A part that begins each session with a message that leaves no room for another one until the network has taken it. */
export const hog: CreatePart = ({ link: { client } }) => {
  const topic = client.topic('large', 0);
  let isDue = false;
  return {
    onStage: (stage) => void (isDue = stage === Stage.Running),
    run() {
      if (isDue) client.publish(topic, constant('x'.repeat(500)));
      isDue = false;
      return 0x3ffffff;
    },
  };
};

interface Packet extends Message {
  readonly first: number;
  readonly id: string;
}

/** Of a CONNECT. */
const LEVEL_AT = 8;

/** @returns the packets that stand in `bytes`. @param is5 messages have properties, of fewer than 128 bytes. */
function packetsIn(bytes: string, is5: boolean): Packet[] {
  const data = Buffer.from(bytes, 'latin1');
  const packets: Packet[] = [];
  for (let at = 0; at < data.length;) {
    const first = data[at]!;
    let length = data[at + 1]! & 0x7f;
    let from = at + 2;
    if (data[at + 1]! & 0x80) length += data[from++]! << 7;
    const isPublish = first >> 4 === 3;
    const end = isPublish ? from + 2 + data.readUInt16BE(from) : from;
    const qos = isPublish ? (first >> 1) & 3 : 0;
    const id = end + (qos > 0 ? 2 : 0);
    packets.push({
      first,
      qos,
      retain: isPublish && (first & 1) === 1,
      topic: isPublish ? data.toString('utf8', from + 2, end) : '',
      id: data.toString('latin1', end, id),
      payload: data.toString('utf8', id + (is5 && isPublish ? 1 + data[id]! : 0), from + length),
    });
    at = from + length;
  }
  return packets;
}

/** Power on. One sensor of QoS 1 is read once a second. */
export function boot(nor: Nor, region: Region, options: BootOptions): World {
  const clock = createManualClock(options.clockMs ?? 0x7fff000);
  const socket = createManualSocket();
  const timer = createManualTimer();
  const wifi = createManualWifi();
  if (options.askTime !== undefined) wifi.askTime = options.askTime;
  const log = createRecordingLog();
  let outbox = options.outbox;
  if (outbox === undefined) {
    const bench = createBench(nor, { ...region, recordMax: 200, options: { ...region.options, clock } });
    bench.patience = Infinity;
    bench.outbox.open(nor.counters.programs + 1);
    ({ outbox } = bench);
  }
  let isUp = false;
  let link: Link | undefined;
  let sampled = 0;
  let accepted = 0;
  let opened = 0;
  let is5 = false;
  socket.openResult = Code.Refused;

  const spy: CreatePart = (mote) => {
    ({ link } = mote);
    return {
      onReading(_index, _reading, code) {
        if (world.isDark()) return;
        sampled++;
        if (code === 0) accepted++;
      },
      run: () => 0x3ffffff,
    };
  };

  /** What the broker does with what has come. */
  const serve = () => {
    for (let i = 0; i < 100; i++) {
      if (isUp && socket.opened.length > opened) {
        opened = socket.opened.length;
        socket.accept();
      }
      const bytes = socket.take();
      if (bytes !== '') world.written.push(bytes);
      // A CONNECT comes alone.
      if (bytes.charCodeAt(0) === 0x10) is5 = bytes.charCodeAt(LEVEL_AT) === 5;
      const packets = packetsIn(bytes, is5);
      if (packets.length === 0) return;
      socket.drain();
      for (const packet of packets) {
        if (world.isDark()) return;
        if (packet.first === 0x10) socket.deliver(is5 ? '\x20\x03\x00\x00\x00' : '\x20\x02\x00\x00');
        else if (packet.first === 0xc0) socket.deliver('\xd0\x00');
        else if (packet.first >> 4 === 3) {
          const { topic, payload, qos, retain } = packet;
          world.messages.push({ topic, payload, qos, retain });
          if (qos === 1 && world.answers) {
            const { reason } = world;
            socket.deliver(
              reason > 0 ? `\x40\x03${packet.id}${String.fromCharCode(reason)}` : `\x40\x02${packet.id}`,
            );
          }
        }
      }
    }
    throw new Error('comes to no end');
  };

  const fire = () => {
    timer.fire();
    serve();
  };

  const world: Omit<World, 'link' | 'code'> = {
    clock,
    wifi,
    log: log.lines,
    messages: [],
    written: [],
    answers: true,
    reason: 0,
    isDark: () => false,
    sampled: () => sampled,
    accepted: () => accepted,
    pass(ms) {
      let left = ms;
      for (let fires = 0; timer.delayMs() >= 0 && timer.delayMs() <= left; fires++) {
        if (fires > 100_000) throw new Error('a timer that fires without end');
        const wait = timer.delayMs();
        left -= wait;
        clock.advance(wait);
        fire();
      }
      clock.advance(left);
      timer.spend(left);
    },
    listen() {
      isUp = true;
      socket.openResult = Code.Ok;
    },
    online() {
      world.listen();
      for (let passed = 0; !link!.client.isOnline() && passed < PATIENCE_MS; passed += 100) world.pass(100);
      world.pass(1);
    },
    say: (bytes) => socket.deliver(bytes),
    drop() {
      isUp = false;
      socket.openResult = Code.Refused;
      socket.drop();
      world.pass(1);
    },
  };

  const code = startMote(
    {
      clock,
      socket,
      wifi,
      log,
      random: createFixedRandom(0),
      outbox,
      createTimer: timer.createTimer,
      serial: '30c6f7-12ab34',
      freeMemory: () => 4000,
    },
    {
      id: 'm',
      broker: { host: 'broker', port: 1883, backoff: { windowMs: 1000 } },
      sensors: [{ name: 's', driver: createDriver(), intervalMs: 1000 }],
      time: false,
      spread: false,
      parts: [spy, ...options.parts],
      ...options.over,
    },
  );
  return Object.assign(world, { link: link!, code });
}
