// What becomes of a program that was uploaded: it reports, or the board goes back to the former one. Asked at the console, since
// what the selector prints may be lost among what else is printed.

import { MoteError } from '../errors.ts';
import type { Board } from './board.ts';
import { CHOICE_FILE, PLACE_BYTES, readEntry, type Slot } from './layout.ts';

export type Verdict = 'healthy' | 'rejected' | 'waiting';

const POLL_MS = 400;
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

/** Wait until the program at `place` has reported or is given up, at most `limitMs`. */
export async function waitForVerdict(
  board: Board,
  { slot, place }: { slot: Slot; place: number },
  limitMs: number,
): Promise<Verdict> {
  const end = Date.now() + limitMs;
  let verdict: Verdict = 'waiting';
  while (verdict === 'waiting' && Date.now() < end) {
    try {
      const seen = await look(board, place);
      // The former program is what there is to see once the restart is over.
      if (seen.verdict !== 'rejected' || (seen.running !== undefined && seen.running !== slot)) {
        verdict = seen.verdict;
      }
    } catch (error) {
      if (!(error instanceof MoteError) || Date.now() > end) throw error;
      await board.attach(ATTACH_MS).catch(() => {});
    }
    if (verdict === 'waiting') await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return verdict;
}
