// What every socket must do. The world brings the socket and the server on the other side of it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Code } from '../../src/ports/codes.ts';
import { SEND_WINDOW, type Connection, type Socket, type SocketEvents } from '../../src/ports/socket.ts';

/** One connection as the server sees it. */
export interface ServerConnection {
  readonly received: string;
  readonly closed: boolean;
  send(bytes: string): void;
  /** Close this side. */
  end(): void;
}

export interface SocketWorld {
  readonly socket: Socket;
  readonly host: string;
  readonly port: number;
  /** Nothing listens there. */
  readonly deadPort: number;
  /** All that the server has accepted, in order. */
  readonly accepted: readonly ServerConnection[];
  /** What the server does with a connection in the moment it arrives. */
  onAccept: (connection: ServerConnection) => void;
  /** Let events happen until `done`, or fail. */
  until(done: () => boolean): Promise<void>;
  /** Let happen all that is under way. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
}

/** All 256 bytes, again and again. */
const pattern = (length: number) => Array.from({ length }, (_, i) => String.fromCharCode(i % 256)).join('');

/** Events in the order of their arrival, data joined. */
interface Recorder extends SocketEvents {
  readonly calls: string[];
  readonly chunks: string[];
  /** Write to the last connection. @returns whether it was taken; not before one is open. */
  write(bytes: string): boolean;
}

function record(hooks: Partial<SocketEvents> = {}): Recorder {
  const calls: string[] = [];
  const chunks: string[] = [];
  let connection: Connection | undefined;
  return {
    calls,
    chunks,
    write(bytes) {
      try {
        connection?.write(bytes);
        return connection !== undefined;
      } catch {
        return false;
      }
    },
    onOpen(opened) {
      connection = opened;
      calls.push('open');
      hooks.onOpen?.(opened);
    },
    onData(bytes) {
      calls.push('data');
      chunks.push(bytes);
      hooks.onData?.(bytes);
    },
    onDrain() {
      calls.push('drain');
      hooks.onDrain?.();
    },
    onClose() {
      calls.push('close');
      hooks.onClose?.();
    },
  };
}

export function socketContract(createWorld: () => Promise<SocketWorld>): void {
  describe('socket contract', () => {
    let world: SocketWorld;
    beforeEach(async () => {
      world = await createWorld();
    });
    afterEach(() => world.dispose());

    const connect = async (events: Recorder) => {
      expect(world.socket.open(world.host, world.port, events)).toBe(Code.Ok);
      await world.until(() => events.calls.includes('open') && world.accepted.length > 0);
      return world.accepted[world.accepted.length - 1];
    };

    it('opens, and says so from the event loop', async () => {
      const events = record();
      expect(world.socket.open(world.host, world.port, events)).toBe(Code.Ok);
      expect(events.calls).toEqual([]);
      await world.until(() => events.calls.length > 0);
      await world.settle();
      expect(events.calls).toEqual(['open']);
      expect(world.accepted[0].received).toBe('');
    });

    it('carries every byte in both directions', async () => {
      const events = record();
      const server = await connect(events);
      const bytes = pattern(SEND_WINDOW);
      expect(events.write(bytes)).toBe(true);
      await world.until(() => server.received.length === bytes.length);
      expect(server.received).toBe(bytes);
      server.send(bytes);
      await world.until(() => events.chunks.join('').length === bytes.length);
      expect(events.chunks.join('')).toBe(bytes);
    });

    it('hands over what arrives in order, in pieces no larger than the window', async () => {
      const events = record();
      const server = await connect(events);
      server.send(pattern(3000));
      await world.until(() => events.chunks.join('').length >= 3000);
      expect(events.chunks.join('')).toBe(pattern(3000));
      for (const chunk of events.chunks) {
        expect(chunk.length).toBeGreaterThan(0);
        expect(chunk.length).toBeLessThanOrEqual(SEND_WINDOW);
      }
    });

    it('takes a window full and drains once', async () => {
      const events = record();
      const server = await connect(events);
      expect(events.write(pattern(500))).toBe(true);
      expect(events.write('y'.repeat(36))).toBe(true);
      expect(events.calls).toEqual(['open']);
      await world.until(() => events.calls.includes('drain') && server.received.length === SEND_WINDOW);
      await world.settle();
      expect(server.received).toBe(pattern(500) + 'y'.repeat(36));
      expect(events.calls).toEqual(['open', 'drain']);
    });

    it('says once that what was written inside onOpen has left', async () => {
      const events = record({ onOpen: (connection) => void connection.write(pattern(500)) });
      const server = await connect(events);
      await world.until(() => server.received.length === 500 && events.calls.includes('drain'));
      await world.settle();
      expect(events.calls).toEqual(['open', 'drain']);
    });

    it('sends one window after another from onDrain', async () => {
      let sent = 0;
      const send = () => {
        const chunk = pattern(4000).slice(sent, sent + SEND_WINDOW);
        sent += chunk.length;
        if (chunk !== '') expect(events.write(chunk)).toBe(true);
      };
      const events: Recorder = record({ onOpen: () => send(), onDrain: send });
      const server = await connect(events);
      await world.until(() => server.received.length === 4000);
      expect(server.received).toBe(pattern(4000));
    });

    it('takes an empty chunk and says nothing about it', async () => {
      const events = record();
      await connect(events);
      expect(events.write('')).toBe(true);
      await world.settle();
      expect(events.calls).toEqual(['open']);
    });

    it('delivers what a server says first after onOpen', async () => {
      world.onAccept = (connection) => connection.send('hello');
      const events = record();
      await connect(events);
      await world.until(() => events.chunks.length > 0);
      expect(events.calls).toEqual(['open', 'data']);
      expect(events.chunks).toEqual(['hello']);
    });

    it('counts what is written in answer to a server that speaks first', async () => {
      world.onAccept = (connection) => connection.send('hello');
      const events = record({ onOpen: (connection) => void connection.write(pattern(536)) });
      const server = await connect(events);
      await world.until(() => events.calls.includes('drain') && server.received.length === 536);
      await world.settle();
      expect(events.calls.filter((call) => call === 'drain')).toHaveLength(1);
    });

    it('says once that the server has closed, and takes nothing more', async () => {
      const events = record();
      const server = await connect(events);
      server.end();
      await world.until(() => events.calls.includes('close'));
      await world.settle();
      expect(events.calls).toEqual(['open', 'close']);
      expect(events.write('x')).toBe(false);
    });

    it('delivers what the server said before it closed', async () => {
      const events = record();
      const server = await connect(events);
      server.send('last words');
      server.end();
      await world.until(() => events.calls.includes('close'));
      expect(events.chunks.join('')).toBe('last words');
      expect(events.calls).toEqual(['open', 'data', 'close']);
    });

    it('says so when the server closes before anything else', async () => {
      world.onAccept = (connection) => connection.end();
      const events = record();
      expect(world.socket.open(world.host, world.port, events)).toBe(Code.Ok);
      await world.until(() => events.calls.includes('close'));
      await world.settle();
      expect(events.calls.filter((call) => call === 'close')).toHaveLength(1);
      expect(events.calls[events.calls.length - 1]).toBe('close');
    });

    it('reports a refusal at once or through onClose, never both, and never opens', async () => {
      const events = record();
      const result = world.socket.open(world.host, world.deadPort, events);
      expect([Code.Ok, Code.Refused]).toContain(result);
      await world.settle();
      if (result === Code.Ok) await world.until(() => events.calls.length > 0);
      expect(events.calls).toEqual(result === Code.Ok ? ['close'] : []);
      const next = record();
      await connect(next);
      expect(next.calls).toEqual(['open']);
    });

    it('lets what was handed over leave before it closes, without an event', async () => {
      const events = record();
      const server = await connect(events);
      events.write(pattern(SEND_WINDOW));
      world.socket.close();
      expect(events.write('x')).toBe(false);
      await world.until(() => server.closed);
      await world.settle();
      expect(server.received).toBe(pattern(SEND_WINDOW));
      expect(events.calls).toEqual(['open']);
    });

    it('hears nothing after close, whatever the server still says', async () => {
      const events = record();
      const server = await connect(events);
      events.write('last words');
      world.socket.close();
      server.send('too late');
      await world.until(() => server.closed);
      await world.settle();
      expect(events.calls).toEqual(['open']);
    });

    it('closes while it is connecting, without an event', async () => {
      const events = record();
      expect(world.socket.open(world.host, world.port, events)).toBe(Code.Ok);
      world.socket.close();
      await world.until(() => world.accepted.every((connection) => connection.closed));
      await world.settle();
      expect(events.calls).toEqual([]);
    });

    it('may be closed when it is not open', async () => {
      world.socket.close();
      const events = record();
      await connect(events);
      world.socket.close();
      world.socket.close();
      await world.settle();
      expect(events.calls).toEqual(['open']);
    });

    it('can be closed from inside onOpen, and tells nothing of what had already arrived', async () => {
      world.onAccept = (connection) => connection.send('hello');
      const events = record({ onOpen: () => world.socket.close() });
      await connect(events);
      await world.until(() => world.accepted[0].closed);
      await world.settle();
      expect(events.calls).toEqual(['open']);
    });

    it('can be closed from inside onData', async () => {
      const events = record({ onData: () => world.socket.close() });
      const server = await connect(events);
      server.send(pattern(3000));
      await world.until(() => server.closed);
      await world.settle();
      expect(events.calls).toEqual(['open', 'data']);
    });

    it('can be opened again from inside onClose', async () => {
      const second = record();
      const first = record({
        onClose: () => expect(world.socket.open(world.host, world.port, second)).toBe(Code.Ok),
      });
      const server = await connect(first);
      server.end();
      await world.until(() => second.calls.includes('open'));
      await world.settle();
      expect(first.calls).toEqual(['open', 'close']);
      expect(second.calls).toEqual(['open']);
    });

    it('cuts off a former connection when it opens a new one, and keeps their events apart', async () => {
      const first = record();
      const former = await connect(first);
      former.send('for the first');
      first.write(pattern(SEND_WINDOW));
      const second = record();
      expect(world.socket.open(world.host, world.port, second)).toBe(Code.Ok);
      await world.until(() => second.calls.includes('open') && former.closed);
      await world.settle();
      expect(first.calls).toEqual(['open']);
      expect(second.calls).toEqual(['open']);
      second.write('for the second');
      await world.until(() => world.accepted[1].received.length > 0);
      expect(world.accepted[1].received).toBe('for the second');
    });
  });
}
