// What `mote doctor --port` says of a board, as looks.

import type { BoardReport } from '../upload/inspect.ts';
import type { Look } from './look.ts';

const HEALTH: Readonly<Record<BoardReport['health'], string>> = {
  healthy: 'healthy',
  trial: 'on trial: it has not reported yet',
  unproved: 'it has never reported',
  none: 'no program of mote upload',
};

const BOOT: Readonly<Record<BoardReport['bootCode'], string>> = {
  selector: 'the selector of mote upload',
  torn: 'torn: it starts nothing',
  other: 'of somebody else',
  none: 'none',
};

const kilobytes = (bytes: number) => `${Math.floor(bytes / 1024)} KB`;

function roomOf({ freeBytes, totalBytes, trashBytes, uploadsLeft }: BoardReport): Look {
  const room = `${kilobytes(freeBytes)} of ${kilobytes(totalBytes)} free`;
  const uploads = uploadsLeft === undefined ? '' : `, enough for ${uploadsLeft} uploads of this program`;
  if (uploadsLeft === 0) {
    const fix = `mote upload --compact gives ${kilobytes(trashBytes)} back; a power cut meanwhile erases everything`;
    return { what: 'Storage', verdict: 'wrong', found: `${room}${uploads}`, fix };
  }
  return { what: 'Storage', verdict: 'ok', found: `${room}${uploads}` };
}

/** @returns what there is to say of a board. */
export function looksAtBoard(report: BoardReport): Look[] {
  const { port, version, board, boards, bootCode, otherBoot, programs, health, freeBlocks, open } = report;
  const isTorn = bootCode === 'torn';
  // Not every engine counts them.
  const free = Number.isInteger(freeBlocks) ? `; ${freeBlocks} variables free` : '';
  return [
    {
      what: 'answers',
      verdict: 'ok',
      found: `Espruino ${version} on ${board} (${boards.join(' or ') || 'none that mote boards lists'}), at ${port}${free}`,
    },
    {
      what: 'boot code',
      verdict: isTorn ? 'wrong' : 'ok',
      found: BOOT[bootCode],
      ...(isTorn && { fix: 'mote upload writes it again' }),
    },
    ...otherBoot.map((file): Look => ({ what: 'boot file', verdict: 'ok', found: `${file} runs beside it` })),
    ...programs.map(({ file, bytes, isChosen, isRunning }): Look => {
      const state = [...(isChosen ? [`chosen, ${HEALTH[health]}`] : []), ...(isRunning ? ['running'] : [])];
      return { what: file, verdict: 'ok', found: [`${bytes} bytes`, ...state].join(', ') };
    }),
    roomOf(report),
    // Known and wanted while one develops: nothing that has to be repaired.
    ...open.map((sentence): Look => {
      const [found = sentence, fix] = sentence.split(': ');
      return { what: 'open', verdict: 'absent', found, ...(fix !== undefined && { fix }) };
    }),
  ];
}
