// How telemetry hands a payload to the protocol without building an object: begin, fields, end.

import type { Held } from './held-string.ts';

/** Most bytes of the properties of a topic. */
export const PROPERTIES_MAX = 255;

/** A topic prepared once at start-up, with the QoS and RETAIN of all that goes to it; the rest belongs to the protocol. */
export interface Topic<B = Held> {
  /** First byte of its PUBLISH packets without DUP: QoS in bits 1 and 2, RETAIN in bit 0. */
  readonly first: number;
  /** The same as bytes; of MQTT 5.0 that of the present connection, whose broker may take no RETAIN. */
  readonly head: B;
  /** Topic name behind its two-byte length, as it stands in a packet. */
  readonly name: B;
  /** Length of its PUBLISH packets without payload, with a remaining length of one byte; with QoS 1 and 2 much more is added. */
  readonly size: number;
  /**
   * MQTT 5.0: the properties of its PUBLISH packets as they stand behind their length, at most PROPERTIES_MAX bytes; the message expiry
   * interval, if there is one, comes first. A topic alias is of one connection, and never among them. Left out: none, and there never will be any;
   * those that there are may be others for each message.
   */
  readonly properties?: B;
  /** MQTT 5.0: there is a message expiry interval among those of all messages. */
  readonly expires?: boolean;
  /** MQTT 5.0, of the present connection: what stands in the place of `name`, and with QoS 1 and 2 behind the identifier. */
  readonly wire?: B;
  readonly tail?: B;
}

/** Takes text: a packet writer, or something that counts or keeps it. */
export interface TextSink {
  text(bytes: string): void;
}

export interface PacketWriter<B = Held> {
  /**
   * Prepare a topic. Start-up only: allocates. QoS 0 and RETAIN 0 unless given.
   * @param properties MQTT 5.0, where that is built in: what all its messages come with, as `encodeProperties` puts it together; null
   * where that found it impossible. With 3.1.1 they are left out.
   * @returns null when `name` is no valid topic name (empty, over-long, wildcard, NUL, not UTF-8), `qos` none that is built in, or a
   * property not possible.
   */
  topic(name: string, qos?: number, retain?: boolean, properties?: string | null): Topic<B> | null;
  /** Start a message, dropping one that was begun and not ended. */
  begin(topic: Topic<B>): void;
  /** Append text as it is: bytes, one character each. */
  text(bytes: string): void;
  /** Append an integer in decimal. */
  integer(value: number): void;
  /** Append `value` / 10^`decimals` in decimal, with all its decimals. @param decimals 0 to 6. */
  fixed(value: number, decimals: number): void;
  /**
   * Append the time at which the message is made: seconds since 1970-01-01, or null while nobody knows. With QoS 1 and 2 over an
   * outbox that keeps it, it is put in when the message is sent, once: by then it may be known, and it stays the same ever after. What is
   * signed has the time that is known when it is made.
   */
  time(): void;
  /** Append bytes. What is none drops the message, so that `end` refuses it. */
  bytes(bytes: B): void;
  /**
   * Publish what was written.
   * @returns 0 when accepted: sent with QoS 0, in the outbox with QoS 1 and 2. Else a negative Code, and nothing is sent or kept.
   */
  end(): number;
}
