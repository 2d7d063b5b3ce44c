// A ring of flash pages to which records are appended, and in which each is marked when it is done with. What it has taken
// survives a power cut at any instant; its memory is the same for two pages and for hundreds. Knows nothing of messages:
// a record is bytes that begin with two of a sequence. The layout on the flash is in docs/outbox.md.

import {
  byteAt,
  constant,
  copy,
  createBuffer,
  createView,
  cut,
  emptied,
  EMPTY,
  flipped,
  join,
  joinDouble,
  joinWord,
  keep,
  standsAt,
  wordAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { stepCrc, type Crc32 } from '../bytes/crc32-step.ts';
import { Code } from '../ports/codes.ts';
import { BATCH, LAZY, STATE, V5 } from '../features.ts';
import type { FlashBytes } from '../ports/flash.ts';
import {
  ACCOUNT_MAX,
  BATCH_MAX,
  CLIENT_ID_MAX,
  laterSequence,
  SEQUENCE_MAX,
  STATE_KEYS,
  STATE_MAX,
  StateKey,
} from '../ports/outbox.ts';

// A page begins with its header, and what is said when the first record comes to it.
/** Header: magic 4, nonce 4, page sequence 4, erase count 4, longest body 2, program unit 1, abilities 1, crc 4. */
const HEADER = 24;
/** Opening: page sequence of the head 4, its place 2, sequence of the last message before 2, 0 4, crc 4. */
const OPENING = 16;
/** Where the records begin. */
const FIRST = HEADER + OPENING;
/** Record: length and marks 2, the same inverted 2, crc of the body 4; then the marks, the body, and FF up to a program unit. */
const FRAME = 8;
const CRC_AT = 4;
/** First word of a record that is not there: all bits or none, and the same in the second. */
const BLANK_CHECK = 0xffff;
/** What a page needs besides the body of a record, at most: header, opening, frame, marks and padding of units of eight bytes. */
export const PAGE_OVERHEAD = 72;
/** Length of a body: the lower 12 bits of a record's first word; above them the number of its marks. */
const LENGTH_MASK = 0xfff;
const MARKS_SHIFT = 12;
/** Marks of one message at most; a record of several has one more than those, and no more bytes in all than one of one. */
export const MARKS_MAX = 2;
const BATCH_MARKS = BATCH ? BATCH_MAX + 1 : MARKS_MAX;
/** What the records of a page may be that not every firmware reads: several messages in one, 1; messages with properties, 2. */
const ABILITIES_AT = 19;
const PLAIN_ABILITIES = BATCH ? 1 : 0;
const ABILITIES = V5 ? 2 + PLAIN_ABILITIES : PLAIN_ABILITIES;

/** Body of a record of state, which has no marks: key 1, the same inverted 1, the value. */
const STATE_FIELDS = 2;
/** Longest value of any key. */
const VALUE_MAX = V5 ? CLIENT_ID_MAX : STATE_MAX;
/** Bytes of a record of one that is not longer than others may be, and of the longest. */
const STATE_SIZE = (FRAME + STATE_FIELDS + STATE_MAX + 7) & -8;
const LONGEST_STATE = (FRAME + STATE_FIELDS + VALUE_MAX + 7) & -8;
const ACCOUNT_STATE = (FRAME + STATE_FIELDS + ACCOUNT_MAX + 7) & -8;
/** Added to the key of what was written when its page was begun. */
const CARRIED = 0x40;
/** A key of our own says how far `leave` has come: page sequence of the head 4, its place 2. */
const HEAD_KEY = STATE_KEYS;
const HEAD_SIZE = 6;
const HAS_HEAD = LAZY && STATE;
/** Behind that key there are those of MQTT 5.0. */
const KEYS = V5 ? StateKey.Version + 1 : STATE_KEYS + (HAS_HEAD ? 1 : 0);
/** Longest value that `note` takes. */
const NOTE_MAX = 10;
/** What all state may take of a page that has less room to give: a part of so many. */
const STATE_PART = 4;

/** Ends with the version of the layout. */
const MAGIC = constant('MOT\x01');
const MAGIC_SIZE = 4;
const CRC_SIZE = 4;
/** Place of nonce and page sequence, which all checksums of a page begin with. */
const KEY_AT = 4;
const KEY_SIZE = 8;
const NONCE_SIZE = 4;
/** In one of the first places of the last page: all is to be formatted, whatever else stands there. */
const INTENT = constant('MOTE!FMT');
const INTENT_SIZE = 8;
const INTENTS = 8;

const BLANK = constant('\xff\xff\xff\xff\xff\xff\xff\xff');
const ZEROS = constant('\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0');
/** Places that a record is tried in before the flash is called worn out. */
const TRIES = 3;
/** Page sequences end here; no flash lasts that long. */
const PAGE_MAX = 0x7ffffff;

/** A record that a walk has come to. */
export interface Place {
  slot: number;
  at: number;
  /** Bytes up to the next record. */
  size: number;
  /** Bytes of the body. */
  length: number;
  marks: number;
  /** Its first mark is set. */
  done: boolean;
}

/** @returns a place for a walk. Start-up only. */
export function createPlace(): Place {
  return { slot: 0, at: 0, size: 0, length: 0, marks: 0, done: false };
}

export interface LogCounters {
  /** Bodies and headers in which one bit was wrong. */
  mended: number;
  /** Places that hold neither a record nor nothing. */
  damaged: number;
  /** Pages that could not be erased, or took no record. */
  worn: number;
}

export interface Log {
  readonly counters: LogCounters;
  /** Bytes of the record that was appended last. */
  readonly written: { readonly size: number };
  /** Find what is there, or format a blank flash. @param nonce differs from life to life. @returns 0, or Code.Foreign, OldFormat, WornOut, Range. */
  open(nonce: number): number;
  /** Erase everything and begin anew. @returns 0, or Code.WornOut. */
  format(nonce: number): number;
  /** @returns sequence of the last record with marks, 0 before the first. */
  sequence(): number;
  /** @returns how many sequences were given since the flash was formatted. */
  given(): number;
  /**
   * Append a record. @param body begins with its sequence. @param last the last
   * message's sequence from now on. @returns its address, or Code.Full, TooLong, WornOut.
   */
  append(marks: number, body: Bytes, last: number): number;
  /** Set mark number `mark` of the record of `size` bytes at `address`. */
  mark(address: number, mark: number, size: number): void;
  /** Move `place` to the oldest record with marks that is not done. @returns whether there is one. */
  first(place: Place): boolean;
  /** Move `place` to the next record, whatever it is. @returns whether there is one. */
  next(place: Place): boolean;
  /** @returns address of a record. */
  addressOf(place: Place): number;
  /** Move `place` to the record at `address`. @returns whether there is one. */
  find(place: Place, address: number): boolean;
  /** @returns the body of a record, valid until the next call; EMPTY when it is damaged. */
  body(place: Place): Bytes;
  /** @returns the marks of a record behind the first that are set, bit n for mark number n. */
  marksOf(place: Place): number;
  /** Leave a record behind for good without a mark, where it is the oldest that is not done. `settle` says so to the next start. @returns whether it is. */
  leave(address: number, size: number): boolean;
  /** Write down how far `leave` has come. @returns 0, Code.Unknown where its page cannot be read, or a code of `append`. */
  settle(): number;
  /** @returns whether the page is prepared that comes next. */
  hasSpare(): boolean;
  /** @returns whether the next page is not to be had because of a record that is not done. */
  isBlocked(): boolean;
  /** @returns what `remember` last took for `key`, valid until the next call; EMPTY when there is nothing. */
  recall(key: number): Bytes;
  /** Keep `value` in the place of what is kept for `key`. @returns 0, or Code.Range, TooLong, Full, WornOut. */
  remember(key: number, value: Bytes): number;
  /**
   * Keep `value`, of at most NOTE_MAX bytes, in the room that is left for that in the page that is written; where it has none any more, the next page
   * begins with it. @returns whether it stands there.
   */
  note(key: number, value: Bytes): boolean;
  /**
   * @returns whether the power may have gone away while the oldest page was given up without a note: the last thing that was written is torn, so
   * that its page takes none, and no other page was free.
   */
  isDoubtful(): boolean;
  /** @returns page sequence of the page of the oldest record that is not done. */
  oldestPage(): number;
  /** @returns bytes from the oldest record that may not be done to the end of the last one. */
  used(): number;
  /** Prepare the next page, if one is to be had. @returns whether something was done. */
  idle(): boolean;
}

/** @returns bits that are 0 in `count` bytes from `at` on, neither all nor none of which are. */
function countZeros(bytes: Bytes, at: number, count: number): number {
  let found = 0;
  for (let i = at; i < at + count; i++) {
    const byte = byteAt(bytes, i);
    for (let bit = 1; bit < 256; bit <<= 1) if ((byte & bit) === 0) found++;
  }
  return found;
}

/** @returns 0, 1 and up to `most` times `size` blank bytes. */
function createBlanks(size: number, most: number): Bytes[] {
  const blanks: Bytes[] = [];
  let text = '';
  for (let i = 0; i <= most * size; i++) {
    if (i % size === 0) blanks.push(constant(text));
    text += '\xff';
  }
  return blanks;
}

function doubleAt(bytes: Bytes, at: number): number {
  return wordAt(bytes, at) | (wordAt(bytes, at + 2) << 16);
}

/** @returns bytes at the end of each page for what `note` takes, if it is to be used: a frame, the fields of state, and the value. */
export function noteRoom(isNoting: boolean, unit: number): number {
  return isNoting ? (FRAME + STATE_FIELDS + NOTE_MAX + unit - 1) & -unit : 0;
}

/** @returns bytes of a page of `pageSize` bytes that state may take. */
export function stateRoom(pageSize: number): number {
  const most = V5 ? STATE_KEYS * STATE_SIZE + ACCOUNT_STATE + LONGEST_STATE : STATE_KEYS * STATE_SIZE;
  return most < pageSize / STATE_PART ? most : pageSize / STATE_PART;
}

/**
 * @param recordMax longest body. @param onErase a page is about to be erased. @param reserve noteRoom, if there shall be room for `note`, else 0.
 * Start-up only.
 */
export function createLog(
  flash: FlashBytes<Bytes>,
  recordMax: number,
  onErase: (from: number, to: number) => void,
  reserve: number,
): Log {
  const geometry = flash.geometry;
  const base = geometry.base;
  const pageSize = geometry.pageSize;
  const pages = geometry.pages;
  const unit = geometry.programUnit;
  const ecc = geometry.ecc;
  const written = { size: 0 };
  const counters: LogCounters = { mended: 0, damaged: 0, worn: 0 };
  const markZeros = constant(unit === 8 ? '\0\0\0\0\0\0\0\0' : '\0\0\0\0');
  /** So many marks that are not set; so many bytes behind a body. */
  const blankMarks = createBlanks(unit, MARKS_MAX);
  const pads = createBlanks(1, unit - 1);

  /** The page that is written, its page sequence, and where the next record goes; pageSize: it takes none any more. */
  let tail = 0;
  let tailPage = 0;
  let tailAt = pageSize;
  let tailKey = createBuffer(KEY_SIZE);
  /** The prepared page that comes next, -1 when there is none. */
  let spare = -1;
  /** Before it there is nothing that is not done. */
  const head = createPlace();
  /** Its address: where the oldest record that is not done stands, or will stand. */
  let headAddress = -1;
  /** Where the records of the page before the one that is written end, -1: not known. */
  let leftAddress = -1;
  /** In the page that is written, nothing before this is not done: a start has seen that. */
  let tailHead = FIRST;
  let sequence = 0;
  /** The same when the page that is written was begun, and how often they had begun anew by then. */
  let openedAt = 0;
  let rounds = 0;
  /** No record goes beyond this. */
  let pageEnd = pageSize - reserve;
  /** What found no room: key and value, that the next page begins with. */
  let notedKey = -1;
  let noted = createBuffer(reserve);
  /** Of each key: place of its record in the page that is written, 0: none; bytes of its body; place in the page that comes next. */
  const states: Int16Array | number[] = STATE ? new Int16Array(3 * KEYS) : [];
  const statePlace = createPlace();
  let stateBody = createBuffer(STATE_FIELDS + VALUE_MAX);
  let headNote = createBuffer(HEAD_SIZE);
  let carriedBody = createBuffer(STATE_FIELDS + VALUE_MAX);
  /** How often the page was erased that was erased most often. */
  let erases = 0;
  /** Something happened that may free a page. */
  let isDue = true;
  let isOld = false;
  /** A page of this life may hold records that this firmware cannot read. */
  let isBeyond = false;

  let buffer = createBuffer(recordMax + FRAME + (MARKS_MAX + 1) * unit);
  let nonce = createBuffer(NONCE_SIZE);
  let hasNonce = false;
  /** Key of the page that a walk is in. */
  let walkKey = createBuffer(KEY_SIZE);
  let walkSlot = -1;
  /** Its page sequence, and the longest body that it was made for. */
  let walkPage = 0;
  let walkLongest = 0;
  let walkAbilities = 0;
  /** An older firmware began the page that is written, and may read it again: what it cannot read goes to the next one. */
  let isPlain = false;
  const view = createView();
  const wrongBit: Crc32 = { high: 0, low: 0 };
  const place = createPlace();

  /** @inline */
  function address(slot: number, at: number): number {
    return base + slot * pageSize + at;
  }

  function read(slot: number, at: number, length: number): Bytes {
    return flash.read(base + slot * pageSize + at, length);
  }

  function isBlank(slot: number, from: number, to: number): boolean {
    return from >= to || flash.isBlank(base + slot * pageSize + from, to - from);
  }

  /**
   * @param at where the checksum stands. @param from where the `count` bytes begin that it is of.
   * @returns `bytes`, mended where one bit is wrong; EMPTY when they are not what was written.
   */
  function sound(bytes: Bytes, at: number, seed: Bytes, from: number, count: number): Bytes {
    const crc = flash.crc(seed, cut(view, bytes, from, count));
    const low = wordAt(crc, 0) ^ wordAt(bytes, at);
    const high = wordAt(crc, 2) ^ wordAt(bytes, at + 2);
    if (low === 0 && high === 0) return bytes;
    counters.mended++;
    // One bit of the checksum itself.
    const both = low | high;
    if ((low === 0 || high === 0) && (both & (both - 1)) === 0) return bytes;
    // What a wrong bit does to the checksum depends on its distance from the end only: go back until it is what is seen.
    wrongBit.high = 0;
    wrongBit.low = 1;
    for (let bit = count * 8 - 1; bit >= 0; bit--) {
      stepCrc(wrongBit);
      if (wrongBit.low === low && wrongBit.high === high) {
        return flipped(bytes, from + (bit >> 3), 1 << (bit & 7));
      }
    }
    counters.mended--;
    return EMPTY;
  }

  /** @returns whether one byte of the magic is wrong: the checksum tells more. */
  function isNearlyMagic(bytes: Bytes): boolean {
    let wrong = 0;
    for (let i = 0; i < MAGIC_SIZE; i++) if (byteAt(bytes, i) !== byteAt(MAGIC, i)) wrong++;
    return wrong === 1;
  }

  /** Read the header of a page of this life. @returns it, EMPTY when there is none. */
  function header(slot: number): Bytes {
    let bytes = read(slot, 0, HEADER);
    if (!standsAt(bytes, MAGIC, 0) && !isNearlyMagic(bytes)) return EMPTY;
    bytes = sound(bytes, HEADER - CRC_SIZE, EMPTY, 0, HEADER - CRC_SIZE);
    if (bytes.length === 0) return EMPTY;
    if (!standsAt(bytes, MAGIC, 0)) {
      isOld = true;
      return EMPTY;
    }
    if (hasNonce && !standsAt(bytes, nonce, KEY_AT)) return EMPTY;
    if ((byteAt(bytes, ABILITIES_AT) & ~ABILITIES) > 0) {
      isBeyond = true;
      return EMPTY;
    }
    const count = doubleAt(bytes, 12);
    if (count > erases) erases = count;
    return bytes;
  }

  /** Bring a walk to a page. @returns its page sequence, 0 when it is none. */
  function enter(slot: number): number {
    const bytes = header(slot);
    if (bytes.length === 0) return 0;
    walkKey = keep(walkKey, cut(view, bytes, KEY_AT, KEY_SIZE), 0);
    walkSlot = slot;
    walkLongest = wordAt(bytes, 16);
    walkPage = doubleAt(bytes, 8);
    if (V5) walkAbilities = byteAt(bytes, ABILITIES_AT);
    return walkPage;
  }

  /** A page without a header is none. */
  function kill(slot: number): void {
    if (walkSlot === slot) walkSlot = -1;
    flash.write(ZEROS, address(slot, 0));
  }

  /** @returns key of page sequence `page`. */
  function joinKey(to: Bytes, page: number): Bytes {
    return joinDouble(join(to, nonce), page);
  }

  /** Program what stands in `buffer`, and its checksum. @returns whether it stands there. */
  function programSummed(slot: number, at: number, seed: Bytes): boolean {
    buffer = join(buffer, flash.crc(seed, buffer));
    return flash.program(buffer, address(slot, at));
  }

  /** Make a page ready for records. Its old header dies first, so that half an erase brings nothing back. @returns whether it is. */
  function prepare(slot: number, page: number): boolean {
    const old = header(slot);
    const count = (old.length > 0 ? doubleAt(old, 12) : erases) + 1;
    onErase(address(slot, 0), address(slot, pageSize));
    kill(slot);
    for (let tries = 2; tries > 0; tries--) {
      flash.erase(slot);
      // What looks blank is not thereby erased; but what is erased and does not look so is worn out.
      if (!isBlank(slot, 0, pageSize)) continue;
      if (count > erases) erases = count;
      buffer = joinDouble(joinKey(join(emptied(buffer), MAGIC), page), count);
      buffer = joinWord(joinWord(buffer, recordMax), unit | (ABILITIES << 8));
      if (programSummed(slot, 0, EMPTY)) return true;
      kill(slot);
      break;
    }
    counters.worn++;
    return false;
  }

  /** @returns what is kept for `key`; EMPTY when there is nothing, or it is damaged. */
  function stateOf(key: number): Bytes {
    if (states[key] === 0) return EMPTY;
    statePlace.slot = tail;
    statePlace.at = states[key];
    statePlace.length = states[KEYS + key];
    const bytes = body(statePlace);
    return bytes.length === 0 ? EMPTY : cut(view, bytes, STATE_FIELDS, bytes.length - STATE_FIELDS);
  }

  function joinState(to: Bytes, key: number, value: Bytes): Bytes {
    return join(joinWord(emptied(to), key | (~key << 8)), value);
  }

  /** Write all state into the page that comes next, whose key is `walkKey`. @returns place behind it, 0 when the page does not take it. */
  function carry(slot: number): number {
    let at = FIRST;
    for (let key = 0; key < KEYS; key++) {
      const value = key === notedKey ? noted : stateOf(key);
      states[2 * KEYS + key] = 0;
      if (value.length === 0) continue;
      carriedBody = joinState(carriedBody, key | CARRIED, value);
      if (!flash.program(joinRecord(0, carriedBody, carriedBody.length, walkKey), address(slot, at))) {
        return 0;
      }
      states[2 * KEYS + key] = at;
      at += sizeOf(0, carriedBody.length);
    }
    return at;
  }

  /** The page that state was carried to is the one that is written from now on. */
  function arrive(): void {
    for (let key = 0; STATE && key < KEYS; key++) states[key] = states[2 * KEYS + key];
    if (notedKey >= 0) states[KEYS + notedKey] = STATE_FIELDS + noted.length;
    notedKey = -1;
  }

  /** @returns page sequence of the page of the head, 0 when that cannot be read. */
  function pageOfHead(): number {
    return head.slot === tail ? tailPage : enter(head.slot);
  }

  /** The head has come to the end of the page before: it goes on in the one that is written. */
  function cross(): void {
    head.slot = tail;
    head.at = tailHead;
    headAddress = addressOf(head);
  }

  /** Begin with a prepared page: its opening is the last that is written, so that a page that has one has all. @returns whether it takes that. */
  function begin(slot: number, page: number): boolean {
    const headPage = tailPage > 0 ? pageOfHead() : page;
    walkKey = joinKey(emptied(walkKey), page);
    walkSlot = -1;
    const at = STATE ? carry(slot) : FIRST;
    if (sequence < openedAt) rounds++;
    openedAt = sequence;
    buffer = joinDouble(emptied(buffer), headPage);
    buffer = joinDouble(joinWord(joinWord(buffer, head.at), sequence), rounds);
    if (at === 0 || !programSummed(slot, HEADER, walkKey)) {
      kill(slot);
      counters.worn++;
      return false;
    }
    leftAddress = address(tail, tailAt);
    if (tailPage === 0) headAddress = leftAddress;
    tailKey = keep(tailKey, walkKey, 0);
    tail = slot;
    tailPage = page;
    tailAt = tailHead = at;
    if (V5) isPlain = false;
    // Where nothing is held, the head goes along.
    if (headAddress === leftAddress) cross();
    arrive();
    isDue = true;
    return true;
  }

  function idle(): boolean {
    if (spare >= 0 || !isDue) return false;
    isDue = false;
    if (tailPage >= PAGE_MAX) return false;
    first(place);
    for (let i = 1; i < pages; i++) {
      const slot = (tail + i) % pages;
      // What comes next holds the oldest record that is not done.
      if (slot === head.slot) return false;
      if (prepare(slot, tailPage + 1)) {
        spare = slot;
        return true;
      }
    }
    return true;
  }

  /** Go on in the next page. @returns 0, Code.Full, or Code.WornOut when there is a page to be had, but none works. */
  function advance(): number {
    for (let tries = TRIES; tries > 0; tries--) {
      if (spare < 0) {
        isDue = true;
        const done = idle();
        if (spare < 0) return done ? Code.WornOut : Code.Full;
      }
      const slot = spare;
      spare = -1;
      if (begin(slot, tailPage + 1)) return Code.Ok;
    }
    return Code.WornOut;
  }

  /** Bytes of a record. @inline */
  function sizeOf(marks: number, length: number): number {
    return (length + (marks * unit + (FRAME + unit - 1))) & -unit;
  }

  /** @returns sequence of the last message of a record that begins with `first`. */
  function lastOf(marks: number, first: number): number {
    return BATCH && marks > MARKS_MAX ? laterSequence(first, marks - 2) : first;
  }

  /** The record at `at` is none, and never shall be one: nothing behind it is read any more. */
  function bury(at: number): void {
    flash.write(cut(view, ZEROS, 0, FRAME), address(tail, at));
    tailAt = pageSize;
  }

  /** @returns where the page ends for a record: before it, unless every firmware reads such a one; a value of a key that it does not know it leaves alone. */
  function endOfPlain(marks: number, length: number): number {
    return marks > 0 || length > STATE_FIELDS + STATE_MAX ? 0 : pageEnd;
  }

  /** @param key of the page that it is for. @returns the record of `body`, with none of its marks set. @hot */
  function joinRecord(marks: number, body: Bytes, length: number, key: Bytes): Bytes {
    const word = length | (marks << MARKS_SHIFT);
    let record = copy(buffer, flash.frame(word, key, body));
    for (let more = marks; BATCH && more > MARKS_MAX; more--) record = join(record, blankMarks[1]);
    const blank = blankMarks[BATCH && marks > MARKS_MAX ? MARKS_MAX : marks];
    return join(join(join(record, blank), body), pads[-length & (unit - 1)]);
  }

  /** @hot */
  function append(marks: number, body: Bytes, last: number): number {
    const length = body.length;
    if (length > recordMax) return Code.TooLong;
    written.size = sizeOf(marks, length);
    let tries = TRIES;
    let where: number;
    // One way out: so it can stand in the place of its call.
    do {
      where =
        tailAt + written.size > (V5 && isPlain ? endOfPlain(marks, length) : pageEnd) ? advance() : Code.Ok;
      if (where < 0) break;
      where = address(tail, tailAt);
      if (flash.program(joinRecord(marks, body, length, tailKey), where)) break;
      bury(tailAt);
      counters.worn++;
      where = Code.WornOut;
    } while (--tries > 0);
    if (where > 0) {
      tailAt += written.size;
      sequence = last;
    }
    return where;
  }

  /** @hot */
  function mark(where: number, number: number, size: number): void {
    flash.write(markZeros, where + (FRAME + number * unit));
    isDue = true;
    // The next look for the oldest record need not read this one again.
    if (where === headAddress && number === 0) {
      head.at += size;
      headAddress += size;
      if (headAddress === leftAddress) cross();
    }
  }

  /** Take `word` for the first of a record at `to.at`. @returns whether that may be. */
  function take(to: Place, word: number, end: number): boolean {
    to.length = word & LENGTH_MASK;
    to.marks = word >> MARKS_SHIFT;
    to.size = sizeOf(to.marks, to.length);
    return to.marks <= BATCH_MARKS && to.length > 1 && to.at + to.size <= end;
  }

  function readRecord(from: Place): Bytes {
    return read(from.slot, from.at, FRAME + from.marks * unit + from.length);
  }

  function keyOf(slot: number): Bytes {
    if (slot === tail) return tailKey;
    if (slot !== walkSlot) enter(slot);
    return walkKey;
  }

  /** @returns the record, mended where one bit of its body is wrong; EMPTY when it is damaged. */
  function soundRecord(from: Place): Bytes {
    const key = keyOf(from.slot);
    return sound(readRecord(from), CRC_AT, key, FRAME + from.marks * unit, from.length);
  }

  /** @returns bits of the mark at `at` that are 0. */
  function zerosOf(bytes: Bytes, at: number): number {
    if (standsAt(bytes, blankMarks[1], at)) return 0;
    return standsAt(bytes, markZeros, at) ? unit * 8 : countZeros(bytes, at, unit);
  }

  /** Half a mark may read as none the next time: make it a whole one. @param zeros bits of it that are 0. @returns whether it is set. */
  function settleMark(of: Place, number: number, zeros: number): boolean {
    const isSet = zeros > unit * 4;
    if (isSet && zeros < unit * 8 && of.marks > number) mark(addressOf(of), number, of.size);
    return isSet;
  }

  /** Take what stands at `to.at` for a record whose header may be wrong. @returns whether its checksum says so. @apart */
  function isRecord(to: Place, word: number, end: number): boolean {
    if (!take(to, word, end)) return false;
    // The checksum says nothing of the marks; but no sequence is what state begins with.
    const bytes = body(to);
    return bytes.length > 0 && wordAt(bytes, 0) <= SEQUENCE_MAX === to.marks > 0;
  }

  /** Move `to` to the first record of its page at `to.at` or behind. @returns whether there is one. */
  function seek(to: Place): boolean {
    const end = to.slot === tail ? tailAt : pageSize;
    let isLost = false;
    for (; to.at + FRAME + unit <= end; to.at += unit) {
      const bytes = read(to.slot, to.at, FRAME + unit);
      const word = wordAt(bytes, 0);
      const check = wordAt(bytes, 2) ^ 0xffff;
      const zeros = zerosOf(bytes, FRAME);
      to.done = zeros > unit * 4;
      if (!isLost) {
        // Blank, or buried: there is no more.
        if (check === BLANK_CHECK - word && word % BLANK_CHECK === 0) return false;
        if (word === check && take(to, word, end)) {
          settleMark(to, 0, zeros);
          return true;
        }
        counters.damaged++;
        isLost = true;
      }
      // One bit of the header is wrong, or more: then only what has the right checksum is a record.
      if (isRecord(to, word, end) || isRecord(to, check, end)) return true;
    }
    return false;
  }

  /** Move `to` to the first record at its place or behind, over pages. @returns whether there is one. */
  function scan(to: Place): boolean {
    for (let i = pages; i > 0; i--) {
      if (seek(to)) return true;
      if (to.slot === tail) return false;
      do to.slot = (to.slot + 1) % pages;
      while (to.slot !== tail && enter(to.slot) === 0);
      to.at = to.slot === tail ? tailHead : FIRST;
    }
    return false;
  }

  function next(to: Place): boolean {
    to.at += to.size;
    return scan(to);
  }

  function first(to: Place): boolean {
    to.slot = head.slot;
    to.at = head.at;
    let found = scan(to);
    while (found && (to.done || to.marks === 0)) found = next(to);
    head.slot = to.slot;
    head.at = to.at;
    headAddress = addressOf(to);
    return found;
  }

  function find(to: Place, where: number): boolean {
    to.at = (where - base) % pageSize;
    // A fraction would take memory in JerryScript.
    to.slot = (where - base - to.at) / pageSize;
    return seek(to);
  }

  function addressOf(from: Place): number {
    return address(from.slot, from.at);
  }

  function body(from: Place): Bytes {
    const bytes = soundRecord(from);
    if (bytes.length === 0) return EMPTY;
    return cut(view, bytes, FRAME + from.marks * unit, from.length);
  }

  function marksOf(from: Place): number {
    let set = 0;
    // Not the first: where that is torn it may read as set now, and a walk has taken it for not set.
    for (let number = 1; number < from.marks; number++) {
      const bytes = read(from.slot, from.at + FRAME + number * unit, unit);
      if (settleMark(from, number, zerosOf(bytes, 0))) set |= 1 << number;
    }
    return set;
  }

  /** It is called once, and mostly not: a firmware acknowledges with marks. @apart */
  function leave(where: number, size: number): boolean {
    // Over the end of a page, or over what is done.
    if (where !== headAddress) first(place);
    if (where !== headAddress) return false;
    head.at += size;
    headAddress += size;
    isDue = true;
    return true;
  }

  function settle(): number {
    const page = HAS_HEAD ? pageOfHead() : 0;
    if (page === 0) return Code.Unknown;
    headNote = joinWord(joinDouble(emptied(headNote), page), head.at);
    return keepState(HEAD_KEY, headNote);
  }

  function isBlocked(): boolean {
    return spare < 0 && !isDue && tailPage < PAGE_MAX;
  }

  /**
   * Program once more what was read, so that it stays what it was judged to be: bits of a torn program may read as either each
   * time. Parts with ECC take no second program.
   */
  function refresh(slot: number, at: number, bytes: Bytes): void {
    if (!ecc) flash.write(bytes, address(slot, at));
  }

  /** A prepared page that no record came to yet. */
  function openSpare(slot: number): void {
    if (V5 && walkAbilities !== ABILITIES) {
      kill(slot);
      return;
    }
    const isFresh = !ecc && isBlank(slot, HEADER, STATE ? FIRST + (V5 ? LONGEST_STATE : STATE_SIZE) : FIRST);
    const bytes = header(slot);
    if (isFresh && bytes.length > 0) {
      refresh(slot, 0, bytes);
      spare = slot;
    } else {
      kill(slot);
    }
  }

  /** Where `settle` has said something since the page that is written was begun, that is the head. */
  function takeHead(): void {
    // What is about to be written again was sound once, and may not be a second time.
    const isCopied = stateBody.length > 0 && byteAt(stateBody, 0) === HEAD_KEY;
    const note = isCopied ? cut(view, stateBody, STATE_FIELDS, HEAD_SIZE) : stateOf(HEAD_KEY);
    if (note.length < HEAD_SIZE) return;
    const page = doubleAt(note, 0);
    const at = wordAt(note, 4);
    if (page > tailPage || page < headPage || (page === headPage && at < head.at)) return;
    headPage = page;
    head.at = at;
  }

  /** Find the head: in the oldest page that is left, and not before what the tail's opening says. */
  function openHead(): void {
    if (HAS_HEAD && isOpened) takeHead();
    let page = tailPage;
    head.slot = tail;
    for (let i = 1; i < pages && page > headPage; i++) {
      const slot = (tail - i + pages) % pages;
      const found = enter(slot);
      if (found === 0) continue;
      if (found >= page || found < headPage) break;
      head.slot = slot;
      page = found;
    }
    if (page !== headPage) head.at = FIRST;
  }

  /** @returns key of a record of state, as it stands in its body; KEYS when it is none. */
  function readKey(of: Place): number {
    if (of.marks > 0) return KEYS;
    let bytes = read(of.slot, of.at + FRAME, STATE_FIELDS);
    const key = byteAt(bytes, 0);
    if ((key ^ byteAt(bytes, 1)) === 255) return key;
    // A bit of it is wrong: the checksum says which.
    bytes = body(of);
    return bytes.length === 0 ? KEYS : byteAt(bytes, 0);
  }

  /** The record at `at` of the page that is written is what is kept for `key`. */
  function noteState(at: number, key: number, length: number): void {
    const index = key & ~CARRIED;
    if (!STATE || index >= KEYS) return;
    states[index] = at;
    states[KEYS + index] = length;
  }

  /** Place of the last message in the page that is written, 0 when there is none. */
  let lastMessage = 0;

  /**
   * Go through the records of the page that is written that begin before `end`, and note the state that is in them: not that of
   * the last one in the page, which may be torn, so that it reads as either each time. `tailAt` is behind them then.
   * @returns place of the last one, 0 when there is none.
   */
  function walkTail(end: number): number {
    let last = 0;
    let at = FIRST;
    let isDone = true;
    let key = KEYS;
    let length = 0;
    tailHead = FIRST;
    tailAt = pageSize;
    lastMessage = 0;
    for (let i = 0; STATE && i < KEYS; i++) states[i] = 0;
    place.slot = tail;
    place.at = FIRST;
    while (seek(place) && place.at < end) {
      noteState(last, key, length);
      last = place.at;
      at = last + place.size;
      if (STATE) {
        length = place.length;
        key = readKey(place);
      }
      if (place.marks > 0) {
        lastMessage = last;
        isDone = isDone && place.done;
      }
      place.at = at;
      if (isDone) tailHead = at;
    }
    if (end < pageSize) noteState(last, key, length);
    tailAt = at;
    return last;
  }

  /** Move `place` to the record at `at` of the page that is written. @returns its body, EMPTY when it is damaged. */
  function visit(at: number): Bytes {
    place.slot = tail;
    place.at = at;
    return seek(place) && place.at === at ? body(place) : EMPTY;
  }

  /** @returns sequence of the last message in `bytes`, the body of the record at `place`. */
  function lastIn(bytes: Bytes): number {
    return lastOf(place.marks, wordAt(bytes, 0));
  }

  /** Read the sequence of the last message in the page that is sound. The opening has said it, where there is none. */
  function openSequence(): void {
    if (lastMessage === 0) return;
    const bytes = visit(lastMessage);
    if (bytes.length > 0) {
      sequence = lastIn(bytes);
      return;
    }
    place.at = FIRST;
    while (seek(place) && place.at < lastMessage) {
      const other = place.marks > 0 ? body(place) : EMPTY;
      if (other.length > 0) sequence = lastIn(other);
      place.at += place.size;
    }
  }

  /**
   * Bury what is torn at the end. On parts with ECC a start may have read it and a client sent it: its sequences are not given
   * again. How many it has, nobody knows.
   */
  function buryTorn(at: number): void {
    if (ecc) sequence = laterSequence(sequence, BATCH ? BATCH_MAX : 1);
    bury(at);
  }

  /** Nothing in the page that is written says what the last message's sequence is: look through all pages. */
  function findSequence(): void {
    place.slot = head.slot;
    place.at = head.at;
    for (let isThere = scan(place); isThere; isThere = next(place)) {
      const bytes = place.marks > 0 ? body(place) : EMPTY;
      if (bytes.length > 0) sequence = lastIn(bytes);
    }
  }

  /** A part with ECC takes no second program that would make a record of state stay what it is: it will be written again. @param bytes its body. */
  function copyState(bytes: Bytes): void {
    const key = byteAt(bytes, 0) & ~CARRIED;
    stateBody = joinState(stateBody, key, cut(view, bytes, STATE_FIELDS, bytes.length - STATE_FIELDS));
  }

  /** The record before one that is torn, on a part with ECC: of state, it may be one that was torn itself, and about to be written again. */
  function openFormer(former: number): void {
    let at = former;
    while (at > 0 && at !== lastMessage) {
      const bytes = visit(at);
      if (bytes.length > 0) {
        copyState(bytes);
        return;
      }
      at = walkTail(at);
    }
  }

  /** The record at `last` is torn, and nothing behind it counts. What stands before it was whole when it was begun. */
  function openTorn(last: number): void {
    const former = walkTail(last);
    if (STATE && ecc) openFormer(former);
    openSequence();
    buryTorn(last);
  }

  /** The record at `last` is sound, `bytes` its body: it is made to stay so. */
  function openSound(last: number, bytes: Bytes): void {
    const isMessage = last === lastMessage;
    if (isMessage) sequence = lastIn(bytes);
    else noteState(last, byteAt(bytes, 0), bytes.length);
    if (!ecc) refresh(tail, last, joinRecord(place.marks, bytes, bytes.length, tailKey));
    else if (!isMessage) copyState(bytes);
    if (!isMessage) openSequence();
  }

  /** Find where the next record goes, and what the last one is. @param longest body that may have been torn there. */
  function openTail(longest: number): void {
    if (V5) isPlain = walkAbilities !== ABILITIES;
    const last = walkTail(pageSize);
    const at = tailAt;
    const end = at + FRAME + (MARKS_MAX + 1) * unit + longest;
    if (last > 0) {
      const bytes = visit(last);
      if (bytes.length === 0) {
        openTorn(last);
        return;
      }
      openSound(last, bytes);
    }
    if (!isBlank(tail, at, end < pageSize ? end : pageSize)) buryTorn(at);
  }

  /** @returns whether one of the places of an intent holds it. */
  function isIntended(): boolean {
    for (let i = 0; i < INTENTS; i++) {
      if (standsAt(read(pages - 1, i * INTENT_SIZE, INTENT_SIZE), INTENT, 0)) return true;
    }
    return false;
  }

  /** @returns whether what stands in place `i` of an intent may be the beginning of one: or nothing. */
  function isPartOfIntent(i: number): boolean {
    const bytes = read(pages - 1, i * INTENT_SIZE, INTENT_SIZE);
    for (let at = 0; at < INTENT_SIZE; at++) {
      if ((byteAt(INTENT, at) & ~byteAt(bytes, at)) !== 0) return false;
    }
    return true;
  }

  /** Half an intent may be a whole one the next time it is read: clear what stands in its places. */
  function buryIntents(): void {
    for (let i = 0; i < INTENTS; i++) {
      const at = i * INTENT_SIZE;
      const bytes = read(pages - 1, at, INTENT_SIZE);
      if (!standsAt(BLANK, bytes, 0) && !standsAt(ZEROS, bytes, 0)) {
        flash.write(cut(view, ZEROS, 0, INTENT_SIZE), address(pages - 1, at));
      }
    }
  }

  /** No page is ours: make an empty log, unless somebody else's things are here. */
  function openBlank(given: number): number {
    if (isOld) return Code.OldFormat;
    const last = pages - 1;
    for (let slot = 0; slot < last; slot++) if (!isBlank(slot, 0, pageSize)) return Code.Foreign;
    for (let i = 0; i < INTENTS; i++) if (!isPartOfIntent(i)) return Code.Foreign;
    return isBlank(last, INTENTS * INTENT_SIZE, pageSize) ? format(given) : Code.Foreign;
  }

  /** Say that all is to be formatted, so that it will be, whenever the power goes away. @returns whether that stands there. */
  function intend(): boolean {
    const last = pages - 1;
    for (let i = 0; i < INTENTS; i++) {
      const at = i * INTENT_SIZE;
      // Where half of one stands, a whole one can: not on parts with ECC.
      const isFree = ecc ? isBlank(last, at, at + INTENT_SIZE) : isPartOfIntent(i);
      if (isFree && flash.program(INTENT, address(last, at))) return true;
    }
    // For the count of its erases.
    header(last);
    kill(last);
    flash.erase(last);
    return flash.program(INTENT, address(last, 0));
  }

  function format(given: number): number {
    const last = pages - 1;
    hasNonce = false;
    if (!intend()) return Code.WornOut;
    for (let slot = 0; slot < last; slot++) {
      header(slot);
      if (!isBlank(slot, 0, HEADER)) kill(slot);
    }
    nonce = joinDouble(emptied(nonce), given);
    hasNonce = true;
    spare = -1;
    head.at = FIRST;
    tailPage = sequence = openedAt = rounds = 0;
    notedKey = -1;
    for (let key = 0; STATE && key < KEYS; key++) states[key] = 0;
    for (let slot = 0; slot < last; slot++) {
      if (prepare(slot, 1) && begin(slot, 1)) {
        buryIntents();
        return isIntended() ? Code.WornOut : Code.Ok;
      }
    }
    return Code.WornOut;
  }

  // The two newest pages that `openPages` has found.
  let newest = 0;
  let newestSlot = 0;
  let before = 0;
  let beforeSlot = 0;
  /** The opening of the page that is written is sound. */
  let isOpened = false;
  /** Page sequence of the head, as the opening of the page that is written says. */
  let headPage = 0;

  function openPages(): void {
    hasNonce = isOld = isBeyond = false;
    tailAt = pageSize;
    newest = before = 0;
    walkSlot = -1;
    for (let slot = 0; slot < pages; slot++) {
      const page = enter(slot);
      if (page > 0 && !hasNonce) {
        nonce = keep(nonce, cut(view, walkKey, 0, NONCE_SIZE), 0);
        hasNonce = true;
      }
      if (page > newest) {
        before = newest;
        beforeSlot = newestSlot;
        newest = page;
        newestSlot = slot;
      } else if (page > before) {
        before = page;
        beforeSlot = slot;
      }
    }
    // Nothing is taken then, also where other pages are known: what is in this one would be lost.
    if (isBeyond) {
      isOld = true;
      newest = 0;
    }
  }

  /** Take what the opening of the page that a walk is in says. @returns whether it has one. */
  function takeOpening(slot: number): boolean {
    const bytes = sound(read(slot, HEADER, OPENING), OPENING - CRC_SIZE, walkKey, 0, OPENING - CRC_SIZE);
    if (bytes.length === 0) return false;
    headPage = doubleAt(bytes, 0);
    head.at = wordAt(bytes, 4);
    sequence = openedAt = wordAt(bytes, 6);
    rounds = doubleAt(bytes, 8);
    refresh(slot, HEADER, bytes);
    return true;
  }

  /** @returns place in a page behind what was written when it was begun. */
  function findUsed(slot: number): number {
    place.slot = slot;
    place.at = FIRST;
    while (STATE && seek(place) && (readKey(place) & CARRIED) > 0) place.at += place.size;
    return place.at;
  }

  /** @returns the page that is written: the newest, unless nothing has come to it yet. */
  function chooseTail(): number {
    spare = leftAddress = headAddress = -1;
    headPage = sequence = openedAt = rounds = 0;
    notedKey = -1;
    head.at = FIRST;
    enter(newestSlot);
    // A part with ECC takes no second program that would make an opening stay what it is.
    const isUnused = before > 0 && ecc && isBlank(newestSlot, findUsed(newestSlot), pageSize);
    isOpened = !isUnused && takeOpening(newestSlot);
    if (isOpened) return newestSlot;
    if (before === 0) return newestSlot;
    openSpare(newestSlot);
    enter(beforeSlot);
    isOpened = takeOpening(beforeSlot);
    return beforeSlot;
  }

  /** @returns whether the flash can hold a log of such records. */
  function isFit(): boolean {
    const room = pageSize - (STATE ? stateRoom(pageSize) : 0) - reserve;
    const isRoom = recordMax <= LENGTH_MASK && room >= FIRST + sizeOf(MARKS_MAX, recordMax);
    return pages > 1 && (unit === 4 || unit === 8) && isRoom;
  }

  function open(given: number): number {
    if (!isFit()) return Code.Range;
    if (isIntended()) return format(given);
    openPages();
    if (newest === 0) return openBlank(given);
    // The last one that was entered, if that is a page.
    if (walkSlot !== pages - 1) buryIntents();
    const slot = chooseTail();
    tailPage = walkPage;
    tailKey = keep(tailKey, walkKey, 0);
    const longest = walkLongest;
    tail = slot;
    // Records longer than there is room for can only be delivered by what wrote them.
    if (longest > recordMax) return Code.OldFormat;
    stateBody = emptied(stateBody);
    openTail(longest);
    openHead();
    headAddress = addressOf(head);
    if (!isOpened && lastMessage === 0) findSequence();
    isDue = true;
    // Nothing makes it stay what it is on a part with ECC: it is written again, behind itself.
    if (STATE && stateBody.length > 0) appendState(byteAt(stateBody, 0));
    return Code.Ok;
  }

  /** Append what stands in `stateBody`. @returns 0, or a code of `append`. */
  function appendState(key: number): number {
    const where = append(0, stateBody, sequence);
    if (where < 0) return where;
    noteState(where - address(tail, 0), key, stateBody.length);
    if (where === headAddress) {
      // It is no message: the head goes behind it.
      head.at += sizeOf(0, stateBody.length);
      headAddress = addressOf(head);
    }
    return Code.Ok;
  }

  /** @returns whether there is such a key, and it is not the log's own. @inline */
  function isKey(key: number): boolean {
    return key >= 0 && (V5 ? key < KEYS && key !== HEAD_KEY : key < STATE_KEYS);
  }

  function recall(key: number): Bytes {
    return STATE && isKey(key) ? stateOf(key) : EMPTY;
  }

  /** @returns bytes of what is kept for other keys than `key`. */
  function sizeWithout(key: number): number {
    let size = 0;
    for (let other = 0; other < KEYS; other++) {
      if (other !== key && states[other] > 0) size += sizeOf(0, states[KEYS + other]);
    }
    return size;
  }

  function remember(key: number, value: Bytes): number {
    if (!STATE || !isKey(key)) return Code.Range;
    return keepState(key, value);
  }

  /** @returns most bytes of the value of `key`. */
  function longest5(key: number): number {
    return key === StateKey.ClientId ? CLIENT_ID_MAX : key === StateKey.Account ? ACCOUNT_MAX : STATE_MAX;
  }

  function keepState(key: number, value: Bytes): number {
    const length = STATE_FIELDS + value.length;
    if (value.length > (V5 ? longest5(key) : STATE_MAX)) return Code.TooLong;
    const kept = stateOf(key);
    if (kept.length === value.length && standsAt(kept, value, 0)) return Code.Ok;
    if (sizeWithout(key) + sizeOf(0, length) > stateRoom(pageSize)) return Code.TooLong;
    stateBody = joinState(stateBody, key, value);
    return appendState(key);
  }

  function note(key: number, value: Bytes): boolean {
    pageEnd = pageSize;
    const isThere = hasReserve() && keepState(key, value) === Code.Ok;
    pageEnd = pageSize - reserve;
    notedKey = isThere ? -1 : key;
    noted = keep(noted, value, 0);
    return isThere;
  }

  function hasReserve(): boolean {
    return tailAt + reserve <= pageSize;
  }

  function isDoubtful(): boolean {
    if (hasReserve()) return false;
    first(place);
    // The page that comes next holds the oldest record, or did.
    const distance = (head.slot - tail + pages) % pages;
    return distance === 1 || distance === 2 % pages;
  }

  function oldestPage(): number {
    return first(place) ? pageOfHead() : 0;
  }

  function used(): number {
    first(place);
    const between = (tail - head.slot + pages) % pages;
    return between * pageSize + (tailAt < pageSize ? tailAt : pageSize) - head.at;
  }

  function lastSequence(): number {
    return sequence;
  }

  function given(): number {
    return (sequence < openedAt ? rounds + 1 : rounds) * SEQUENCE_MAX + sequence;
  }

  function hasSpare(): boolean {
    return spare >= 0;
  }

  return {
    counters,
    written,
    open,
    format,
    sequence: lastSequence,
    given,
    append,
    mark,
    first,
    next,
    addressOf,
    find,
    body,
    marksOf,
    leave,
    settle,
    hasSpare,
    isBlocked,
    recall,
    remember,
    note,
    isDoubtful,
    oldestPage,
    used,
    idle,
  };
}
