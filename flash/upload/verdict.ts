// What becomes of a program that was uploaded: it reports, or the board goes back to the former one. Asked at the console, since
// what the selector prints may be lost among what else is printed.

import { ExitCode, MoteError } from '../errors.ts';
import type { Board } from './board.ts';
import { CHOICE_FILE, PLACE_BYTES, readEntry, TRY_COUNT, type Slot } from './layout.ts';

export type Verdict = 'healthy' | 'rejected' | 'waiting';

const POLL_MS = 400;
/** A restart, generously. */
const TRY_MS = 10_000;
/** A board that restarts and restarts is asked again until the end. */
const ATTACH_MS = 5000;

interface Look {
  /** Slot that runs; undefined: no selector has run. */
  readonly running: number | undefined;
  readonly verdict: Verdict;
}

/** Ask once what runs, and what the entry at `place` has come to. */
export async function look(board: Board, place: number): Promise<Look> {
  const read = `require("Storage").read("${CHOICE_FILE}",${place * PLACE_BYTES},${PLACE_BYTES})`;
  const [slot, text] = await board.ask<[number, string]>(
    `[global.moteBoot?moteBoot.slot:-2,btoa(${read}||"")]`,
  );
  const running = slot === -2 ? undefined : slot;
  const entry = readEntry(Buffer.from(text, 'base64'), 0);
  if (entry === undefined || entry.isRejected) return { running, verdict: 'rejected' };
  if (entry.isHealthy) return { running, verdict: 'healthy' };
  // Its tries are used up: what runs is the other.
  if (running !== undefined && running !== entry.slot) return { running, verdict: 'rejected' };
  return { running, verdict: 'waiting' };
}

/** Wait until the program at `place` has reported or is given up, at most `limitMs`, and no longer than until `isStopped`. */
export async function waitForVerdict(
  board: Board,
  { slot, place }: { slot: Slot; place: number },
  limitMs: number,
  isStopped: () => boolean = () => false,
): Promise<Verdict> {
  const end = performance.now() + limitMs;
  let verdict: Verdict = 'waiting';
  while (verdict === 'waiting' && performance.now() < end && !isStopped()) {
    try {
      const seen = await look(board, place);
      // The former program is what there is to see once the restart is over.
      if (seen.verdict !== 'rejected' || (seen.running !== undefined && seen.running !== slot)) {
        verdict = seen.verdict;
      }
    } catch (error) {
      if (!(error instanceof MoteError) || performance.now() > end) throw error;
      await board.attach(ATTACH_MS).catch(() => {});
    }
    if (verdict === 'waiting') await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return verdict;
}

/** @returns how long a trial lasts at most: each try may end right before its time is over, with a restart. */
export const trialMs = (trialMin: number): number => TRY_COUNT * (trialMin * 60_000 + TRY_MS);

/** Throw unless the program is healthy, or nothing would take its place. @param isTrial something would. */
export function judge(verdict: Verdict, isTrial: boolean, name: string): void {
  if (verdict === 'rejected') {
    throw new MoteError(
      'the new firmware did not report healthy: the board runs the former one again',
      'look at what it prints with mote monitor, or give it longer with --trial',
      name,
      ExitCode.Firmware,
    );
  }
  if (verdict === 'waiting' && isTrial) {
    throw new MoteError(
      'the new firmware runs, has not reported, and is still on trial',
      'if it sleeps, wait for its first session; mote doctor --port says what became of it',
      name,
      ExitCode.Firmware,
    );
  }
}
