// Commands and a configuration inside an engine: a mote on ports that are driven by hand, a broker that says what a script has.
// `ok <what>` or `FAIL <what>: <seen>, not <wanted>`, what is held as `used <before> <after>`, and `end` at its end. ES5 subset.

import { fromText, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { startMote } from '../../../src/mote.ts';
import { createRamOutbox } from '../../../src/outbox/ram.ts';
import { createCommands } from '../../../src/parts/commands.ts';
import { createConfiguration } from '../../../src/parts/configuration.ts';
import { after, type Clock, type WallTime } from '../../../src/ports/clock.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import type { Reading } from '../../../src/ports/reading.ts';
import type { Socket, SocketEvents } from '../../../src/ports/socket.ts';
import type { Driver } from '../../../src/sensors/driver.ts';

declare const print: (line: string) => void;
declare const process: { memory(collects: boolean): { usage: number } };
declare const heapUsed: (() => number) | undefined;

function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

let now = 0;
const clock: Clock = {
  now: function () {
    return now;
  },
  wall: function (out: WallTime) {
    out.day = -1;
    out.ms = 0;
  },
};

let due = -1;
let fire = function () {};

function createTimer(callback: () => void) {
  fire = callback;
  return {
    set: function (ms: number) {
      due = ms;
    },
    stop: function () {
      due = -1;
    },
  };
}

/** Where the broker that answers is; others are there, and say nothing. */
let answering = 'own:1883';
let host = '';
let events: SocketEvents<Bytes> | null = null;
let isOpen = false;
let replies = 0;
let lastReply = '';
let lastReport = '';
let pubacks = 0;
let readings = 0;
let shown = 0;
/** Packets of the mote that were not looked at yet. */
let sent = '';

const socket: Socket<Bytes> = {
  open: function (name: string, port: number, owner: SocketEvents<Bytes>) {
    host = name + ':' + port;
    isOpen = false;
    sent = '';
    events = owner;
    return Code.Ok;
  },
  close: function () {
    events = null;
  },
};

const connection = {
  write: function (bytes: Bytes): void {
    sent += toText(bytes, 0, bytes.length);
  },
};

function say(bytes: string): void {
  if (events !== null) events.onData(fromText(bytes));
}

/** Take a PUBLISH of the mote. @param body behind its header. */
function takePublish(first: number, body: string): void {
  const size = body.charCodeAt(0) * 256 + body.charCodeAt(1);
  const topic = body.substr(2, size);
  const isReliable = (first & 6) > 0;
  const payload = body.substr(size + (isReliable ? 4 : 2));
  if (topic === 'm/reply') {
    replies++;
    lastReply = payload;
  } else if (topic === 'm/config/reported') {
    lastReport = payload;
  } else if (topic === 'm/air/t') readings++;
  if (isReliable) say('\x40\x02' + body.substr(size + 2, 2));
}

function takePacket(first: number, body: string): void {
  const type = first >> 4;
  if (type === 1 && host === answering) say('\x20\x02\x00\x00');
  else if (type === 8) say('\x90\x04' + body.substr(0, 2) + '\x01\x01');
  else if (type === 3) takePublish(first, body);
  else if (type === 4) pubacks++;
  else if (type === 12) say('\xd0\x00');
}

/** All that is under way arrives. */
function serve(): void {
  if (events !== null && !isOpen) {
    isOpen = true;
    events.onOpen(connection);
  }
  while (sent.length > 0) {
    const bytes = sent;
    sent = '';
    let at = 0;
    while (at < bytes.length) {
      let from = at + 2;
      let length = bytes.charCodeAt(at + 1);
      if (length > 127) {
        length = (length & 127) + 128 * bytes.charCodeAt(at + 2);
        from++;
      }
      takePacket(bytes.charCodeAt(at), bytes.substr(from, length));
      at = from + length;
    }
    if (events !== null) events.onDrain();
  }
}

function pass(ms: number): void {
  let left = ms;
  while (due >= 0 && due <= left) {
    left -= due;
    now = after(now, due);
    due = -1;
    fire();
    serve();
  }
  now = after(now, left);
  if (due >= 0) due -= left;
}

function send(topic: string, payload: string, first: number): void {
  const size = topic.length + payload.length + 4;
  const chr = String.fromCharCode;
  const length = size > 127 ? chr((size & 127) | 128) + chr(size >> 7) : chr(size);
  say(chr(first) + length + chr(0, topic.length) + topic + '\x00\x07' + payload);
  serve();
}

function command(name: string, payload: string): string {
  lastReply = '';
  send('m/cmd/' + name, payload, 0x32);
  return lastReply;
}

const driver = {
  channels: [{ key: 't', unit: 'C', deviceClass: 'temperature', decimals: 3, precision: 1, min: -1, max: 1 }],
  minIntervalMs: 0,
  discard: 0,
  warmUpMs: 0,
  configure: function () {
    return 0;
  },
  start: function () {
    return 0;
  },
  poll: function (_now: number, out: Reading) {
    out.values[0] = 1500;
    return 0;
  },
  close: function () {},
} as unknown as Driver<never>;

const started = startMote(
  {
    clock,
    socket,
    wifi: {
      join: function () {},
      leave: function () {},
      missing: function () {
        return Close.WifiTimeout;
      },
      rssi: function () {
        return -60;
      },
    },
    log: { write: function () {} },
    random: {
      next: function () {
        return 0;
      },
    },
    outbox: createRamOutbox(8, 100),
    createTimer,
    serial: '1',
    freeMemory: function () {
      return 1000;
    },
  },
  {
    id: 'm',
    broker: { host: 'own', port: 1883, backoff: { windowMs: 1000, maxMs: 2000 } },
    sensors: [{ name: 'air', driver, intervalMs: 60000, qos: 0 }],
    time: false,
    spread: false,
    parts: [
      createCommands({
        perMinute: 6000,
        identify: function () {
          shown++;
        },
        configuration: createConfiguration({ minutes: 1 }),
      }),
    ],
  },
);
check('starts', started, Code.Ok);
pass(100);
check('reports', lastReport, '{"state":"default","interval.air":60000}');
check(
  'interval',
  command('interval', '{"sensor":"air","ms":2000,"id":5}'),
  '{"result":0,"command":"interval","id":5}',
);
pass(10000);
check('readings', readings, 5);
check('read', command('read', ''), '{"result":0,"command":"read"}');
pass(10);
check('one more', readings, 6);
command('identify', '{"ms":100}');
check('identify', shown, 1);
check('acknowledged', pubacks, 3);
check(
  'nested',
  command('read', '{"a":' + '{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":'),
  '{"result":-13,"command":"read","at":5,"refused":1}',
);
check(
  'NaN',
  command('interval', '{"sensor":"air","ms":NaN}'),
  '{"result":-13,"command":"interval","at":21,"refused":2}',
);
check(
  'beyond 2^27',
  command('read', '{"id":134217728}'),
  '{"result":-14,"command":"read","at":15,"refused":3}',
);
check('unknown', command('format', ''), '{"result":-24,"refused":4}');

answering = 'new:1884';
send('m/config/desired', '{"id":6,"host":"new","port":1884,"interval.air":3000}', 0x33);
pass(5000);
check('applied', lastReport, '{"state":"applied","id":6,"host":"new","port":1884,"interval.air":3000}');
send('m/config/desired', '{"id":7,"host":"lost","port":1885}', 0x33);
pass(20000);
check('on trial', host, 'lost:1885');
pass(60000);
check('rolled back', host, 'new:1884');
check(
  'why',
  lastReport,
  '{"state":"rolled-back","id":7,"cause":2,"host":"new","port":1884,"interval.air":3000}',
);

function used(): number {
  return typeof heapUsed === 'function'
    ? heapUsed()
    : typeof process !== 'undefined'
      ? process.memory(true).usage
      : 0;
}

/** Commands of each kind, right and wrong. */
function commandAll(count: number): void {
  for (let i = 0; i < count; i++) {
    command('interval', '{"sensor":"air","ms":' + (2000 + (i & 1)) + '}');
    command('read', '{"id":' + (i & 15) + '}');
    command('identify', '{"ms":5,');
    command('identify', '{"id":' + (i & 7) + ',"ms":100}');
    pass(500);
  }
}

/** @returns what is held, without what the script itself has kept. */
function look(): number {
  lastReply = lastReport = '';
  return used();
}

/** The places are there before they are needed. */
const looks = [0, 0];
commandAll(20);
replies = 0;
looks[0] = look();
commandAll(50);
looks[1] = look();
check('replies', replies, 200);
print('used ' + looks[0] + ' ' + looks[1]);
print('end');
