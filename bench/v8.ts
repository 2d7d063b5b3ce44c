// The client on V8 beside mqtt-packet: nanoseconds for each message, as ratios of one run. `npm run bench:v8` writes
// bench/results/v8.json. Ours is the whole client in its array form, from `publish` to the socket and from the socket to the
// handler; theirs is encoding and decoding alone, each in the fastest way it offers. Neither socket does anything.

import { SEQUENCE_MAX } from '../src/ports/outbox.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runInThisContext } from 'node:vm';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { viewOf, type ByteView } from '../src/ports/bytes.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'v8.json');
const FIRMWARE = join(PACKAGE_ROOT, 'bench', 'device', 'v8.ts');
const TOPIC = 'bench/outdoor/temp/te/01';
const OPERATIONS = 100_000;
const ROUNDS = 21;
/** Messages that differ, used in turn. A power of two. */
const VARIETY = 16;
/** Bytes of QoS 0 that the client hands over before it waits for the socket, and messages of QoS 1 that may be in flight. */
const DRAIN_EVERY = 6;

/** Most of mqtt-packet's time that ours may take. */
const LIMIT = 0.2;

export interface V8Row {
  readonly what: string;
  /** Nanoseconds for each message, the medians; they depend on the machine and on what else it does. */
  readonly mote: number;
  readonly mqttPacket: number;
  /** Ours by theirs: the median of what each round had. */
  readonly ratio: number;
}

export interface V8Result {
  readonly node: string;
  readonly mqttPacket: string;
  readonly limit: number;
  readonly rows: readonly V8Row[];
}

interface Mote {
  publish(qos: number, payload: ByteView): number;
  onData(bytes: ByteView): void;
  onDrain(): void;
  /** Packets written, a sum over them, messages handled, a sum over them, messages acknowledged. */
  read(): number[];
}

async function loadMote(): Promise<Mote> {
  const { code } = await build({ firmware: FIRMWARE, form: 'array', board: 'jerryscript', minify: false });
  let mote: Mote | undefined;
  const expose = (
    publish: Mote['publish'],
    onData: Mote['onData'],
    onDrain: Mote['onDrain'],
    read: Mote['read'],
  ) => {
    mote = { publish, onData, onDrain, read };
  };
  (runInThisContext(`(function(expose){${code}\n})`) as (given: typeof expose) => void)(expose);
  if (mote === undefined) throw new Error('the program exposes nothing');
  return mote;
}

const payloads = Array.from({ length: VARIETY }, (_, n) =>
  Buffer.from(`{"value":21.54,"unit":"C","room":"attic","n":${100 + n}}`, 'latin1'),
);
const publishPacket = (n: number, qos: 0 | 1, messageId?: number): Packet => ({
  cmd: 'publish',
  topic: TOPIC,
  payload: payloads[n % VARIETY] as Buffer,
  qos,
  retain: false,
  dup: false,
  ...(messageId === undefined ? {} : { messageId }),
});
const own = (bytes: Buffer): ByteView => viewOf(new Uint8Array(bytes));

/** Does `times` operations. @returns something that depends on all of them. */
type Run = (times: number) => number;

interface Contest {
  readonly what: string;
  readonly mote: Run;
  /** Ways to do it with mqtt-packet; the fastest counts. */
  readonly theirs: readonly Run[];
}

/** Each run checks that it did what it was asked: a benchmark of failures is quick. */
function expectEqual(what: string, got: number | undefined, expected: number): void {
  if (got !== expected) throw new Error(`${what}: ${got} instead of ${expected}`);
}

