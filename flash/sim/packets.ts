// Counts the MQTT packets that a virtual board sends and receives, by listening on its connections.

import type { ConnectionEvents } from '../../sim/network/connection.ts';
import type { LiveWorld } from '../../sim/board/world.ts';
import { createDecoder } from '../../src/mqtt/packet.ts';

export interface PacketCounters {
  out: number;
  in: number;
}

/** @returns the world with every connection of it counted. */
export function countPackets(world: LiveWorld, counters: PacketCounters): LiveWorld {
  function createCounter(direction: keyof PacketCounters): (bytes: string) => void {
    const decoder = createDecoder({
      onHeader: () => true,
      onPacket() {
        counters[direction]++;
        return true;
      },
    });
    return (bytes) => void decoder.feed(bytes);
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
