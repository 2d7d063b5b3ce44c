// A mote with an account and a history inside an engine, over restarts and a cut: `ok <what>` or `FAIL <what>: <seen>, not <wanted>`,
// figures behind `= `, and `end` at its end. On Espruino also that its memory stays the same. ES5 subset.

import { createRamFlash } from '../../sim/device/ram-flash.ts';
import { fromText, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { startMote } from '../../src/mote.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { createAccount } from '../../src/parts/account.ts';
import { createHistory } from '../../src/parts/history.ts';
import type { Mote, MotePart } from '../../src/part.ts';
import { after, type Clock, type WallTime } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import type { Socket, SocketEvents } from '../../src/ports/socket.ts';
import type { Driver } from '../../src/sensors/driver.ts';

declare const print: (line: string) => void;
declare const process: { memory(): { usage: number } } | undefined;

function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

const PAGE_SIZE = 512;
const PAGES = 3;
const RECORD_MAX = 80;
const ram = createRamFlash(PAGE_SIZE, PAGES);

let now = 0x7fff000;
const clock: Clock = {
  now: () => now,
  wall(out: WallTime): void {
    out.day = 20500;
    out.ms = 1000;
  },
};

// The broker: takes what comes, says what has to be said, and keeps the last account and history.
let isThere = true;
let answers = true;
let owner: SocketEvents<Bytes> | null = null;
let replies = '';
let hasWritten = false;
let account = '';
let history = '';

function takePacket(packet: string, from: number): void {
  const first = packet.charCodeAt(0);
  if (first === 0x10) replies += '\x20\x02\0\0';
  if (first === 0xc0) replies += '\xd0\0';
  if (first >> 4 !== 3) return;
  const length = (packet.charCodeAt(from) << 8) | packet.charCodeAt(from + 1);
  const name = packet.substr(from + 2, length);
  const end = from + 2 + length;
  if ((first & 6) > 0 && answers) replies += '\x40\x02' + packet.substr(end, 2);
  if (name === 'm/account') account = packet.substr(end);
  if (name === 'm/history') history = packet.substr(end);
}

function write(bytes: Bytes): void {
  const text = toText(bytes, 0, bytes.length);
  hasWritten = true;
  for (let at = 0; at < text.length;) {
    let size = text.charCodeAt(at + 1);
    let from = 2;
    if (size > 127) {
      size = (size & 127) + (text.charCodeAt(at + 2) << 7);
      from = 3;
    }
    takePacket(text.substr(at, from + size), from);
    at += from + size;
  }
}

const connection = { write };
let isOpening = false;

const socket: Socket<Bytes> = {
  open(_host: string, _port: number, events: SocketEvents<Bytes>): number {
    if (!isThere) return Code.Refused;
    owner = events;
    isOpening = true;
    return Code.Ok;
  },
  close(): void {
    owner = null;
  },
};

let callback: () => void = function () {};
let due = -1;

function createTimer(run: () => void) {
  callback = run;
  return {
    set(ms: number): void {
      due = ms;
    },
    stop(): void {
      due = -1;
    },
  };
}

/** What the engine's loop would do. */
function serve(): void {
  for (let i = 0; i < 20; i++) {
    if (isOpening && owner !== null) {
      isOpening = false;
      owner.onOpen(connection);
    }
    if (!hasWritten) return;
    hasWritten = false;
    const said = replies;
    replies = '';
    if (owner !== null) owner.onDrain();
    for (let at = 0; at < said.length; at += said.charCodeAt(at + 1) + 2) {
      if (owner !== null) owner.onData(fromText(said.substr(at, said.charCodeAt(at + 1) + 2)));
    }
  }
}

function pass(ms: number): void {
  let left = ms;
  while (due >= 0 && due <= left) {
    left -= due;
    now = after(now, due);
    due = -1;
    callback();
    serve();
  }
  now = after(now, left);
  if (due >= 0) due -= left;
}

function drop(): void {
  isThere = false;
  const events = owner;
  owner = null;
  if (events !== null) events.onClose();
}

const driver: Driver = {
  channels: [{ key: 't', unit: 'C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 }],
  minIntervalMs: 0,
  discard: 0,
  warmUpMs: 0,
  configure: () => 0,
  start: () => 0,
  poll(_now: number, out: { values: Int32Array }): number {
    out.values[0] = 20000;
    return 0;
  },
  close() {},
};

let mote: Mote = null!;

function createSpy(of: Mote): MotePart {
  mote = of;
  return { run: () => 0x3ffffff };
}

let opens = 0;

function start(): void {
  // What the boot before had goes, as with its power: small engines have no room for two.
  mote = null!;
  callback = function () {};
  due = -1;
  const outbox = createFlashOutbox(createFlashBytes(ram, RECORD_MAX + 64), RECORD_MAX, { clock });
  check('open', outbox.open(++opens), Code.Ok);
  owner = null;
  isOpening = false;
  hasWritten = false;
  replies = '';
  account = '';
  history = '';
  const code = startMote(
    {
      clock,
      socket,
      outbox,
      createTimer,
      random: { next: () => 0 },
      log: { write() {} },
      wifi: { join() {}, leave() {}, missing: () => Close.WifiTimeout, rssi: () => 0 },
      serial: '30c6f7-12ab34',
      freeMemory: () => -1,
    },
    {
      id: 'm',
      broker: { host: 'b', port: 1883, backoff: { windowMs: 1000 } },
      sensors: [{ name: 's', driver, intervalMs: 1000 }],
      time: false,
      spread: false,
      parts: [createSpy, createAccount({ heartbeatMs: 5000, saveMs: 10000 }), createHistory(10000)],
    },
  );
  check('start', code, Code.Ok);
}

/** @returns blocks that are taken, but for what the broker got; -1 where the engine does not say. */
function memory(): number {
  account = history = '';
  return typeof process === 'undefined' ? -1 : process.memory().usage;
}

/** The connection is lost and comes back, twice. */
function rounds(): void {
  for (let i = 0; i < 2; i++) {
    drop();
    pass(2000);
    isThere = true;
    pass(20000);
  }
}

function field(name: string): number {
  const fields = JSON.parse(account) as { [name: string]: number };
  const value = fields[name];
  return value === undefined ? -1 : value;
}

function checkSum(what: string): void {
  check(what, field('acknowledged') + field('waiting') + field('oldest') + field('damaged'), field('stored'));
}

start();
pass(30000);
checkSum('sum');
// A reading that is taken as the account is told.
check('no more than one waits', field('waiting') > 1 ? 1 : 0, 0);
print('= ' + account);
print('= ' + history);
answers = false;
pass(5000);
drop();
pass(3000);
answers = isThere = true;
pass(10000);
checkSum('sum after a loss');
check('in flight at the loss', field('duplicates') > 0 ? 1 : 0, 1);
print('= ' + account);
print('= ' + history);
rounds();
const before = memory();
rounds();
const grown = memory() - before;
// A number may have grown.
check('memory stays', grown <= 1 ? 'the same' : 'more by ' + grown, 'the same');
pass(5000);
const sampled = field('sampled');
mote.link.drain(5000);
pass(500);
start();
pass(5000);
check('boots', field('boots'), 2);
check('complete after a drain', field('since'), -1);
check('goes on counting', field('sampled') > sampled ? 1 : 0, 1);
checkSum('sum after a drain');
start();
pass(6000);
check('boots again', field('boots'), 3);
check('may lack after a cut', field('since'), 2);
checkSum('sum after a cut');
print('= ' + account);
print('= ' + history);
print('end');
