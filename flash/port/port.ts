// A byte stream to a board: a serial port, or a TCP address for whatever stands between. Text in and out, one character a byte.

import { connect } from 'node:net';
import { ExitCode, MoteError } from '../errors.ts';

const CONNECT_MS = 5000;
/** What Espruino's USB consoles have. */
const BAUD_RATE = 115_200;

/** A board that has said stop (XOFF) and never says go on is written to after this. */
const PAUSE_MS = 3000;
const XON = '\x11';
const XOFF = '\x13';

export interface Port {
  /** Held back while the board says so (XOFF). */
  write(text: string): void;
  /** One reader at a time. */
  onText: (text: string) => void;
  /** The other side is gone. */
  onEnd: (why: string) => void;
  close(): void;
}

/** @returns host and port of `tcp://host:port`, undefined for another name. */
function parseAddress(name: string): { host: string; port: number } | undefined {
  const match = /^tcp:\/\/(\[[\da-f:]+\]|[^:/]+):(\d{1,5})$/i.exec(name);
  if (!match) return undefined;
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) };
}

/** @returns whether a name is that of a port, and not of a file. */
export function isPortName(name: string): boolean {
  return /^(tcp:\/\/|COM\d+$)/i.test(name);
}

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/ENOENT|no such file|not found/i, 'name the port of the board; is it plugged in?'],
  [
    /EACCES|permission denied|access denied/i,
    'let your user use serial ports: on Linux, add it to the group dialout',
  ],
  [/busy|lock/i, 'close the other program that has the port open, a monitor for example'],
  [/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT/i, 'start what listens there, or name another address'],
];

/** @param why as the system or a package says it. */
export function cannotOpen(name: string, why: string): MoteError {
  const fix =
    FIXES.find(([pattern]) => pattern.test(why))?.[1] ?? 'check the port, and that nothing else uses it';
  return new MoteError(`cannot open it: ${why}`, fix, name, ExitCode.Environment);
}

interface Stream {
  write(bytes: Buffer): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

function portOn(stream: Stream, close: () => void): Port {
  let waiting = '';
  let pause: NodeJS.Timeout | undefined;
  const goOn = () => {
    clearTimeout(pause);
    pause = undefined;
    if (waiting !== '') stream.write(Buffer.from(waiting, 'latin1'));
    waiting = '';
  };
  /** @returns what the board printed, without what it says about its buffer. */
  const heed = (text: string): string => {
    const last = Math.max(text.lastIndexOf(XON), text.lastIndexOf(XOFF));
    if (last < 0) return text;
    if (text[last] === XON) goOn();
    else pause ??= setTimeout(goOn, PAUSE_MS);
    return text.replaceAll(XON, '').replaceAll(XOFF, '');
  };
  const port: Port = {
    write(text) {
      waiting += text;
      if (pause === undefined) goOn();
    },
    onText: () => {},
    onEnd: () => {},
    close() {
      clearTimeout(pause);
      close();
    },
  };
  stream.on('data', (bytes) => port.onText(heed(bytes.toString('latin1'))));
  stream.on('error', (error) => port.onEnd(error.message));
  stream.on('close', () => port.onEnd('the connection was closed'));
  return port;
}

function openTcp(name: string, address: { host: string; port: number }): Promise<Port> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(cannotOpen(name, `ETIMEDOUT after ${CONNECT_MS / 1000} s`));
    }, CONNECT_MS);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(cannotOpen(name, error.message));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(portOn(socket, () => socket.destroy()));
    });
  });
}

async function openSerial(name: string): Promise<Port> {
  // Loaded where it is used: it has parts of its own for each system.
  const { SerialPort } = await import('serialport');
  return new Promise((resolve, reject) => {
    const serial = new SerialPort({ path: name, baudRate: BAUD_RATE }, (error) => {
      if (error !== null) reject(cannotOpen(name, error.message));
      else resolve(portOn(serial, () => serial.close(() => {})));
    });
  });
}

/** @param name of a serial port, or `tcp://host:port`. Throws MoteError when it cannot be opened. */
export function openPort(name: string): Promise<Port> {
  const address = parseAddress(name);
  if (address !== undefined) return openTcp(name, address);
  if (!/^tcp:/i.test(name)) return openSerial(name);
  const fix = 'write it as tcp://host:port';
  return Promise.reject(new MoteError('is no address', fix, name, ExitCode.Usage));
}
