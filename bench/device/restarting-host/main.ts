// Holds a C host to what it says of `restart` and `watch`: restarts at the first answer of its broker, with bytes under way, and hangs
// once there is no broker. It says 1 when it starts, 2 before it restarts, 3 before it hangs, and 9 for what must not be.

import settings from './settings.json';

const WATCH_SEC = 1;
const CONNECT = [0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0];
const PING = [0xc0, 0];

const received = new Uint8Array(536);
const name = new Uint8Array(settings.broker.host.length);
for (let i = 0; i < name.length; i++) name[i] = settings.broker.host.charCodeAt(i);
let hasRestarted = false;

function say(event: number): void {
  moteHost.log(hasRestarted ? 9 : event, 0);
}

function hang(): void {
  say(hasRestarted ? 9 : 3);
  while (!hasRestarted);
}

function onOpen(): void {
  if (hasRestarted) say(9);
  moteHost.send(new Uint8Array(CONNECT), 0, CONNECT.length);
}

function onData(): void {
  say(2);
  moteHost.send(new Uint8Array(PING), 0, PING.length);
  moteHost.timer(0);
  hasRestarted = true;
  moteHost.restart();
  say(9);
}

function onDrain(): void {
  if (hasRestarted) say(9);
}

say(1);
moteHost.watch(WATCH_SEC);
moteHost.onTimer(onDrain);
moteHost.onSocket(received, onOpen, onData, onDrain, hang);
if (moteHost.open(name, name.length, settings.broker.port) < 0) hang();
