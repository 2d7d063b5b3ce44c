// The console of a board for as long as somebody looks on: connecting, connecting again, lines out of bytes, and what they mean.
// Knows no terminal: what is shown goes to a view, time comes from a clock.

import { decodeLogLine } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Port } from '../port/port.ts';
import { createConsoleLine } from './line.ts';
import { createPace } from './pace.ts';
import { safeText } from './safe.ts';
import type { Place, Tracer } from './trace.ts';

export interface ShownLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Harmless text. */
  readonly text: string;
  /** What a line of Mote's log means. */
  readonly sentence: string | undefined;
}

export interface View {
  /** As it came, before it is looked at. */
  bytes(text: string): void;
  line(line: ShownLine): void;
  /** Where in the source an error is, whose description has just been shown. */
  place(place: Place): void;
  /** The line that has no end yet. */
  partial(text: string, cursor: number): void;
  /** About the connection or the map, not from the board. */
  note(time: number, kind: 'connected' | 'lost' | 'map', text: string): void;
}

export interface MonitorClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

export interface MonitorOptions {
  readonly name: string;
  open(): Promise<Port>;
  readonly view: View;
  readonly clock: MonitorClock;
  readonly reconnect: boolean;
  readonly tracer: Tracer | undefined;
  /** Settles when nobody looks on any more. */
  readonly ended: Promise<void>;
}

export interface Monitor {
  /** Send what was typed. Without a connection it goes nowhere. */
  type(text: string): void;
  /** Settles at the end. Rejects with a MoteError when there is no connection, and none is waited for. */
  readonly done: Promise<void>;
}

/** How long to wait before the port is tried again. */
const RETRY_MS = 500;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export function startMonitor(options: MonitorOptions): Monitor {
  const { name, view, clock, tracer } = options;
  let port: Port | undefined;
  let over = false;
  let foreignTold = false;
  const pace = createPace((text) => port?.write(text), clock.wait);
  const end = options.ended.then(() => {
    over = true;
  });

  const line = createConsoleLine((bytes) => {
    const text = safeText(bytes);
    const time = clock.now();
    view.line({ time, text, sentence: decodeLogLine(text) });
    const place = tracer?.line(text);
    if (place === 'foreign') {
      if (!foreignTold) {
        view.note(
          time,
          'map',
          'the code on the board is not that of the source map: positions stay as they are',
        );
      }
      foreignTold = true;
    } else if (place !== undefined) {
      view.place(place);
    }
  });

  function onText(text: string): void {
    view.bytes(text);
    line.feed(text);
    const { text: partial, cursor } = line.current();
    view.partial(safeText(partial), cursor);
  }

  /** @returns why the connection ended; undefined: nobody looks on any more. */
  async function session(opened: Port): Promise<string | undefined> {
    port = opened;
    const why = await new Promise<string | undefined>((resolve) => {
      opened.onText = onText;
      opened.onEnd = resolve;
      void end.then(() => resolve(undefined));
    });
    port = undefined;
    opened.onText = () => {};
    opened.onEnd = () => {};
    opened.close();
    pace.reset();
    line.flush();
    return why;
  }

  async function run(): Promise<void> {
    let lostAt: number | undefined;
    while (!over) {
      let opened: Port;
      try {
        opened = await options.open();
      } catch (error) {
        if (lostAt === undefined) throw error;
        await Promise.race([clock.wait(RETRY_MS), end]);
        continue;
      }
      const again = lostAt === undefined ? '' : ` again after ${seconds(clock.now() - lostAt)}`;
      view.note(clock.now(), 'connected', `connected to ${name}${again}`);
      const why = await session(opened);
      if (why === undefined) return;
      lostAt = clock.now();
      view.note(lostAt, 'lost', `connection lost: ${why}${options.reconnect ? '; waiting for it' : ''}`);
      if (!options.reconnect) {
        throw new MoteError(
          `the connection ended: ${why}`,
          'plug the board in again, and leave --no-reconnect out to wait for it',
          name,
          ExitCode.Environment,
        );
      }
      await Promise.race([clock.wait(RETRY_MS), end]);
    }
  }

  return { type: (text) => port !== undefined && pace.send(text), done: run() };
}
