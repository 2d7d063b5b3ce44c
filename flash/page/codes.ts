// The sentences that a page says what motes publish in, as JSON: it has no table of its own. A page gets them as /assets/codes.json.

import { COUNTS, OUTCOMES } from '../account.ts';
import { closeTexts, codeTexts } from '../codes.ts';
import { AGES, STAGES, STARTED, STARTED_TEXT } from '../history.ts';

export interface PageCodes {
  /** Why a connection ended, by `Close`. */
  readonly closes: Readonly<Record<string, string>>;
  /** Results of commands, by `Code`, which is negative. */
  readonly results: Readonly<Record<string, string>>;
  /** Of the history: what a link does, by the number of its stage. */
  readonly stages: readonly string[];
  /** Of the history: this in the place of a cause, and what it says. */
  readonly started: { readonly cause: number; readonly text: string };
  readonly ages: typeof AGES;
  /** Members of an account that are counts, and those whose sum is `stored`. */
  readonly counts: readonly string[];
  readonly outcomes: readonly string[];
}

export function pageCodes(): PageCodes {
  return {
    closes: closeTexts(),
    results: codeTexts(),
    stages: STAGES,
    started: { cause: STARTED, text: STARTED_TEXT },
    ages: AGES,
    counts: COUNTS,
    outcomes: OUTCOMES,
  };
}
