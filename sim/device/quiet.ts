// A world that allocates nothing once it runs, so that what is counted is the firmware's: one BME280 that always measures
// the same, a connection that takes everything, a few timers. For measurements; nothing is judged here. ES5 subset.

import { TYPICAL_TRIM, placeTrim } from '../chips/bme280-trim.ts';
import { root } from './root.ts';

const ADDRESS = 0x76;
const TIMERS = 8;
const CONNACK = '\x20\x02\x00\x00';
const PINGRESP = '\xD0\x00';
/** In place of a time: this timer is not set. */
const UNSET = 0;

function nothing(): void {}

// The chip: registers of a conversion that is over at once, and one array for each length of transfer.
const registers = new Uint8Array(256);
const transfers: Uint8Array[] = [];
placeTrim(registers, TYPICAL_TRIM);
registers[0xd0] = 0x60;
// The codes of the data sheet's worked example; about 50 % of humidity.
registers.set([0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x6b, 0x00], 0xf7);

function transferOf(length: number): Uint8Array {
  for (let i = 0; i < transfers.length; i++) if (transfers[i].length === length) return transfers[i];
  transfers.push(new Uint8Array(length));
  return transfers[transfers.length - 1];
}

function setRegisters(pairs: Uint8Array): void {
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    if (pairs[i] === 0xf4) registers[0xf4] = pairs[i + 1] & 0xfc;
    else registers[pairs[i]] = pairs[i + 1];
  }
}

// Time: the slots are reused. Numbers that stay large take the same memory at any time.
let time = 1000000;
const deadlines = new Int32Array(TIMERS);
const callbacks: (() => void)[] = [];
for (let i = 0; i < TIMERS; i++) callbacks.push(nothing);

function setTimer(callback: () => void, ms: number): number {
  let slot = 0;
  while (deadlines[slot] !== UNSET) slot++;
  deadlines[slot] = time + (ms < 1 ? 1 : ms);
  callbacks[slot] = callback;
  return slot + 1;
}

// The network: one connection, whose answers come in the next step.
let onConnect: () => void = nothing;
let onData: (bytes: string) => void = nothing;
let onDrain: () => void = nothing;
let published = 0;
let opening = false;
let greeting = false;
let ponging = false;
let draining = false;

const socket: EngineSocket = {
  on(event: string, handler: (value: never) => void) {
    if (event === 'connect') onConnect = handler as () => void;
    else if (event === 'data') onData = handler as (bytes: string) => void;
    else if (event === 'drain') onDrain = handler as () => void;
  },
  write(bytes) {
    const first = bytes.charCodeAt(0);
    if (first === 0x10) greeting = true;
    else if (first === 0xc0) ponging = true;
    else published++;
    draining = true;
    return false;
  },
  removeAllListeners(event: string) {
    if (event === 'data') onData = nothing;
    else if (event === 'drain') onDrain = nothing;
  },
  read: () => '',
  end: nothing,
  clsNow: false,
};

const net: EngineNet = {
  connect() {
    opening = true;
    draining = true;
    return socket;
  },
};

function stepNetwork(): void {
  const wasOpening = opening;
  const wasGreeting = greeting;
  const wasPonging = ponging;
  const wasDraining = draining;
  opening = greeting = ponging = draining = false;
  if (wasOpening) onConnect();
  if (wasDraining) onDrain();
  if (wasGreeting) onData(CONNACK);
  if (wasPonging) onData(PINGRESP);
}

/** Go on to the next deadline and do what is due then. */
function step(): void {
  let next = 0;
  for (let i = 1; i < TIMERS; i++) {
    if (deadlines[i] !== UNSET && (deadlines[next] === UNSET || deadlines[i] < deadlines[next])) next = i;
  }
  if (deadlines[next] === UNSET) return;
  time = deadlines[next];
  deadlines[next] = UNSET;
  callbacks[next]();
  stepNetwork();
}

/** Let the firmware run until it has written `count` more PUBLISH packets, or for 100 steps each. @returns how many it wrote. */
function publish(count: number): number {
  const before = published;
  for (let i = 0; i < count * 100 && published - before < count; i++) step();
  return published - before;
}

root.I2C1 = root.I2C1 === undefined ? ({} as EngineI2c) : root.I2C1;
root.I2C1.setup = nothing;
root.I2C1.writeTo = (address, bytes) => {
  if (address === ADDRESS) setRegisters(bytes);
};
root.I2C1.readReg = (_address, register, quantity) => {
  const bytes = transferOf(quantity);
  for (let i = 0; i < quantity; i++) bytes[i] = registers[register + i];
  return bytes;
};
root.setTimeout = setTimer;
root.clearTimeout = (id) => {
  deadlines[id - 1] = UNSET;
};
root.getTime = () => time / 1000;
const engineRequire = root.require;
root.require = (name) => {
  if (name === 'net') return net;
  if (engineRequire !== undefined) return engineRequire(name);
  // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
  throw new Error('Module ' + name + ' not found');
};
if (root.getSerial === undefined) root.getSerial = () => '1';
if (root.E === undefined) {
  root.E = { hwRand: () => 0, srand: nothing, enableWatchdog: nothing, kickWatchdog: nothing };
}
root.quiet = { publish };
