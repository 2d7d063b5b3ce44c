// What a real engine prints, cut anywhere: what is for us, what is for the reader, and what a crash leaves.
import { expect, it } from 'vitest';
import { createConsoleReader, MEMORY_MARK, START_MARK } from '../../../sim/engine/console.ts';

/** @returns what came of `text`, after the banner, when the engine goes at its end. */
function read(text: string) {
  const lines: string[] = [];
  const failures: string[] = [];
  const memories: number[] = [];
  const reader = createConsoleReader({
    onStart() {},
    onLine: (line) => lines.push(line),
    onMemory: ({ free }) => memories.push(free),
    onFailure: (line) => failures.push(line),
  });
  for (const character of `banner\n${START_MARK}\n${text}`) reader.feed(character);
  reader.end();
  return { lines, failures, memories };
}

const MEMORY = `${MEMORY_MARK}{"free":7,"usage":1,"total":8,"blocksize":16}`;

it('keeps looks at memory apart from lines', () => {
  expect(read(`a\n${MEMORY}\nb\n>`)).toEqual({ lines: ['a', 'b'], failures: [], memories: [7] });
});

it.each([
  ['a line', 'last words', ['last words']],
  [
    'a line that looks like one of ours',
    '@@mote:what a firmware printed',
    ['@@mote:what a firmware printed'],
  ],
  ['a failure', 'ASSERT FAILED', ['ASSERT FAILED']],
  ['a prompt', '>', []],
  ['the beginning of a look at memory', MEMORY.slice(0, 4), []],
  ['half of a look at memory', MEMORY.slice(0, -5), []],
])('tells the end that a crash cut off: %s', (_what, end, lines) => {
  expect(read(`a\n${end}`).lines).toEqual(['a', ...lines]);
  expect(read(`a\n${end}`).failures).toEqual(lines.filter((line) => line.startsWith('ASSERT')));
});
