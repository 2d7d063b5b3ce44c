// A flat JSON object, read member by member where it lies: whole numbers, texts, and names such as true. One level and no escapes, so
// nothing recurses; one look at each byte is all that a document can cost. It never allocates, never throws, and takes nothing that JSON
// (RFC 8259) does not allow. What a member means is its reader's business.

import { byteAt, constant, EMPTY, standsAt, type Bytes } from '../../bytes/bytes.ts';
import { Code } from '../../ports/codes.ts';

export const enum Kind {
  Text = 1,
  /** A whole number of at most INTEGER_MAX either way. */
  Integer = 2,
  /** true, false, null, a fraction, an exponent, a number beyond that. */
  Other = 3,
}

/** Longer numbers would come too close to 2^27, from where on engines allocate. */
export const INTEGER_MAX = 99999999;
const INTEGER_ROOM = (INTEGER_MAX - 9) / 10;

/** The member that was read last. */
export interface Member {
  kind: Kind;
  /** Of an integer. */
  value: number;
  /** Of a text: its first byte, and how many. */
  at: number;
  size: number;
}

export interface FlatReader {
  readonly member: Member;
  /** Begin. @param bytes stay as they are until the last member was read. */
  open(bytes: Bytes): void;
  /** Go to the next member. @returns 1; 0 behind the last; Code.Malformed where it is no flat object, and ever after. */
  next(): number;
  /** @returns whether the member has that key. */
  isKey(key: Bytes): boolean;
  /** @returns whether the member's key begins with `head`, and what follows is `rest`. */
  isKeyOf(head: Bytes, rest: Bytes): boolean;
  /** @returns whether the member is that text. */
  isText(text: Bytes): boolean;
  /** @returns how many bytes were understood. */
  place(): number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte < ZERO + 10;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Start-up only. @returns texts as bytes that stay, for `isKey` and `isText`. */
export function createKeys(texts: readonly string[]): Bytes[] {
  const keys: Bytes[] = [];
  for (let i = 0; i < texts.length; i++) keys.push(constant(texts[i]));
  return keys;
}

/** Start-up only. */
export function createFlatReader(): FlatReader {
  const names = createKeys(['true', 'false', 'null']);
  const member: Member = { kind: Kind.Other, value: 0, at: 0, size: 0 };
  let bytes = EMPTY;
  let at = 0;
  let keyAt = 0;
  let keySize = 0;
  /** What `next` has to say; 1 while there may be more. */
  let state = 0;
  let isFirst = true;

  function open(document: Bytes): void {
    bytes = document;
    at = 0;
    state = 1;
    isFirst = true;
  }

  function fail(): number {
    state = Code.Malformed;
    return state;
  }

  /** Pass over white space. @returns the byte behind it, of no value behind the end. */
  function skip(): number {
    while (isSpace(byteAt(bytes, at))) at++;
    return byteAt(bytes, at);
  }

  /** A text begins here: printable ASCII but for quotation mark and backslash. @returns its size, -1: it is none. */
  function readText(): number {
    if (byteAt(bytes, at) !== QUOTE) return -1;
    at++;
    const from = at;
    let byte = byteAt(bytes, at);
    while (byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH) byte = byteAt(bytes, ++at);
    if (byte !== QUOTE) return -1;
    at++;
    return at - 1 - from;
  }

  /** @returns whether there is one. */
  function readDigits(): boolean {
    const from = at;
    while (isDigit(byteAt(bytes, at))) at++;
    return at > from;
  }

  /** What may stand behind the digits of a number: a fraction, an exponent. */
  function readRest(): boolean {
    let byte = byteAt(bytes, at);
    if (byte === POINT) {
      at++;
      if (!readDigits()) return false;
      byte = byteAt(bytes, at);
    }
    if (byte === 0x65 || byte === 0x45) {
      at++;
      byte = byteAt(bytes, at);
      if (byte === 0x2b || byte === MINUS) at++;
      return readDigits();
    }
    return true;
  }

  /** Digits without a zero in front. @returns whether there are some; the value is INTEGER_MAX at most. */
  function readWhole(): boolean {
    const from = at;
    let value = 0;
    let byte = byteAt(bytes, at);
    member.kind = Kind.Integer;
    while (isDigit(byte)) {
      if (value > INTEGER_ROOM) member.kind = Kind.Other;
      else value = value * 10 + byte - ZERO;
      byte = byteAt(bytes, ++at);
    }
    member.value = value;
    return at === from + 1 || (at > from && byteAt(bytes, from) !== ZERO);
  }

  function readNumber(): boolean {
    const isNegative = byteAt(bytes, at) === MINUS;
    if (isNegative) at++;
    if (!readWhole()) return false;
    if (isNegative && member.value > 0) member.value = -member.value;
    const end = at;
    if (!readRest()) return false;
    if (at > end) member.kind = Kind.Other;
    return true;
  }

  function readName(): boolean {
    for (let i = 0; i < names.length; i++) {
      if (!standsAt(bytes, names[i], at)) continue;
      at += names[i].length;
      member.kind = Kind.Other;
      return true;
    }
    return false;
  }

  function readValue(): boolean {
    const byte = skip();
    if (byte === MINUS || isDigit(byte)) return readNumber();
    if (byte !== QUOTE) return readName();
    member.at = at + 1;
    member.size = readText();
    member.kind = Kind.Text;
    return member.size >= 0;
  }

  /** Behind the object there is nothing. */
  function finish(): number {
    at++;
    skip();
    if (at < bytes.length) return fail();
    state = 0;
    return 0;
  }

  function next(): number {
    if (state !== 1) return state;
    let byte = skip();
    if (isFirst) {
      if (byte !== OPEN) return fail();
      at++;
      byte = skip();
      if (byte === CLOSE) return finish();
      isFirst = false;
    } else {
      if (byte === CLOSE) return finish();
      if (byte !== COMMA) return fail();
      at++;
      skip();
    }
    keyAt = at + 1;
    keySize = readText();
    if (keySize < 0 || skip() !== COLON) return fail();
    at++;
    return readValue() ? 1 : fail();
  }

  function isKey(key: Bytes): boolean {
    return keySize === key.length && standsAt(bytes, key, keyAt);
  }

  function isKeyOf(head: Bytes, rest: Bytes): boolean {
    const isLong = keySize === head.length + rest.length;
    return isLong && standsAt(bytes, head, keyAt) && standsAt(bytes, rest, keyAt + head.length);
  }

  function isText(text: Bytes): boolean {
    return member.kind === Kind.Text && member.size === text.length && standsAt(bytes, text, member.at);
  }

  function place(): number {
    return at < bytes.length ? at : bytes.length;
  }

  return { member, open, next, isKey, isKeyOf, isText, place };
}
