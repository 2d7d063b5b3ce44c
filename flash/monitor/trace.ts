// From the positions that Espruino prints with an error to the lines of the firmware's source.
// Espruino prints three lines a level: `    at f (.bootcde:1:234)`, a piece of the code, and a caret under the place. Line and column count
// from 1; for code in Storage they are those of the file, for code in RAM those of the function, without a name.
// The piece of code tells whether the map belongs to what runs: no line is named on a guess.

import { originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line of source. */
  readonly text: string;
}

export interface Tracer {
  /**
   * Take one line of the console.
   * @returns the place that this line ends the description of; 'foreign' when it is of other code than the map; else undefined.
   */
  line(text: string): Place | 'foreign' | undefined;
}

interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a function has no name, Espruino prints the start of its text. */
const POSITION = / {4}at (?:.*\()?([^\s():]*):(\d+):(\d+)\)?\s*$/;
const CARET = /^ *\^\s*$/;
const DOTS = '...';
/** Espruino leaves out of its count what it takes for lines of modules, which long lines may be taken for: of one line the number is 0. */
const AHEAD = 3;
/** A piece of code shorter than that is found anywhere. */
const TELLING = 8;

/** The piece of code that was printed, and how many characters of it stand in front of the place. */
interface Excerpt {
  readonly text: string;
  readonly before: number;
}

function readExcerpt(printed: string, caret: string): Excerpt {
  const start = printed.startsWith(DOTS) ? DOTS.length : 0;
  const end = printed.endsWith(DOTS) && printed.length > 60 ? printed.length - DOTS.length : printed.length;
  return { text: printed.slice(start, end), before: caret.indexOf('^') - start };
}

/** @param code the program that `map` is of; without it positions are believed. */
export function createTracer(map: string, code: string | undefined): Tracer {
  const trace = new TraceMap(map);
  const lines = code?.split('\n');
  /** By how much the columns of a file are off: something of ours may stand in front of the program. */
  const shifts = new Map<string, number>();
  let position: Position | undefined;
  let printed: string | undefined;

  const stands = ({ text, before }: Excerpt, line: number, column: number) =>
    lines?.[line - 1]?.startsWith(text, column - 1 - before) === true;

  /** @returns where the piece of code stands, if it stands in one place only. */
  function search({ text, before }: Excerpt): { line: number; column: number } | undefined {
    if (code === undefined || text.length < TELLING) return undefined;
    const at = code.indexOf(text);
    if (at < 0 || code.indexOf(text, at + 1) >= 0) return undefined;
    const start = code.slice(0, at).split('\n');
    return { line: start.length, column: start.at(-1)!.length + before + 1 };
  }

  function locate({ file, line, column }: Position, excerpt: Excerpt) {
    if (lines === undefined) return file === '' ? undefined : { line, column };
    // Without a name the numbers count from the start of a function that is not named either.
    if (file === '') return search(excerpt);
    const shifted = column - (shifts.get(file) ?? 0);
    for (let ahead = 0; ahead <= AHEAD; ahead++) {
      if (stands(excerpt, line + ahead, shifted)) return { line: line + ahead, column: shifted };
    }
    const found = search(excerpt);
    if (found !== undefined) shifts.set(file, column - found.column);
    return found;
  }

  /** @returns the column, from 0, that the map knows the place by: Espruino says how far it had read. */
  function telling({ line, column }: { line: number; column: number }): number {
    const text = lines?.[line - 1] ?? '';
    // A property that cannot be read is reported at its dot.
    if (text[column - 1] === '.') return column;
    // An error that is thrown is reported behind it, where its message may come from elsewhere.
    const thrown = /\bthrow\b[^;]*$/.exec(text.slice(Math.max(0, column - 200), column - 1));
    return thrown === null ? column - 1 : column - 1 - thrown[0].length;
  }

  function source(at: { line: number; column: number }): Place | undefined {
    const original = originalPositionFor(trace, { line: at.line, column: telling(at) });
    if (original.source === null) return undefined;
    const text = sourceContentFor(trace, original.source)?.split('\n')[original.line - 1] ?? '';
    return { file: original.source, line: original.line, column: original.column + 1, text: text.trim() };
  }

  return {
    line(text) {
      if (position !== undefined && printed !== undefined && CARET.test(text)) {
        const excerpt = readExcerpt(printed, text);
        const at = locate(position, excerpt);
        const isNamed = position.file !== '';
        position = undefined;
        printed = undefined;
        if (at !== undefined) return source(at);
        return isNamed ? 'foreign' : undefined;
      }
      const match = POSITION.exec(text);
      if (match !== null) {
        position = { file: match[1]!, line: Number(match[2]), column: Number(match[3]) };
        printed = undefined;
      } else if (position !== undefined && printed === undefined) {
        printed = text;
      } else {
        position = undefined;
      }
      return undefined;
    },
  };
}
