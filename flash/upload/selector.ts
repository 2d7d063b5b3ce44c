// The boot code that an upload installs: the selector, a line that names it, and the call of the program that it chose. That call
// stands outside of everything, so that the program's variables are global and its functions stay in flash.

import { sumOf } from './layout.ts';
import { SELECTOR_CODE } from './selector-code.ts';

const FORMAT = 1;
const START = 'try{eval(global.moteBoot.text)}catch(e){global.moteBoot.failed(e)}\n';
const body = Buffer.from(`${SELECTOR_CODE}\n${START}`, 'latin1');
const hex = (sum: number) => sum.toString(16).padStart(8, '0');

/** What goes into .bootcde. */
export const SELECTOR_TEXT = `//mote ${FORMAT} ${hex(sumOf(body))}\n${body.toString('latin1')}`;
export const SELECTOR_LINE_BYTES = SELECTOR_TEXT.length - body.length;

/** @returns the checksum that a first line says the rest has; undefined when it is of no selector that this can work with. */
export function readSelectorLine(line: string): number | undefined {
  const match = /^\/\/mote (\d+) ([\da-f]{8})\n$/.exec(line);
  return match !== null && Number(match[1]) === FORMAT ? parseInt(match[2]!, 16) : undefined;
}