function contests(mote: Mote): Contest[] {
  const views = payloads.map(own);
  const messages0 = payloads.map((_, n) => mqttPacket.generate(publishPacket(n, 0)));
  const messages1 = payloads.map((_, n) => mqttPacket.generate(publishPacket(n, 1, 7)));
  const views0 = messages0.map(own);
  const views1 = messages1.map(own);
  const together = [0, 1, 2].map((n) =>
    Buffer.concat([0, 1, 2, 3, 4].map((i) => messages0[n + i] as Buffer)),
  );
  const viewsTogether = together.map(own);
  const puback = own(Buffer.from([0x40, 2, 0, 0]));

  let sum = 0;
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  sink.write = ((chunk: Buffer | string) => {
    sum += chunk.length;
    return true;
  }) as typeof sink.write;

  let parsed = 0;
  const parser = mqttPacket.parser();
  let answered = false;
  parser.on('packet', (packet) => {
    parsed++;
    if (packet.cmd !== 'publish') return;
    sum += packet.payload.length + (packet.payload[0] as number);
    if (answered) sum += mqttPacket.generate({ cmd: 'puback', messageId: packet.messageId as number }).length;
  });

  /** The identifier follows the outbox's sequence, which only we count. */
  let sequence = 0;
  const acknowledge = () => {
    const id = (sequence++ % SEQUENCE_MAX) + 1;
    puback.data[2] = id >> 8;
    puback.data[3] = id & 255;
    mote.onData(puback);
  };

  const encode0 = publishPacketsOf(0);
  const encode1 = publishPacketsOf(1);
  return [
    {
      what: 'publish QoS 0',
      mote(times) {
        const [before = 0] = mote.read();
        for (let i = 0; i < times; i++) {
          mote.publish(0, views[i & (VARIETY - 1)] as ByteView);
          if (i % DRAIN_EVERY === 0) mote.onDrain();
        }
        mote.onDrain();
        const [after = 0, written = 0] = mote.read();
        expectEqual('publishes', after - before, times);
        return written;
      },
      theirs: [
        (times) => {
          for (let i = 0; i < times; i++) {
            sum += mqttPacket.generate(encode0[i & (VARIETY - 1)] as Packet).length;
          }
          return sum;
        },
        (times) => {
          for (let i = 0; i < times; i++) {
            mqttPacket.writeToStream(encode0[i & (VARIETY - 1)] as Packet, sink);
          }
          return sum;
        },
      ],
    },
    {
      what: 'publish QoS 1, and take its PUBACK',
      mote(times) {
        const before = mote.read()[4] as number;
        for (let i = 0; i < times; i++) {
          mote.publish(1, views[i & (VARIETY - 1)] as ByteView);
          if (i % DRAIN_EVERY === 0) mote.onDrain();
          acknowledge();
        }
        mote.onDrain();
        expectEqual('acknowledged', (mote.read()[4] as number) - before, times);
        return mote.read()[1] as number;
      },
      theirs: [
        (times) => {
          parsed = 0;
          answered = false;
          for (let i = 0; i < times; i++) {
            const id = (i % 32767) + 1;
            const packet = encode1[i & (VARIETY - 1)] as Packet;
            packet.messageId = id;
            sum += mqttPacket.generate(packet).length;
            const ack = ackBuffer;
            ack[2] = id >> 8;
            ack[3] = id & 255;
            parser.parse(ack);
          }
          expectEqual('parsed', parsed, times);
          return sum;
        },
      ],
    },
    {
      what: 'receive QoS 0',
      mote(times) {
        const before = mote.read()[2] as number;
        for (let i = 0; i < times; i++) mote.onData(views0[i & (VARIETY - 1)] as ByteView);
        expectEqual('handled', (mote.read()[2] as number) - before, times);
        return mote.read()[3] as number;
      },
      theirs: [
        (times) => {
          parsed = 0;
          answered = false;
          for (let i = 0; i < times; i++) parser.parse(messages0[i & (VARIETY - 1)] as Buffer);
          expectEqual('parsed', parsed, times);
          return sum;
        },
      ],
    },
    {
      what: 'receive QoS 0, five in a chunk, each',
      mote(times) {
        const before = mote.read()[2] as number;
        for (let i = 0; i < times / 5; i++) mote.onData(viewsTogether[i % 3] as ByteView);
        expectEqual('handled', (mote.read()[2] as number) - before, times);
        return mote.read()[3] as number;
      },
      theirs: [
        (times) => {
          parsed = 0;
          answered = false;
          for (let i = 0; i < times / 5; i++) parser.parse(together[i % 3] as Buffer);
          expectEqual('parsed', parsed, times);
          return sum;
        },
      ],
    },
    {
      what: 'receive QoS 1, and send its PUBACK',
      mote(times) {
        const before = mote.read()[2] as number;
        for (let i = 0; i < times; i++) {
          mote.onData(views1[i & (VARIETY - 1)] as ByteView);
          if (i % DRAIN_EVERY === 0) mote.onDrain();
        }
        mote.onDrain();
        expectEqual('handled', (mote.read()[2] as number) - before, times);
        return mote.read()[3] as number;
      },
      theirs: [
        (times) => {
          parsed = 0;
          answered = true;
          for (let i = 0; i < times; i++) parser.parse(messages1[i & (VARIETY - 1)] as Buffer);
          expectEqual('parsed', parsed, times);
          return sum;
        },
      ],
    },
  ];
}

const ackBuffer = Buffer.from([0x40, 2, 0, 0]);

function publishPacketsOf(qos: 0 | 1): Packet[] {
  return payloads.map((_, n) => publishPacket(n, qos, qos === 0 ? undefined : 1));
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

let used = 0;

function nanoseconds(run: Run): number {
  const begun = process.hrtime.bigint();
  used += run(OPERATIONS);
  return Number(process.hrtime.bigint() - begun) / OPERATIONS;
}

/** All runs of a contest in turn, again and again, so that whatever slows the machine slows all. */
function hold({ what, mote, theirs }: Contest): V8Row {
  const times: number[][] = [mote, ...theirs].map(() => []);
  for (let round = -3; round < ROUNDS; round++) {
    [mote, ...theirs].forEach((run, i) => {
      const time = nanoseconds(run);
      // The first rounds are the compiler's.
      if (round >= 0) (times[i] as number[]).push(time);
    });
  }
  const [ours = [], ...others] = times;
  const fastest = others.reduce((best, other) => (median(other) < median(best) ? other : best));
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return {
    what,
    mote: rounded(median(ours)),
    mqttPacket: rounded(median(fastest)),
    ratio: Math.round(median(ours.map((time, i) => time / (fastest[i] as number))) * 1000) / 1000,
  };
}

async function main(): Promise<void> {
  const rows = contests(await loadMote()).map(hold);
  if (!Number.isFinite(used)) throw new Error('nothing was done');
  const { version } = createRequire(import.meta.url)('mqtt-packet/package.json') as { version: string };
  const result: V8Result = { node: process.version, mqttPacket: version, limit: LIMIT, rows };
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
