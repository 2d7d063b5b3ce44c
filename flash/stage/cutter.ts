// Cuts the bytes of one direction of a connection into packets, wherever they were cut before. What is no packet, or too long to keep, is
// handed on as such; it never throws, and holds no more than PACKET_MAX.

/** Longer packets are passed by. */
export const PACKET_MAX = 65536;

export interface CutterEvents {
  /** @param bytes one whole packet. */
  onPacket(bytes: Uint8Array): void;
  /** @param bytes of them, the first. @param size how many there are. */
  onOther(bytes: Uint8Array, size: number, why: string): void;
}

export interface Cutter {
  feed(bytes: string): void;
  /** Nothing more comes: what is left is no packet. */
  end(): void;
}

const SHOWN = 256;

/** @returns where the first packet of `bytes` ends; undefined: nobody knows yet; NaN: nowhere. */
function endOf(bytes: Uint8Array): number | undefined {
  let length = 0;
  for (let at = 1; at <= 4; at++) {
    if (at >= bytes.length) return undefined;
    length += (bytes[at]! & 127) * 128 ** (at - 1);
    if (bytes[at]! < 128) return at + 1 + length;
  }
  return NaN;
}

export function createPacketCutter({ onPacket, onOther }: CutterEvents): Cutter {
  let pending: Uint8Array = new Uint8Array(0);
  /** Bytes of a long packet that are still to come. */
  let passing = 0;
  let isLost = false;

  /** @returns whether there may be more. */
  const take = (): boolean => {
    const end = pending.length === 0 ? undefined : endOf(pending);
    if (end === undefined) return false;
    if (Number.isNaN(end)) {
      isLost = true;
      onOther(pending.subarray(0, SHOWN), pending.length, 'the remaining length has more than four bytes');
      pending = new Uint8Array(0);
      return false;
    }
    if (end > PACKET_MAX) {
      onOther(pending.subarray(0, SHOWN), end, `a packet of ${end} bytes, too long to be kept`);
      passing = Math.max(0, end - pending.length);
      pending = pending.slice(Math.min(end, pending.length));
      return pending.length > 0;
    }
    if (pending.length < end) return false;
    onPacket(pending.subarray(0, end));
    pending = pending.subarray(end);
    return true;
  };

  return {
    feed(text) {
      const bytes = Buffer.from(text, 'latin1');
      if (isLost) return onOther(bytes.subarray(0, SHOWN), bytes.length, 'behind what is no packet');
      const passed = Math.min(passing, bytes.length);
      passing -= passed;
      const rest = bytes.subarray(passed);
      pending = pending.length === 0 ? rest : Buffer.concat([pending, rest]);
      while (take());
    },
    end() {
      if (pending.length > 0) {
        onOther(pending.subarray(0, SHOWN), pending.length, 'cut off: the rest of the packet never came');
      }
      pending = new Uint8Array(0);
    },
  };
}
