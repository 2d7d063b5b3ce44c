// Serial1 and its kin, and the loopback pair whose ends are connected to each other. Received bytes come as an input
// event of the idle loop.

import { bytesOf, bytesToText } from './bytes.ts';
import { bufferOf, listenersOf, setBuffer } from './events.ts';
import type { Machine } from './machine.ts';
import { textOf } from './text.ts';

/** Most bytes kept while nobody listens. */
const KEPT = 512;

interface Port {
  readonly object: object;
  receive(bytes: string): void;
}

/** @param transmit takes what the program writes. */
function createPort(machine: Machine, transmit: (bytes: string) => void): Port {
  const { realm, loop } = machine;
  let arrived = '';
  let waiting = false;

  const deliver = () => {
    const bytes = arrived;
    arrived = '';
    waiting = false;
    const listeners = listenersOf(object, 'data');
    if (listeners !== undefined) loop.callAll(listeners, object, [bytes]);
    else setBuffer(object, (bufferOf(object) + bytes).slice(0, KEPT));
  };
  const receive = (bytes: string) => {
    arrived += bytes;
    if (waiting || !loop.isOn()) return;
    waiting = true;
    loop.input(deliver);
  };
  const object = realm.methods({
    setup: () => undefined,
    unsetup: () => undefined,
    flush: () => undefined,
    isConnected: () => true,
    write: (...data: unknown[]) => transmit(bytesToText(bytesOf(realm, data))),
    print: (value: unknown) => transmit(textOf(value).replace(/\n/g, '\r\n')),
    println: (value: unknown) => transmit(`${textOf(value).replace(/\n/g, '\r\n')}\r\n`),
    inject: (...data: unknown[]) => receive(bytesToText(bytesOf(realm, data))),
    available: () => bufferOf(object).length,
    read(chars = 0): string {
      const kept = bufferOf(object);
      const length = chars > 0 ? chars : kept.length;
      setBuffer(object, kept.slice(length));
      return kept.slice(0, length);
    },
  });
  return { object, receive };
}

/** @param number of the port, from 1. */
export function createSerial(machine: Machine, number: number): object {
  const bench = machine.bench.serial(number);
  const port = createPort(machine, (bytes) => bench.fromBoard(bytes));
  bench.toBoard = port.receive;
  machine.onStop(() => (bench.toBoard = undefined));
  return port.object;
}

/** LoopbackA and LoopbackB. */
export function loopback(machine: Machine): { a: object; b: object } {
  const a: Port = createPort(machine, (bytes) => b.receive(bytes));
  const b: Port = createPort(machine, (bytes) => a.receive(bytes));
  return { a: a.object, b: b.object };
}
