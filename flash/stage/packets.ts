// The packet log of a stage: numbers the packets that passed the antenna, and keeps the bytes of the last of them for a download. No password
// is kept.

import type { PacketEvent } from './events.ts';
import type { Passed } from './tap.ts';

/** Packets kept, and bytes of all of them. */
const KEPT_MAX = 5000;
const KEPT_BYTES = 2_000_000;

/** A packet as it is kept for a capture file. */
export interface KeptPacket {
  readonly event: PacketEvent;
  readonly raw: Uint8Array;
}

export interface PacketLog {
  add(passed: Passed): PacketEvent;
  kept(): readonly KeptPacket[];
  counts(): { readonly out: number; readonly in: number };
}

/** @returns the bytes with what nobody is to read blanked out: it is in them as it is (MQTT 5.0, sections 3.1.3.6 and 3.1.2.11.10). */
function withoutSecrets({ raw, packet }: Passed): Uint8Array {
  const copy = Buffer.from(raw);
  if (packet?.cmd !== 'connect' && packet?.cmd !== 'connack' && packet?.cmd !== 'auth') return copy;
  const password = packet.cmd === 'connect' ? packet.password : undefined;
  for (const secret of [password, packet.properties?.authenticationData]) {
    if (secret === undefined || secret.length === 0) continue;
    const at = copy.lastIndexOf(secret);
    if (at >= 0) copy.fill(0x2a, at, at + secret.length);
  }
  return copy;
}

export function createPacketLog(now: () => number): PacketLog {
  let list: KeptPacket[] = [];
  let bytes = 0;
  let n = 0;
  const counts = { out: 0, in: 0 };

  const trim = () => {
    let from = 0;
    while (list.length - from > KEPT_MAX || bytes > KEPT_BYTES) bytes -= list[from++]!.raw.length;
    // Not one by one: each would move all the others.
    if (from > 0) list = list.slice(from);
  };

  return {
    add(passed) {
      counts[passed.direction]++;
      const { connection, direction, name, fields, summary, size, isLost } = passed;
      const event: PacketEvent = {
        type: 'packet',
        n: ++n,
        t: now(),
        direction,
        connection,
        name,
        bytes: size,
        fields,
        summary,
        ...(isLost && { isLost }),
      };
      const raw = withoutSecrets(passed);
      list.push({ event, raw });
      bytes += raw.length;
      if (list.length > KEPT_MAX * 1.2 || bytes > KEPT_BYTES * 1.2) trim();
      return event;
    },
    kept: () => list.slice(-KEPT_MAX),
    counts: () => ({ ...counts }),
  };
}
