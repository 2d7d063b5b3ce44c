// The ports in a test's own hands, for tests of one room alone: nothing happens unless the test does it.

import { fromText, toText, type Bytes } from '../src/bytes/bytes.ts';
import { after } from '../src/ports/clock.ts';
import { Close } from '../src/ports/codes.ts';
import type { Clock, CreateTimer, WallTime } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';
import type { Random } from '../src/ports/random.ts';
import { SEND_WINDOW } from '../src/ports/socket.ts';
import type { Socket, SocketEvents } from '../src/ports/socket.ts';
import type { Wifi, WifiEvents } from '../src/ports/wifi.ts';

const DAY_MS = 86_400_000;

export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** Tell it the time: seconds since 1970-01-01, UTC. Until then the wall clock is unknown. */
  setWall(seconds: number): void;
}

/** A clock that stands still. @param startMs 0 to 2^27 - 1. */
export function createManualClock(startMs = 0): ManualClock {
  let now = startMs;
  let wallMs = -1;
  return {
    now: () => now,
    wall(out: WallTime): void {
      out.day = wallMs < 0 ? -1 : Math.floor(wallMs / DAY_MS);
      out.ms = wallMs < 0 ? 0 : wallMs % DAY_MS;
    },
    advance(ms: number): void {
      now = after(now, ms);
      if (wallMs >= 0) wallMs += ms;
    },
    setWall(seconds: number): void {
      wallMs = seconds * 1000;
    },
  };
}

export interface ManualTimer {
  createTimer: CreateTimer;
  /** Delay of the last `set`, -1 when stopped or fired. */
  delayMs(): number;
  /** So much of the delay, less than all of it, has passed. */
  spend(ms: number): void;
  fire(): void;
}

/** One timer that fires when told to. */
export function createManualTimer(): ManualTimer {
  let callback = (): void => {};
  let delay = -1;
  return {
    createTimer(run) {
      callback = run;
      return {
        set(ms) {
          delay = ms;
        },
        stop() {
          delay = -1;
        },
      };
    },
    delayMs: () => delay,
    spend(ms) {
      if (delay >= 0) delay -= ms;
    },
    fire() {
      delay = -1;
      callback();
    },
  };
}

export interface ManualSocket extends Socket<Bytes> {
  /** What the next `open` returns; 0 unless set. */
  openResult: number;
  /** Addresses that were opened. */
  readonly opened: string[];
  /** Everything written since the last `take`. */
  take(): string;
  isOpen(): boolean;
  /** What the engine would tell the owner. */
  accept(): void;
  deliver(bytes: string): void;
  drain(): void;
  drop(): void;
}

/** A socket whose other side is the test, which speaks text in both forms. Bytes stay unsent until `drain`. */
export function createManualSocket(): ManualSocket {
  let events: SocketEvents<Bytes> | null = null;
  let open = false;
  let unsent = 0;
  let written = '';
  const write = (bytes: Bytes) => {
    if (!open) throw new Error('the connection is closed');
    unsent += bytes.length;
    if (unsent > SEND_WINDOW) throw new Error(`${unsent} bytes unsent: the owner has to wait for onDrain`);
    written += toText(bytes, 0, bytes.length);
  };
  const socket: ManualSocket = {
    openResult: 0,
    opened: [],
    open(host, port, owner) {
      socket.close();
      socket.opened.push(`${host}:${port}`);
      if (socket.openResult === 0) events = owner;
      return socket.openResult;
    },
    close() {
      events = null;
      open = false;
    },
    take() {
      const bytes = written;
      written = '';
      return bytes;
    },
    isOpen: () => open,
    accept() {
      open = true;
      unsent = 0;
      events?.onOpen({ write });
    },
    deliver: (bytes) => events?.onData(fromText(bytes)),
    drain() {
      unsent = 0;
      events?.onDrain();
    },
    drop() {
      const owner = events;
      socket.close();
      owner?.onClose();
    },
  };
  return socket;
}

export interface ManualWifi extends Wifi {
  /** `ssid/password` of each join. */
  readonly joined: string[];
  /** It was told to leave since it was told to join. */
  hasLeft(): boolean;
  up(): void;
  /** @param why Close.WifiLost unless given. */
  down(why?: Close): void;
  /** What `missing` gives; Close.WifiTimeout unless set. */
  waitsFor: Close;
}

export function createManualWifi(): ManualWifi {
  let events: WifiEvents | null = null;
  const joined: string[] = [];
  const wifi: ManualWifi = {
    joined,
    waitsFor: Close.WifiTimeout,
    join(ssid, password, owner) {
      joined.push(`${ssid}/${password}`);
      events = owner;
    },
    leave() {
      events = null;
    },
    hasLeft: () => events === null,
    missing: () => wifi.waitsFor,
    rssi: () => -60,
    up: () => events?.onUp(),
    down: (why = Close.WifiLost) => events?.onDown(why),
  };
  return wifi;
}

/** Random numbers given beforehand, again and again. */
export function createFixedRandom(...values: number[]): Random {
  let at = 0;
  return { next: () => values[at++ % values.length] ?? 0 };
}

export interface RecordingLog extends Log {
  /** `event detail` of each line. */
  readonly lines: string[];
}

export function createRecordingLog(): RecordingLog {
  const lines: string[] = [];
  return {
    lines,
    write(event, detail) {
      lines.push(`${event} ${detail}`);
    },
  };
}
