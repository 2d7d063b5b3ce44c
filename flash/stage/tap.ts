// Listens at the antenna of a board: every connection that it opens, every packet on it, and how it ended. It changes nothing of what passes,
// draws no random number and sets no timer, so a run with it is the run without.

import type { VirtualWorld } from '../../sim/board/world.ts';
import { ConnectError } from '../../sim/network/connection.ts';
import type { ConnectionEvents } from '../../sim/network/connection.ts';
import { createPacketCutter } from './cutter.ts';
import type { Cutter } from './cutter.ts';
import { createDecoder, noPacket } from './decode.ts';
import type { Decoded } from './decode.ts';

/** Who ended a connection: the mote, or the other side; silence: nobody, it died without a word. */
export type Ending = 'mote' | 'mote reset' | 'broker' | 'reset' | 'silence';

export interface TapEvents {
  onOpen(connection: number, host: string, port: number): void;
  onFail(host: string, port: number, why: string): void;
  onEnd(connection: number, how: Ending): void;
  /** @param bytes of it, at most PACKET_MAX. @param size all of it. */
  onPacket(packet: Passed): void;
}

export interface Passed extends Decoded {
  readonly connection: number;
  readonly direction: 'out' | 'in';
  readonly raw: Uint8Array;
  readonly size: number;
  /** The connection is dead, and the mote does not know it yet. */
  readonly isLost: boolean;
}

export interface Tap {
  readonly world: VirtualWorld;
  /** What the board sends on connections that are open now arrives nowhere. */
  goSilent(): void;
  /** Open connections, as the board sees them. */
  count(): number;
}

const FAILURES = {
  'unknown-host': 'no name server knows the host',
  refused: 'nothing listens there',
  unreachable: 'nothing answers',
} as const;

interface Live {
  isLost: boolean;
}

export function createTap(world: VirtualWorld, events: TapEvents): Tap {
  const open = new Set<Live>();
  let connections = 0;

  const begin = (host: string, port: number) => {
    const number = ++connections;
    const decoder = createDecoder();
    const live: Live = { isLost: false };
    const cutterOf = (direction: 'out' | 'in'): Cutter => {
      const pass = (decoded: Decoded, raw: Uint8Array, size: number, isLost = live.isLost) =>
        events.onPacket({ ...decoded, connection: number, direction, raw, size, isLost });
      return createPacketCutter({
        onPacket: (raw) => pass(decoder.decode(raw, direction), raw, raw.length),
        onOther: (raw, size, why) => pass(noPacket(raw, why), raw, size),
      });
    };
    const out = cutterOf('out');
    const received = cutterOf('in');
    const end = (how: Ending) => {
      if (!open.delete(live)) return;
      if (how === 'silence') live.isLost = true;
      out.end();
      received.end();
      events.onEnd(number, how);
    };
    return {
      out,
      received,
      end,
      begin() {
        open.add(live);
        events.onOpen(number, host, port);
      },
    };
  };

  const connect: VirtualWorld['connect'] = (host, port, inner, credentials) => {
    const { out, received, end, begin: opened } = begin(host, port);
    const outer: ConnectionEvents = {
      ...inner,
      onData(bytes) {
        received.feed(bytes);
        inner.onData(bytes);
      },
      onEnd() {
        end('broker');
        inner.onEnd();
      },
      onReset() {
        end('reset');
        inner.onReset();
      },
    };
    let made;
    try {
      made = world.connect(host, port, outer, credentials);
    } catch (error) {
      const why = error instanceof ConnectError ? FAILURES[error.failure] : String(error);
      events.onFail(host, port, why);
      throw error;
    }
    opened();
    const { connection } = made;
    return {
      ...made,
      connection: {
        send(bytes) {
          const taken = connection.send(bytes);
          out.feed(bytes.slice(0, taken));
          return taken;
        },
        end() {
          end('mote');
          connection.end();
        },
        reset() {
          end('mote reset');
          connection.reset();
        },
        vanish() {
          end('silence');
          connection.vanish();
        },
      },
    };
  };

  return {
    world: { ...world, connect },
    goSilent() {
      for (const live of open) live.isLost = true;
    },
    count: () => open.size,
  };
}
