// Signs what a mote publishes: a payload that is a JSON object gets two members more, its last ones,
//   {"value":21.54,"unit":"...","time":1767268800,"counter":1000,"mac":"..."}
// The MAC is HMAC-SHA-256, in base64, of the topic name, a zero byte, and the payload before `,"mac":`. What goes into the outbox is
// final, and so is a time in it: one that nobody knows yet stays null. Whoever cannot sign publishes nothing.

import {
  byteAt,
  createBuffer,
  createView,
  cut,
  emptied,
  isBytes,
  join,
  joinFixed,
  joinInteger,
  joinText,
  tail,
  type Bytes,
} from '../bytes/bytes.ts';
import { joinSeconds } from '../bytes/seconds.ts';
import { wallRest, wallUnits, type Clock, type WallTime } from '../ports/clock.ts';
import { LOG } from '../features.ts';
import { Code, Event } from '../ports/codes.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import type { PacketWriter, Topic } from '../ports/packet-writer.ts';
import { createSignedCounter } from './counter.ts';
import { createHmac, joinSigned, KEY_MIN, MAC_SIZE } from './hmac.ts';
import { createSigningState, type SigningStore } from './state.ts';

/** Most bytes of a payload, without and with what signing adds, and of its topic: those of one packet. */
const PAYLOAD_MAX = 400;
const ADDED_MAX = 32 + MAC_SIZE;
const TOPIC_MAX = 256;
const MESSAGE_MAX = TOPIC_MAX + 1 + PAYLOAD_MAX + ADDED_MAX;
const CLOSING_BRACE = 0x7d;
/** Before a topic name stands its length. */
const LENGTH_SIZE = 2;

export interface SigningOptions {
  /** Shared with who verifies, at least 16 bytes; from secrets.json or the environment, never from a file in git. */
  readonly key: string;
}

export interface SigningPorts {
  /** null: the engine has no SHA-256. */
  readonly digest: Digest<Bytes> | null;
  readonly clock: Clock;
  readonly outbox: SigningStore;
}

export interface Signer {
  /** Writes signed messages through `writer`. `end` may say, too: Code.BadPayload, it is no JSON object; a code of the outbox, which cannot keep the number. */
  through(writer: PacketWriter<Bytes>): PacketWriter<Bytes>;
}

/** Start-up only. @returns Code.Absent, the engine has no SHA-256; BadOptions, the key is too short; Unknown, nothing keeps numbers over a loss of power. */
export function createSigner(ports: SigningPorts, options: SigningOptions): Signer | number {
  const digest = ports.digest;
  if (digest === null) return Code.Absent;
  if (options.key.length < KEY_MIN) return Code.BadOptions;
  const hmac = createHmac(digest, options.key, MESSAGE_MAX);
  const counter = createSignedCounter(createSigningState(ports.outbox));
  // What cannot be kept now, because the outbox is full, may be when it is needed.
  if (counter.reserve() === Code.Unknown) return Code.Unknown;
  const clock = ports.clock;
  const wall: WallTime = { day: -1, ms: 0 };

  function through(writer: PacketWriter<Bytes>): PacketWriter<Bytes> {
    const name = createView();
    const shorter = createView();
    let draft = createBuffer(PAYLOAD_MAX + ADDED_MAX);
    let message = createBuffer(MESSAGE_MAX);
    let to: Topic<Bytes> | null = null;

    function begin(topic: Topic<Bytes>): void {
      to = topic;
      draft = emptied(draft);
    }

    function text(bytes: string): void {
      draft = joinText(draft, bytes);
    }

    function integer(value: number): void {
      draft = joinInteger(draft, value);
    }

    function fixed(value: number, decimals: number): void {
      draft = joinFixed(draft, value, decimals);
    }

    function time(): void {
      clock.wall(wall);
      draft = wall.day < 0 ? joinText(draft, 'null') : joinSeconds(draft, wallUnits(wall), wallRest(wall));
    }

    function bytes(more: Bytes): void {
      if (isBytes(more)) draft = join(draft, more);
      else to = null;
    }

    function end(): number {
      const topic = to;
      to = null;
      if (topic === null) return Code.BadTopic;
      const length = draft.length - 1;
      if (length >= PAYLOAD_MAX || topic.name.length > LENGTH_SIZE + TOPIC_MAX) return Code.TooLong;
      if (length < 2 || byteAt(draft, length) !== CLOSING_BRACE) return Code.BadPayload;
      const code = counter.next();
      if (code !== Code.Ok) return code;
      draft = counter.joinTo(joinText(cut(shorter, draft, 0, length), ',"counter":'));
      message = joinSigned(message, tail(name, topic.name, LENGTH_SIZE), draft);
      const mac = hmac.of(message);
      draft = joinText(joinText(joinText(draft, ',"mac":"'), mac), '"}');
      writer.begin(topic);
      writer.bytes(draft);
      return writer.end();
    }

    return { topic: writer.topic, begin, text, integer, fixed, time, bytes, end };
  }

  return { through };
}

/** What a mote needs of it: `signing` in src/mote.ts. @returns null where payloads cannot be signed; that is said on the console. */
export type CreateSigning = (
  ports: Omit<SigningPorts, 'digest'> & { readonly log: Log },
  writer: PacketWriter<Bytes>,
) => PacketWriter<Bytes> | null;

/** Start-up only. @param digest null: the engine has no SHA-256. */
export function createSigning(digest: Digest<Bytes> | null, options: SigningOptions): CreateSigning {
  return function (ports, writer) {
    const signer = createSigner({ digest, clock: ports.clock, outbox: ports.outbox }, options);
    if (typeof signer !== 'number') return signer.through(writer);
    if (LOG) ports.log.write(Event.Unsigned, -signer);
    return null;
  };
}
