// The sentences that a page says what motes publish in, as JSON: it has no table of its own. A page gets them as /assets/codes.json.

import { COUNTS, OUTCOMES } from '../account.ts';
import { closeTexts, codeTexts } from '../codes.ts';
import { AGES, STAGES, STARTED, STARTED_TEXT } from '../history.ts';
import type { PageCodes } from './codes-contract.ts';

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
