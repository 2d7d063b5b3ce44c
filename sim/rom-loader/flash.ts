// The flash behind the loader, and the transfers into it. Erases in sectors, programs only what is erased, and keeps count.

import { constants, inflateSync } from 'node:zlib';

export const SECTOR = 0x1000;

export interface RomFlash {
  readonly bytes: Uint8Array;
  /** Sectors that were erased so far, by number. */
  readonly erased: Set<number>;
  erase(address: number, length: number): void;
  program(address: number, bytes: Uint8Array): void;
}

export function createRomFlash(size: number): RomFlash {
  const bytes = new Uint8Array(size).fill(0xff);
  const erased = new Set<number>();
  return {
    bytes,
    erased,
    erase(address, length) {
      const first = Math.floor(address / SECTOR);
      const last = Math.ceil((address + length) / SECTOR);
      for (let sector = first; sector < last; sector++) {
        bytes.fill(0xff, sector * SECTOR, (sector + 1) * SECTOR);
        erased.add(sector);
      }
    },
    program(address, data) {
      data.forEach((byte, at) => (bytes[address + at]! &= byte));
    },
  };
}

/** A compressed transfer: blocks in, bytes of flash out as far as they are known. */
export interface Transfer {
  readonly address: number;
  readonly size: number;
  readonly blocks: number;
  received: number;
  written: number;
  /** Take a block. @returns false when it is no continuation. */
  take(block: Uint8Array): boolean;
  isWhole(): boolean;
}

export function createTransfer(flash: RomFlash, address: number, size: number, blocks: number): Transfer {
  const parts: Uint8Array[] = [];
  flash.erase(address, size);
  const transfer: Transfer = {
    address,
    size,
    blocks,
    received: 0,
    written: 0,
    take(block) {
      parts.push(block);
      transfer.received++;
      let plain: Uint8Array;
      try {
        plain = inflateSync(Buffer.concat(parts), { finishFlush: constants.Z_SYNC_FLUSH });
      } catch {
        return false;
      }
      if (plain.length > size) return false;
      flash.program(address + transfer.written, plain.subarray(transfer.written));
      transfer.written = plain.length;
      return true;
    },
    isWhole: () => transfer.written === size && transfer.received === blocks,
  };
  return transfer;
}
