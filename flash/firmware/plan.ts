// What a flash writes, and what becomes of all else in the flash: decided and said before anything is erased.

import { ExitCode, MoteError } from '../errors.ts';
import { setFlashSize, readImage } from './image.ts';
import type { Firmware, Piece } from './firmware.ts';
import { appPartition, endOf, settingsPartition, type Partition } from './partitions.ts';

/** Part of the flash that people care about. */
export interface Region {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
}

export interface PlacedPiece extends Piece {
  readonly address: number;
}

export interface Plan {
  readonly pieces: readonly PlacedPiece[];
  readonly kept: readonly Region[];
  readonly lost: readonly Region[];
}

/** What the board has, as far as it was asked. */
export interface Board {
  readonly port: string;
  readonly flashBytes: number;
  /** Its partition table, where only an application is written; undefined: there is none. */
  readonly partitions: readonly Partition[] | undefined;
}

const PAGE = 0x1000;
const SETTINGS = 'settings of the radio: ESP32.enableWifi() and enableBLE()';
const hex = (value: number) => `0x${value.toString(16)}`;
const megabytes = (bytes: number) => `${bytes / 0x100000} MB`;

function overlaps(a: { address: number; bytes: number }, b: { address: number; bytes: number }): boolean {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

/** The pages that a piece takes. */
function pages({ address, bytes }: PlacedPiece): { address: number; bytes: number } {
  return { address, bytes: Math.ceil(bytes.length / PAGE) * PAGE };
}

function place(firmware: Firmware, board: Board): PlacedPiece[] {
  if (firmware.boot !== undefined) return firmware.pieces as PlacedPiece[];
  const [piece] = firmware.pieces as [Piece];
  const app = board.partitions === undefined ? undefined : appPartition(board.partitions);
  if (app === undefined) {
    throw new MoteError(
      `is an application alone, and the board on ${board.port} has no partition table for it`,
      'name the folder with boot loader, partition table and application of the build',
      piece.file,
      ExitCode.Usage,
    );
  }
  if (piece.bytes.length > app.bytes) {
    throw new MoteError(
      `has ${piece.bytes.length} bytes, and the partition table on the board on ${board.port} gives an application ${app.bytes}`,
      'name the folder with boot loader, partition table and application of the build',
      piece.file,
      ExitCode.Usage,
    );
  }
  return [{ ...piece, address: app.address }];
}

/** Put the size of the flash that is there into the boot loader. */
function sized(pieces: readonly PlacedPiece[], firmware: Firmware, flashBytes: number): PlacedPiece[] {
  const at = firmware.chip.bootloader;
  return pieces.map((piece) => {
    const from = at - piece.address;
    if (firmware.boot === undefined || from < 0 || from >= piece.bytes.length) return piece;
    const bytes = piece.bytes.slice();
    const loader = bytes.subarray(from);
    setFlashSize(loader, readImage(loader), flashBytes);
    return { ...piece, bytes };
  });
}

/**
 * @param regions what Mote and Espruino keep in flash.
 * @param erase everything goes first.
 * @throws MoteError when the firmware does not fit the board, or would go over what is to be kept.
 */
export function createPlan(
  firmware: Firmware,
  board: Board,
  regions: readonly Region[],
  erase: boolean,
): Plan {
  const [{ file }] = firmware.pieces as [Piece];
  const partitions = firmware.boot?.partitions ?? board.partitions;
  if (erase && firmware.boot === undefined) {
    throw new MoteError(
      'is an application alone, and --erase takes boot loader and partition table away',
      'name the folder with the three files of the build, or leave --erase out',
      file,
      ExitCode.Usage,
    );
  }
  const pieces = place(firmware, board);
  const needed = Math.max(
    partitions === undefined ? 0 : endOf(partitions),
    ...pieces.map((piece) => piece.address + piece.bytes.length),
  );
  if (needed > board.flashBytes) {
    throw new MoteError(
      `needs ${megabytes(needed)} of flash, and the board on ${board.port} has ${megabytes(board.flashBytes)}`,
      'take a board with more flash: Espruino has no build for less',
      file,
      ExitCode.Usage,
    );
  }
  const settings = partitions === undefined ? undefined : settingsPartition(partitions);
  const all: Region[] = [
    ...(settings === undefined ? [] : [{ address: settings.address, bytes: settings.bytes, name: SETTINGS }]),
    ...regions,
  ];
  const isLost = (region: Region) => erase || pieces.some((piece) => overlaps(pages(piece), region));
  const over = regions.find((region) => !erase && isLost(region));
  if (over !== undefined) {
    throw new MoteError(
      `reaches over ${hex(over.address)}, where the board keeps ${over.name}`,
      'name a firmware that leaves it alone, or add --erase to give up all that is on the board',
      file,
      ExitCode.Usage,
    );
  }
  return {
    pieces: sized(pieces, firmware, board.flashBytes),
    kept: all.filter((region) => !isLost(region)),
    lost: all.filter(isLost),
  };
}
