// One simulated TCP connection: two pipes, and what each end learns of the other.

import { toMicroseconds } from '../clock.ts';
import type { ConnectionEvents, Opened } from './connection.ts';
import type { Direction, Pipe, PipeHost } from './pipe.ts';
import { createPipe } from './pipe.ts';

/** A connection as the listening side sees it. */
export interface PeerConnection {
  onData(handler: (bytes: string) => void): void;
  /** Called once, when the other side closed or the connection broke; not after `end` or `reset` of this side. */
  onClose(handler: (how: 'end' | 'reset') => void): void;
  /** Takes any amount. */
  write(bytes: string): void;
  /** Close once everything written has arrived. */
  end(): void;
  reset(): void;
  /** Let the connection die without a word: neither side hears from the other again (half-open). */
  vanish(): void;
}

/** A connection as its network sees it. */
export interface Link {
  /** What the side that asked gets. */
  readonly opened: Opened;
  /** Break it on both sides. */
  reset(): void;
  /** The network works again. */
  resume(): void;
  /** How much may be under way has changed. */
  feed(): void;
  /** Let it die without a word (half-open). */
  vanish(): void;
}

/**
 * @param delays one way to the listener and back, milliseconds: the three-way handshake.
 * @param events of the side that asked. @param accept called when the listener learns of the connection.
 * @param gone called once, when neither side can use the connection any more.
 */
export function openLink(
  host: PipeHost,
  delays: readonly [number, number],
  events: ConnectionEvents,
  accept: (peer: PeerConnection) => void,
  gone: () => void,
): Link {
  const [there, back] = delays;
  const acceptAt = toMicroseconds(host.now() + there);
  let onData: ((bytes: string) => void) | undefined;
  let onClose: ((how: 'end' | 'reset') => void) | undefined;
  let early = '';
  let over = false;

  const forget = () => {
    over = true;
    toPeer.stop();
    fromPeer.stop();
    gone();
  };
  const peerClosed = (how: 'end' | 'reset') => {
    const handler = onClose;
    onClose = undefined;
    handler?.(how);
  };
  const peerLost = (how: 'end' | 'reset') => {
    forget();
    peerClosed(how);
  };
  const boardLost = () => {
    forget();
    events.onReset();
  };

  const breakOff = () => {
    peerLost('reset');
    events.onReset();
  };
  /** Hand over what has arrived, up to the byte at which the network breaks it off. */
  const pass = (direction: Direction, bytes: string, deliver: (bytes: string) => void) => {
    const count = host.trap(direction, bytes.length);
    if (count === undefined) return deliver(bytes);
    if (count > 0) deliver(bytes.slice(0, count));
    if (!over) breakOff();
  };

  const toPeer: Pipe = createPipe(
    host,
    {
      data: (arrived) =>
        pass('out', arrived, (bytes) => void (onData === undefined ? (early += bytes) : onData(bytes))),
      end: () => peerLost('end'),
      reset: () => peerLost('reset'),
      writable: () => events.onWritable(),
      gaveUp: boardLost,
    },
    acceptAt,
    () => host.settings.sendBuffer,
  );
  const fromPeer: Pipe = createPipe(
    host,
    {
      data: (arrived) => pass('in', arrived, (bytes) => events.onData(bytes)),
      end: () => events.onEnd(),
      reset: boardLost,
      writable: () => undefined,
      gaveUp: () => peerLost('reset'),
    },
    toMicroseconds(acceptAt + back),
    () => Infinity,
  );
  const vanish = () => {
    toPeer.vanish();
    fromPeer.vanish();
  };

  const peer: PeerConnection = {
    onData(handler) {
      onData = handler;
      if (early !== '') handler(early);
      early = '';
    },
    onClose: (handler) => void (onClose = handler),
    write: (bytes) => void fromPeer.send(bytes),
    end() {
      onClose = undefined;
      fromPeer.finish('end');
    },
    reset() {
      onClose = undefined;
      toPeer.stop();
      fromPeer.finish('reset');
    },
    vanish,
  };
  host.setTimer(there, () => {
    if (!over) accept(peer);
  });

  /** The board is through with it: what is still to come has no reader. */
  const leave = (how: 'end' | 'reset') => {
    fromPeer.stop();
    toPeer.finish(how);
  };
  return {
    opened: {
      blockedMs: there + back,
      connection: {
        send: (bytes) => toPeer.send(bytes),
        end: () => leave('end'),
        reset: () => leave('reset'),
        vanish,
      },
    },
    reset: breakOff,
    resume() {
      toPeer.resume();
      fromPeer.resume();
    },
    feed: () => toPeer.feed(),
    vanish,
  };
}
