// Counts the MQTT packets that a virtual board sends and receives, by listening on its connections.

import type { ConnectionEvents } from '../../sim/network/connection.ts';
import type { LiveWorld } from '../../sim/board/world.ts';
import { createDecoder } from '../../src/mqtt/decoder.ts';

/** Bytes of a packet that is not whole yet are kept up to here. */
const HEADER_MAX = 5;
const PIECE_MAX = 536;

export interface PacketCounters {
  out: number;
  in: number;
}

/** @returns the world with every connection of it counted. */
export function countPackets(world: LiveWorld, counters: PacketCounters): LiveWorld {
  function createCounter(direction: keyof PacketCounters): (bytes: string) => void {
    const decoder = createDecoder(
      {
        onPacket: () => void counters[direction]++,
        // Nothing is kept of a packet that is not whole but its beginning.
        onLarge: (_first, bytes, at) => bytes.length - at,
        onPiece(_bytes, _at, _count, left) {
          if (left === 0) counters[direction]++;
        },
        onHeader: () => {},
      },
      HEADER_MAX,
      PIECE_MAX,
    );
    decoder.reset(true);
    return (bytes) => decoder.feed(bytes);
  }

  return {
    ...world,
    connect(host, port, events: ConnectionEvents) {
      const received = createCounter('in');
      const sent = createCounter('out');
      const opened = world.connect(host, port, {
        ...events,
        onData(bytes) {
          received(bytes);
          events.onData(bytes);
        },
      });
      const { connection } = opened;
      const send = (bytes: string) => {
        const taken = connection.send(bytes);
        sent(bytes.slice(0, taken));
        return taken;
      };
      return { ...opened, connection: { ...connection, send } };
    },
  };
}
