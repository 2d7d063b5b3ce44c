// The bundle as one program: parts that are made once become variables and functions of that program, and functions that
// are called once become part of their caller. Written in layers, run as if there were none.

import type { Source } from '../../check/source.ts';
import type { Code } from '../compile.ts';
import { dropAliases } from './aliases.ts';
import { declareFirst } from './first.ts';
import { foldConstants, writeDecimals } from './fold.ts';
import { dissolveObjects } from './members.ts';
import { mergeCalls } from './merge.ts';
import { orderByUse } from './order.ts';
import { reduceParameters } from './parameters.ts';
import { analyse, changeProgram, type Marks } from './program.ts';
import { separateNames } from './unique.ts';
import { dropUnused } from './unused.ts';

const PASSES: readonly ((source: Source, marks: Marks) => boolean)[] = [
  dropUnused,
  foldConstants,
  dropAliases,
  dissolveObjects,
  reduceParameters,
  mergeCalls,
];

/** Each change makes the program smaller; more rounds than this would be a mistake in a pass. */
const ROUNDS_MAX = 2000;

export function joinProgram(code: Code): Code {
  return changeProgram(code, (unit) => {
    separateNames(analyse(unit));
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) {
      const source = analyse(unit);
      if (PASSES.some((pass) => pass(source, unit.marks))) continue;
      writeDecimals(source);
      orderByUse(source, unit.marks);
      declareFirst(analyse(unit));
      return;
    }
    throw new Error('the passes over the bundle do not come to an end');
  });
}
