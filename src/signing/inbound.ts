// Checks messages for a mote that were signed by who holds its key: `flash/signing/signer.ts` on a host. Their form is that of
// signer.ts; their numbers only have to grow. The highest is kept before the message counts, so that no loss of power makes an old one new.

import {
  byteAt,
  constant,
  copy,
  createBuffer,
  createView,
  cut,
  emptied,
  join,
  joinText,
  standsAt,
  toText,
  type Bytes,
} from '../bytes/bytes.ts';
import { Code } from '../ports/codes.ts';
import type { Digest } from '../ports/digest.ts';
import { createHmac, joinSigned, KEY_MIN, MAC_SIZE } from './hmac.ts';
import type { SigningOptions } from './signer.ts';
import { createSigningState, type SigningStore } from './state.ts';

/** Most bytes of topic and payload. */
const MESSAGE_MAX = 1024;
/** Most digits of a number: those below 2^53. */
const DIGITS_MAX = 16;
const ZERO = 0x30;
const NINE = 0x39;

export interface InboundCounters {
  /** Messages with a right MAC and a new number; without a signature that could be read; with a wrong MAC; with a number that is not new. */
  accepted: number;
  malformed: number;
  badMacs: number;
  replays: number;
}

export interface InboundVerifier {
  /**
   * Check a message.
   * @param isKept the broker keeps it, and it does no harm if it counts again: the one that came last of all may come again. The power
   * may have gone after its number was kept, and before anything came of it.
   * @returns 0; Code.BadPayload: it has no signature; BadMac: another key, topic or payload; Replay: its number was there already or is
   * older, as it is with a message that the broker delivers twice; or a code of the outbox, which could not keep the number.
   */
  verify(topic: Bytes, payload: Bytes, isKept?: boolean): number;
  /** @returns the payload without its signature, a JSON object, after `verify` said 0; valid until the next call. */
  inner(): Bytes;
  counters(): InboundCounters;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** @returns where the digits begin that end at `end`. */
function digitsBefore(bytes: Bytes, end: number): number {
  while (end > 0 && isDigit(byteAt(bytes, end - 1))) end--;
  return end;
}

/** Start-up only. @returns Code.Absent, the engine has no SHA-256, or BadOptions, the key is too short. */
export function createInboundVerifier(
  digest: Digest<Bytes> | null,
  outbox: SigningStore,
  options: SigningOptions,
): InboundVerifier | number {
  if (digest === null) return Code.Absent;
  if (options.key.length < KEY_MIN) return Code.BadOptions;
  const hmac = createHmac(digest, options.key, MESSAGE_MAX + 1);
  const state = createSigningState(outbox);
  const counters: InboundCounters = { accepted: 0, malformed: 0, badMacs: 0, replays: 0 };
  const beforeMac = constant(',"mac":"');
  const afterMac = constant('"}');
  const tailSize = beforeMac.length + MAC_SIZE + afterMac.length;
  const beforeNumber = constant('"counter":');
  const signedView = createView();
  const numberView = createView();
  const restView = createView();
  let number = createBuffer(DIGITS_MAX);
  let message = createBuffer(MESSAGE_MAX + 1);
  let rest = createBuffer(MESSAGE_MAX);

  /** @returns where the number begins, whose digits end at `end`; -1: the payload has no signature there. */
  function findNumber(payload: Bytes, end: number): number {
    if (end < 2 || !standsAt(payload, beforeMac, end)) return -1;
    if (!standsAt(payload, afterMac, payload.length - afterMac.length)) return -1;
    const at = digitsBefore(payload, end);
    const length = end - at;
    if (length === 0 || length > DIGITS_MAX || byteAt(payload, at) === ZERO) return -1;
    // A comma before its name, or the brace where there is nothing else.
    const named = at - beforeNumber.length;
    return named > 0 && standsAt(payload, beforeNumber, named) ? at : -1;
  }

  /** @returns whether `one` is greater than `other`; decimals without zeros in front. */
  function isGreater(one: Bytes, other: Bytes): boolean {
    if (one.length !== other.length) return one.length > other.length;
    for (let i = 0; i < one.length; i++) {
      if (byteAt(one, i) !== byteAt(other, i)) return byteAt(one, i) > byteAt(other, i);
    }
    return false;
  }

  /** @returns whether the number is the last one that came. */
  function isLast(): boolean {
    const last = state.highest();
    return number.length === last.length && standsAt(number, last, 0);
  }

  /** @returns 0, Code.Replay, or a code of the outbox. */
  function takeNumber(): number {
    if (isGreater(number, state.highest())) return state.keepHighest(number);
    counters.replays++;
    return Code.Replay;
  }

  function verify(topic: Bytes, payload: Bytes, isKept?: boolean): number {
    const end = payload.length - tailSize;
    const at = topic.length + payload.length > MESSAGE_MAX ? -1 : findNumber(payload, end);
    if (at < 0) {
      counters.malformed++;
      return Code.BadPayload;
    }
    const mac = toText(payload, end + beforeMac.length, MAC_SIZE);
    message = joinSigned(message, topic, cut(signedView, payload, 0, end));
    if (!hmac.isSame(hmac.of(message), mac)) {
      counters.badMacs++;
      return Code.BadMac;
    }
    number = copy(number, cut(numberView, payload, at, end - at));
    const code = isKept === true && isLast() ? Code.Ok : takeNumber();
    if (code !== Code.Ok) return code;
    counters.accepted++;
    const before = at - beforeNumber.length - 1;
    rest = joinText(join(emptied(rest), cut(restView, payload, 0, before)), before === 0 ? '{}' : '}');
    return Code.Ok;
  }

  return { verify, inner: () => rest, counters: () => counters };
}
