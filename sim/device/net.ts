// Espruino's sockets in an engine that has none: every connection leads to the world's broker. What Espruino does is
// kept: bytes as strings, at most 536 of them sent and received in one idle pass, `drain` when all has left and once
// after connecting, a synchronous throw on refusal. ES5 subset: runs in engines.

import type { Broker, BrokerLink } from './broker.ts';
import type { Loop } from './loop.ts';

/** Most bytes of one idle pass in each direction. */
const CHUNK = 536;
/** Between two idle passes with something to do. */
const PASS_MS = 1;
/** From the broker to the board. */
const TRANSIT_MS = 2;

/** What a test may do to the network. */
export interface NetSettings {
  /** Connections are refused. */
  refuse: boolean;
  /** Breaks all connections. */
  cut(): void;
  /** @returns how many connections were opened. */
  opened(): number;
}

/** Each event gives its own kind of value, or none. */
type Handler = (value: never) => void;

interface Listener {
  event: string;
  handler: Handler;
}

interface Line {
  broken(): void;
}

function createSocket(loop: Loop, broker: Broker, tendBroker: () => void, gone: (line: Line) => void) {
  const listeners: Listener[] = [];
  let outgoing = '';
  let incoming = '';
  let connected = false;
  let ending = false;
  let remoteEnded = false;
  let closed = false;
  let timer = 0;

  function emit(event: string, value: unknown): void {
    listeners.slice().forEach((listener) => {
      if (listener.event === event) listener.handler(value as never);
    });
  }

  function wake(delayMs: number): void {
    if (timer === 0 && !closed) timer = loop.set(pass, delayMs, 0);
  }

  function close(): void {
    if (closed) return;
    const unsent = outgoing !== '';
    closed = true;
    loop.clear(timer);
    link.closed();
    gone(line);
    if (unsent) emit('error', { code: -8, message: 'unsent data' });
    emit('end', undefined);
    emit('close', unsent);
  }

  function send(): void {
    const chunk = outgoing.substr(0, CHUNK);
    outgoing = outgoing.substr(CHUNK);
    link.data(chunk);
    tendBroker();
    if (outgoing === '') emit('drain', undefined);
    if (connected) return;
    connected = true;
    emit('connect', undefined);
  }

  function opening(): void {
    connected = true;
    // The engine queues both events before a handler of either runs.
    const drains = outgoing === '';
    emit('connect', undefined);
    if (drains) emit('drain', undefined);
  }

  function receive(): void {
    // Kept for read() while nobody listens.
    if (!listeners.some((listener) => listener.event === 'data')) return;
    const chunk = incoming.substr(0, CHUNK);
    incoming = incoming.substr(CHUNK);
    emit('data', chunk);
  }

  function isBusy(): boolean {
    return outgoing !== '' || incoming !== '' || ending || remoteEnded;
  }

  /** What Espruino does with a socket each time it is idle. */
  function pass(): void {
    timer = 0;
    if (socket.clsNow) return close();
    if (outgoing !== '') send();
    else if (ending) return close();
    if (!connected) opening();
    if (incoming !== '') receive();
    else if (remoteEnded) return close();
    if (isBusy()) wake(PASS_MS);
  }

  function remoteEnd(): void {
    remoteEnded = true;
    wake(PASS_MS);
  }

  const link: BrokerLink = broker.connect({
    write(bytes) {
      loop.set(
        () => {
          incoming += bytes;
          wake(PASS_MS);
        },
        TRANSIT_MS,
        0,
      );
    },
    close() {
      loop.set(remoteEnd, TRANSIT_MS, 0);
    },
  });
  const line: Line = { broken: remoteEnd };
  wake(TRANSIT_MS);

  const socket: EngineSocket = {
    on(event: string, handler: Handler) {
      listeners.push({ event, handler });
    },
    removeAllListeners(event) {
      for (let i = listeners.length - 1; i >= 0; i--) {
        if (listeners[i].event === event) listeners.splice(i, 1);
      }
    },
    read() {
      const bytes = incoming;
      incoming = '';
      return bytes;
    },
    write(bytes) {
      // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
      if (closed || ending) throw new Error('This socket is closed');
      outgoing += bytes;
      wake(PASS_MS);
      return false;
    },
    end() {
      ending = true;
      wake(PASS_MS);
    },
    clsNow: false,
  };
  return { line, socket };
}

/** Make the module "net". @param tendBroker called after the broker was given bytes, so that its deadlines are kept. */
export function createNet(
  loop: Loop,
  broker: Broker,
  tendBroker: () => void,
): { net: EngineNet; settings: NetSettings } {
  const lines: Line[] = [];
  let count = 0;

  function gone(line: Line): void {
    const index = lines.indexOf(line);
    if (index >= 0) lines.splice(index, 1);
  }

  const settings: NetSettings = {
    refuse: false,
    cut: () => lines.slice().forEach((line) => line.broken()),
    opened: () => count,
  };

  const net: EngineNet = {
    connect() {
      // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
      if (settings.refuse) throw new Error('Unable to create socket');
      const made = createSocket(loop, broker, tendBroker, gone);
      lines.push(made.line);
      count++;
      return made.socket;
    },
  };

  return { net, settings };
}
