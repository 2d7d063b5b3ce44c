// Bundles as rollup writes them, what the passes over the whole program make of them, and what both say.

import { createContext, runInContext } from 'node:vm';
import { expect } from 'vitest';
import { joinProgram } from '../../../../flash/build/whole/whole.ts';
import { bundleOf } from '../fixture.ts';

export interface Outcome {
  readonly said: readonly unknown[];
  /** What it failed with; the text of an engine's error names variables, so its kind has to do. */
  readonly thrown: unknown;
  readonly leaked: readonly string[];
}

/** Run a bundle. `say(value)` gives the value back, so that it can stand in an expression. */
export function outcomeOf(code: string): Outcome {
  const said: unknown[] = [];
  let thrown: unknown = 'nothing';
  function say(value: unknown): unknown {
    said.push(typeof value === 'object' ? JSON.stringify(value) : value);
    return value;
  }
  const context = createContext({ say, list: [] });
  const before = Object.keys(context);
  try {
    runInContext(code, context, { timeout: 5000 });
  } catch (error) {
    thrown = typeof error === 'object' && error !== null && 'name' in error ? error.name : error;
  }
  return { said, thrown, leaked: Object.keys(context).filter((name) => !before.includes(name)) };
}

/** @returns the text of `body` as one program, without what rollup puts around it. */
export function joined(body: string): string {
  const { code } = joinProgram(bundleOf(body));
  return code
    .replace(/^\(function \(\) \{\n/, '')
    .replace(/\n?\}\)\(\);\n$/, '')
    .replace(/^ {2}/gm, '');
}

/** Check that `body` says the same as one program. @returns the text of that, and what is said. */
export function same(body: string): { text: string; said: readonly unknown[]; thrown: unknown } {
  const bundle = bundleOf(body);
  const before = outcomeOf(bundle.code);
  expect(before.said.length, 'the program has to say something').toBeGreaterThan(0);
  const { code } = joinProgram(bundle);
  expect(outcomeOf(code), code).toEqual(before);
  return { text: joined(body), said: before.said, thrown: before.thrown };
}
