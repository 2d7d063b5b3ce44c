// What a board is and how it is, for `mote doctor`: release, room, programs, health, and what of it is open to others.

import { boardsCalled } from '../boards.ts';
import { openBoard, type BoardOptions } from './board.ts';
import { UNINSTALL } from './board-code.ts';
import { SLOT_FILES } from './layout.ts';
import { installHelper, readState, reserveOf, uploadsLeft, type BoardState } from './state.ts';

export interface BoardReport {
  readonly port: string;
  /** "2v29.277" and what Espruino calls the board. */
  readonly version: string;
  readonly board: string;
  /** Names on the command line that it may be, empty when nobody described it. */
  readonly boards: readonly string[];
  /** Bytes of Storage. */
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** What a compaction would give back. */
  readonly trashBytes: number;
  readonly bootCode: BoardState['bootCode'];
  /** Files that run beside the boot code. */
  readonly otherBoot: readonly string[];
  readonly programs: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly isChosen: boolean;
    readonly isRunning: boolean;
  }[];
  /** Of the program that is chosen. `none`: nothing of an upload is there. */
  readonly health: 'healthy' | 'trial' | 'unproved' | 'none';
  /** Uploads of the chosen program's size for which there is room and an entry. */
  readonly uploadsLeft: number | undefined;
  readonly entriesLeft: number;
  /** Blocks of memory. */
  readonly freeBlocks: number;
  /** What anyone who comes near can do, a sentence each. */
  readonly open: readonly string[];
}

interface Doors {
  readonly console: string;
  readonly telnet: boolean;
  readonly ble: boolean;
  readonly free: number;
}

const ASK_DOORS =
  '{console:E.getConsole(),telnet:process.env.MODULES.indexOf("TelnetServer")>=0,' +
  'ble:!!(global.ESP32&&ESP32.getState&&ESP32.getState().BLE),free:process.memory(false).free}';

/** @returns what is open on a board, a sentence each. */
export function openDoors(doors: Doors, kind: string, isLocked: boolean): string[] {
  if (isLocked) return [];
  const lock = 'mote upload --lock closes it with a password';
  return [
    `the console on ${doors.console} takes commands from anyone: ${lock}`,
    // It starts by itself on a chip with Wi-Fi, and on a computer only when it is asked for.
    ...(doors.telnet && kind !== 'LINUX'
      ? [`telnet (port 23) gives the console to everyone in the network: ${lock}`]
      : []),
    ...(doors.ble ? [`Bluetooth gives the console to everyone near: ${lock}`] : []),
  ];
}

function healthOf({ chosen }: BoardState): BoardReport['health'] {
  if (chosen?.entry === undefined) return 'none';
  if (chosen.entry.isHealthy) return 'healthy';
  return chosen.isTrial ? 'trial' : 'unproved';
}

/** Look at the board at a port; its program goes on. Throws MoteError when none answers. */
export async function inspectBoard(port: string, options: BoardOptions = {}): Promise<BoardReport> {
  const board = await openBoard(port, options);
  try {
    await installHelper(board);
    const state = await readState(board);
    const doors = await board.ask<Doors>(ASK_DOORS);
    await board.ask(UNINSTALL);
    const { chosen, running, slots } = state;
    const bytes = chosen === undefined ? undefined : slots[chosen.slot]?.bytes;
    return {
      port,
      version: board.version,
      board: board.kind,
      boards: boardsCalled(board.kind).map(({ id }) => id),
      totalBytes: state.totalBytes,
      freeBytes: Math.max(0, state.freeBytes - reserveOf(board.kind)),
      trashBytes: state.trashBytes,
      bootCode: state.bootCode,
      otherBoot: state.otherBoot,
      programs: slots.flatMap((file, slot) =>
        file === undefined
          ? []
          : [
              {
                file: SLOT_FILES[slot]!,
                bytes: file.bytes,
                isChosen: chosen?.slot === slot,
                isRunning: running?.slot === slot,
              },
            ],
      ),
      health: healthOf(state),
      uploadsLeft: bytes === undefined ? undefined : uploadsLeft(state, board.kind, bytes),
      entriesLeft: state.placesLeft,
      freeBlocks: doors.free,
      // A file with a password may be torn, or nobody there sets it: what counts is that it was asked for.
      open: openDoors(doors, board.kind, board.isLocked),
    };
  } finally {
    await board.close();
  }
}
