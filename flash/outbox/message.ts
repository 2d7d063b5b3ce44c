// What a record says: a message that waits for the broker, or a value of the small state by key.

/** Bytes as text where a person can read them, else in hex. */
export type Text = { readonly text: string } | { readonly hex: string };

export type MessageTime =
  | { readonly iso: string }
  /** Boot numbers are counted modulo 256. */
  | { readonly boot: number; readonly uptimeSec: number };

export interface Message {
  readonly qos: number;
  readonly retain: boolean;
  readonly topic: Text;
  readonly payload: Text;
  /** When it was taken, and the place in the payload where that is filled in when it is sent. */
  readonly time?: MessageTime;
  readonly timeAt?: number;
}

export interface StateValue {
  readonly key: number;
  readonly value: Text;
}

const KEYS = 16;
const VALUE_MAX = 32;
const RETAIN = 1;
const PROPERTIES = 1 << 5;
const WALL_CLOCK = 1;
const UPTIME = 2;

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Control characters and what is no UTF-8 would do something to a terminal: those come in hex. */
export function asText(bytes: Uint8Array): Text {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return { text };
  } catch {
    // Not UTF-8.
  }
  return { hex: Buffer.from(bytes).toString('hex') };
}

function readTime(kind: number, value: number): MessageTime | undefined {
  if (kind === WALL_CLOCK) return { iso: new Date(value * 1000).toISOString().replace('.000', '') };
  if (kind === UPTIME) return { boot: value >>> 24, uptimeSec: value & 0xffffff };
  return undefined;
}

/** @returns sequence of the message in `body`. */
export function sequenceOf(body: Uint8Array): number {
  return view(body).getUint16(0, true);
}

/** @param body two bytes or more. @returns the message, or why it is none, as a clause. */
export function readMessage(body: Uint8Array): Message | string {
  if (body.length < 6) return `a body of ${body.length} bytes is too short for a message`;
  const fields = view(body);
  const flags = fields.getUint16(2, true);
  const qos = (flags >> 1) & 3;
  const kind = (flags >> 3) & 3;
  if (qos === 3) return 'it says QoS 3';
  if (kind > UPTIME || (flags & PROPERTIES) > 0) {
    return 'its flags are of a version that this reader does not know';
  }
  const nameAt = kind === 0 ? 4 : 8;
  if (body.length < nameAt + 2) {
    return `a body of ${body.length} bytes is too short for a message with its time`;
  }
  const payloadAt = nameAt + 2 + fields.getUint16(nameAt);
  if (payloadAt > body.length) return 'its topic is longer than its body';
  const time = kind === 0 ? undefined : readTime(kind, fields.getUint32(4, true));
  return {
    qos,
    retain: (flags & RETAIN) > 0,
    topic: asText(body.subarray(nameAt + 2, payloadAt)),
    payload: asText(body.subarray(payloadAt)),
    ...(time !== undefined && { time, timeAt: flags >> 6 }),
  };
}

/** @param body two bytes or more. @returns the value, or why it is none, as a clause. */
export function readState(body: Uint8Array): StateValue | string {
  const key = sequenceOf(body);
  if (key >= KEYS) return `key ${key} is none`;
  if (body.length > 2 + VALUE_MAX) return `a value of ${body.length - 2} bytes is too long`;
  return { key, value: asText(body.subarray(2)) };
}
