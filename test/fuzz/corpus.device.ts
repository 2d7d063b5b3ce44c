// The corpus inside an engine: each entry goes through a decoder and through a client, in one chunk and byte by byte, and what
// came of it is printed as a number. ES5 subset.

import { createClient } from '../../src/mqtt/client.ts';
import { createDecoder } from '../../src/mqtt/decoder.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { SocketEvents } from '../../src/ports/socket.ts';

declare function print(line: string): void;
/** Put in front of this program by who runs it; one character a byte. */
declare const CORPUS: readonly string[];

const CHUNK_MAX = 536;
const LARGE = 64;

let digest = 0;
let events = 0;

/** Note an event: what it is, and bytes. */
function note(what: number, bytes: string): void {
  events++;
  digest = (digest * 31 + what) & 0x3ffffff;
  for (let i = 0; i < bytes.length; i++) digest = (digest * 31 + bytes.charCodeAt(i)) & 0x3ffffff;
}

function noteNumber(what: number, value: number): void {
  note(what, '' + value);
}

function feed(take: (chunk: string) => void, bytes: string, size: number): void {
  for (let at = 0; at < bytes.length; at += size) take(bytes.substr(at, size));
}

function decode(bytes: string, size: number): void {
  const decoder = createDecoder(
    {
      onPacket: function (first, chunk, at, end) {
        note(first, chunk.substr(at, end - at));
      },
      onHeader: function (_first, length) {
        if (length >= 0) return;
        noteNumber(1, length);
        decoder.reset(false);
      },
      onLarge: function (first, chunk, at) {
        if (chunk.length - at < 8) return 0;
        note(first, chunk.substr(at, 8));
        return 8;
      },
      onPiece: function (chunk, at, count, left) {
        note(2, chunk.substr(at, count));
        if (left === 0) noteNumber(3, 0);
      },
    },
    LARGE,
    CHUNK_MAX,
  );
  decoder.reset(true);
  feed(decoder.feed, bytes, size);
}

function talk(bytes: string, size: number): void {
  let owner: SocketEvents | null = null;
  let unsent = 0;

  function write(chunk: string): void {
    unsent += chunk.length;
    note(4, chunk);
  }

  function drain(): void {
    if (unsent === 0 || owner === null) return;
    unsent = 0;
    owner.onDrain();
  }

  function take(chunk: string): void {
    if (owner !== null) owner.onData(chunk);
    drain();
  }

  const client = createClient(
    {
      socket: {
        open: function (_host, _port, opened) {
          owner = opened;
          return 0;
        },
        close: function () {
          noteNumber(5, 0);
          owner = null;
        },
      },
      clock: {
        now: function () {
          return 5;
        },
        wall: function (out) {
          out.day = -1;
          out.ms = 0;
        },
      },
      outbox: createRamOutbox(4, 64),
    },
    { clientId: 'mote', keepAliveSec: 60, cleanSession: false, receiveMax: LARGE },
    {
      onOpen: function () {},
      onOnline: function (present) {
        noteNumber(6, present ? 1 : 0);
      },
      onOffline: function (why, detail) {
        noteNumber(7, why * 8 + detail);
      },
      onReport: function (event, detail) {
        noteNumber(8, event * 65536 + detail);
      },
    },
  );

  function onMessage(payload: string, topic: string, first: number): void {
    note(first, topic);
    note(9, payload);
  }

  client.subscription('a/b', 1, onMessage);
  client.subscription('w/+', 2, onMessage);
  client.subscription('big/#', 2, onMessage, function (chunk, offset, total, topic, first) {
    note(first, topic);
    note(10, chunk);
    noteNumber(11, offset * 1024 + total);
  });
  const topic = client.topic('t', 2);
  client.publish(topic, 'before');
  client.connect('broker', 1883);
  owner!.onOpen({ write });
  drain();
  take('\x20\x02\0\0');
  drain();
  feed(take, bytes, size);
  client.publish(topic, 'after');
  noteNumber(12, client.tick(5));
}

for (let i = 0; i < CORPUS.length; i++) {
  const seen: number[] = [];
  for (let size = 1; size <= CHUNK_MAX; size += CHUNK_MAX - 1) {
    digest = events = 0;
    decode(CORPUS[i], size);
    talk(CORPUS[i], size);
    seen.push(events, digest);
  }
  print('= ' + i + ' ' + seen.join(' '));
}
print('end');
