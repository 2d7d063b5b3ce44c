// How much the tests of lost power do: a sample with `npm test`, all of it with `npm run test:power -- --mode full`, which also
// keeps what was done for the docs.

import { keep, say, type Figures } from '../results.ts';

export const IS_FULL = process.env['MODE'] === 'full';
/** Time that a test may take. */
export const TIMEOUT_MS = IS_FULL ? 3_600_000 : 60_000;

/** Say what was done, and keep it when it was all of it. */
export function told(what: string, figures: Figures): void {
  say(what, figures);
  if (IS_FULL) keep('power', what, figures);
}
