// Random programs that end in one text, for comparing engines: about the order of definitions, and about regular expressions.

import { createRandom } from '../../../sim/network/random.ts';

export interface Dice {
  /** @returns an integer from 0 to n - 1. */
  roll(n: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** Chance that is the same for the same seed. */
export function createDice(seed: number): Dice {
  const random = createRandom(seed);
  const roll = (n: number): number => random.integer(0, n - 1);
  return { roll, pick: (choices) => choices[roll(choices.length)] as (typeof choices)[number] };
}

type Text = () => string;

/** Statements around `var`, functions and calls in any order; what they see goes to `out`. */
export function orderProgram({ roll, pick }: Dice): string {
  const variable: Text = () => pick(['a', 'b', 'c']);
  const named: Text = () => pick(['f', 'g', 'h']);
  let left = 14;

  const expression: Text = () =>
    pick<Text>([
      () => String(roll(9)),
      variable,
      () => `${variable()} + 1`,
      () => `${named()}()`,
      () => `typeof ${pick(['a', 'b', 'c', 'f', 'g', 'h'])}`,
      () => `(${variable()} = ${roll(9)})`,
    ])();

  function body(depth: number): string {
    return Array.from({ length: 1 + roll(2) }, () => statement(depth)).join(' ');
  }

  // A call that comes back to itself ends after some rounds.
  const block = (depth: number): string => `{ if (n++ > 9) return 0; ${body(depth)} return ${roll(9)}; }`;

  function simple(depth: number): string {
    return pick<Text>([
      () => `var ${variable()} = ${expression()};`,
      () => `var ${variable()};`,
      () => `${variable()} = ${expression()};`,
      () => `out(${expression()});`,
      () => `var ${named()} = function () ${block(depth - 1)};`,
      () => `${named()}();`,
    ])();
  }

  function compound(depth: number): string {
    const inner = depth - 1;
    return pick<Text>([
      () => `if (${expression()}) { ${body(inner)} } else { ${body(inner)} }`,
      () => `for (var ${variable()} = 0; ${roll(2)}; ) { ${body(inner)} break; }`,
      () => `try { ${body(inner)} } catch (e) { ${body(inner)} }`,
      () =>
        `switch (${roll(3)}) { case 0: ${body(inner)} break; case 1: ${body(inner)} default: ${body(inner)} }`,
      () => `function ${named()}() ${block(inner)}`,
      () => `function ${named()}() ${block(inner)}`,
      () => `[1].forEach(${named()});`,
    ])();
  }

  function statement(depth: number): string {
    if (left-- < 0) return '';
    return depth > 0 && roll(2) === 0 ? compound(depth) : simple(depth);
  }

  return Array.from({ length: 3 + roll(5) }, () => statement(2)).join('\n');
}

const CHARACTERS =
  'a b c - 1 x \\. \\d \\w \\s \\D \\W \\S [ab] [^a] [a-c] [^b-c1] [\\d-] [-a] \\- \\/ \\x61 \\$ \\| [.] [)] \\('.split(
    ' ',
  );
const SUBJECT = 'a b c - 1 . / A x | ( ) $ B'.split(' ').concat(' ');

/** One use of a regular expression on a short text. */
export function regexProgram({ roll, pick }: Dice): string {
  const element: Text = () => pick(CHARACTERS) + pick(['', '', '', '*', '+']);
  const several = (n: number): string => Array.from({ length: 1 + roll(n) }, element).join('');
  const part: Text = () => (roll(4) === 0 ? `(${several(2)})` : element());
  const parts = Array.from({ length: 1 + roll(3) }, part).join('');
  const other = roll(5) === 0 ? `|${pick(['', '^'])}${several(2)}${pick(['', '$'])}` : '';
  const regex = `/${pick(['', '', '^'])}${parts}${pick(['', '', '$'])}${other}/${pick(['', '', 'i', 'g'])}`;
  const text = JSON.stringify(Array.from({ length: roll(8) }, () => pick(SUBJECT)).join(''));
  return pick([
    `var m = ${regex}.exec(${text}); out(m ? m.join("~") + m.index : "null");`,
    `out(${regex}.test(${text}));`,
    `out(${text}.replace(${regex}, "<>"));`,
    `var m = ${text}.match(${regex}); out(m ? m.join("~") : "null");`,
    `out(${text}.split(${regex}).join("~"));`,
  ]);
}

/** Run programs one after another, each in a function, and print what each put out, or that it threw. */
export function batch(programs: readonly string[]): string {
  const runs = programs.map(
    (program, index) => `text = ""; n = 0;
try { (function () { ${program}
})(); print("@@${index} " + text); } catch (e) { print("@@${index} throws"); }
["a", "b", "c", "f", "g", "h"].forEach(forget);`,
  );
  return `var text, n;
function out(value) { text += (typeof value === "function" ? "function" : value) + ";"; }
function forget(name) { try { delete globalThis[name]; } catch (e) { } }
${runs.join('\n')}`;
}
