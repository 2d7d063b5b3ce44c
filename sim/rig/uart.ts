// A serial line as device code sees it, with a simulated chip at its other end: bytes take their time at the baud rate, both
// ways, and what the chip sends arrives in chunks cut at random, as an engine's idle loop picks it up. ES5 subset: runs in engines.

import { elapsed } from '../../src/ports/clock.ts';
import type { Uart } from '../../src/ports/uart.ts';
import type { UartChip } from '../chips/uart-chip.ts';
import { createRandom } from '../environment/random.ts';
import type { Rig } from './rig.ts';

export interface UartLineOptions {
  /** Default 9600: eight bits, no parity, one stop bit. */
  readonly baud?: number;
  /** Of the cuts. 1: each byte by itself, which leaves nothing on an engine's heap. */
  readonly seed: number;
  /** Most bytes that the chip sends in one piece, default 64. */
  readonly room?: number;
}

export interface UartLine extends Uart {
  /** Calls of `write` so far, and bytes of the longest. */
  writes: number;
  longest: number;
}

/** Most bytes of a command, or of several in a row. */
const COMMANDS = 64;
/** Longest time that a rig is told to wait. */
const LONG = 100000000;
/** Bits of a byte on the wire. */
const BITS = 10;
/** Longest time between two looks at what has come, in bytes. */
const CHUNK_MAX = 48;

/** Bytes on their way in one direction, one behind the other. */
interface Stream {
  readonly bytes: Uint8Array;
  length: number;
  /** Those that are through. */
  done: number;
  startedAt: number;
}

function createStream(room: number): Stream {
  return { bytes: new Uint8Array(room), length: 0, done: 0, startedAt: 0 };
}

/** @param rig as far as its time goes. */
export function createUartLine(
  rig: Pick<Rig, 'now' | 'onTick'>,
  chip: UartChip,
  options: UartLineOptions,
): UartLine {
  const baud = options.baud === undefined ? 9600 : options.baud;
  const random = createRandom(options.seed);
  const toChip = createStream(COMMANDS);
  const toBoard = createStream(options.room === undefined ? 64 : options.room);
  const isFrugal = options.seed === 1;
  /** Made when first met, and kept. */
  const characters: string[] = [];
  let listener: ((bytes: string) => void) | undefined;
  let failures = 0;
  let chunkEnd = 0;

  /** @returns milliseconds from the start of a stream until its first `count` bytes are through. */
  function timeOf(count: number): number {
    return Math.floor((count * BITS * 1000 + baud - 1) / baud);
  }

  function character(byte: number): string {
    if (characters[byte] === undefined) characters[byte] = String.fromCharCode(byte);
    return characters[byte];
  }

  function tell(chunk: string): void {
    if (listener !== undefined) listener(chunk);
  }

  function write(bytes: string): void {
    const now = rig.now();
    line.writes++;
    if (bytes.length > line.longest) line.longest = bytes.length;
    if (toChip.done === toChip.length) {
      toChip.length = 0;
      toChip.done = 0;
      toChip.startedAt = now;
    }
    for (let i = 0; i < bytes.length && toChip.length < COMMANDS; i++) {
      toChip.bytes[toChip.length++] = bytes.charCodeAt(i) & 0xff;
    }
  }

  /** @returns milliseconds until the chip hears the next byte. */
  function sendToChip(now: number): number {
    while (toChip.done < toChip.length) {
      const wait = timeOf(toChip.done + 1) - elapsed(toChip.startedAt, now);
      if (wait > 0) return wait;
      chip.hear(toChip.bytes[toChip.done++], now);
    }
    return LONG;
  }

  function cutNext(): void {
    if (toBoard.done === toBoard.length) return;
    const size = isFrugal ? CHUNK_MAX : 1 + (random.next() % CHUNK_MAX);
    chunkEnd = toBoard.done + size;
    if (chunkEnd > toBoard.length) chunkEnd = toBoard.length;
  }

  /** What the chip has put on the wire since the last chunk comes to the listener in one piece. */
  function deliver(): void {
    let chunk = '';
    while (toBoard.done < chunkEnd) {
      const byte = chip.onWire(toBoard.bytes[toBoard.done++]);
      if (byte < 0) continue;
      if (isFrugal) tell(character(byte));
      else chunk += String.fromCharCode(byte);
    }
    if (chunk !== '') tell(chunk);
  }

  function beginMessage(now: number): void {
    toBoard.length = chip.send(toBoard.bytes, now);
    toBoard.done = 0;
    toBoard.startedAt = now;
    cutNext();
  }

  /** @returns milliseconds until the board hears something. */
  function sendToBoard(now: number): number {
    if (chip.failures !== failures) {
      failures = chip.failures;
      toBoard.length = toBoard.done;
    }
    if (toBoard.done === toBoard.length) beginMessage(now);
    while (toBoard.done < toBoard.length) {
      const wait = timeOf(chunkEnd) - elapsed(toBoard.startedAt, now);
      if (wait > 0) return wait;
      deliver();
      cutNext();
    }
    return chip.silence(now);
  }

  function tick(now: number): number {
    const wait = sendToChip(now);
    const own = sendToBoard(now);
    return own < wait ? own : wait;
  }

  rig.onTick(tick);
  const line: UartLine = {
    writes: 0,
    longest: 0,
    write,
    listen: (onData) => void (listener = onData),
  };
  return line;
}
