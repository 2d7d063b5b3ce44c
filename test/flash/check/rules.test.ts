// Each rule by its pair: what the check says of it, what JavaScript says of it, what the engine was recorded to do with it.

import { describe, expect, it } from 'vitest';
import { MISSING_GLOBALS, MISSING_METHODS, MISSING_STATICS, SAMPLES } from '../../../flash/check/builtins.ts';
import { checkBundle, rules } from '../../../flash/check/check.ts';
import type { Profile, Rule } from '../../../flash/check/check.ts';
import { NO_ALLOCATION } from './jerry.ts';
import { PASSES, provingEngine, readRecording, runInNode } from './pairs.ts';

/** @returns the ids of the rules that a program breaks, for the engine that the rule protects. */
function broken({ profile }: Rule, code: string): string[] {
  const profiles: Profile[] = profile === 'both' ? ['espruino', 'jerryscript'] : [profile];
  const findings = profiles.flatMap((p) => checkBundle(code, { file: 'pair.js', profile: p, hot: ['hot'] }));
  return [...new Set(findings.map(({ rule }) => rule))];
}

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const { bad, good, outcome } = rule.pair;

  it('finds the bad one of its pair, and nothing else there', () => {
    expect(broken(rule, bad)).toEqual([id]);
  });

  it('finds nothing in the good one', () => {
    expect(broken(rule, good)).toEqual([]);
  });

  it('refuses something that is right in JavaScript', () => {
    // No engine has the compiler's helpers.
    const expected = id === 'compiler-helper' ? 'throws ReferenceError: __extends is not defined' : PASSES;
    expect(runInNode(bad)).toBe(expected);
  });

  it('has a repair that is right in JavaScript', () => {
    expect(runInNode(good)).toBe(PASSES);
  });

  it('goes wrong on the real engine, and its repair does not', () => {
    const recorded = readRecording(provingEngine(rule)).pairs[id];
    const right = rule.profile === 'jerryscript' ? NO_ALLOCATION : PASSES;
    expect(recorded?.bad).toBe(outcome);
    expect(recorded?.bad).not.toBe(right);
    expect(recorded?.good).toBe(right);
  });
});

it('gives each rule an id of its own', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
});

describe('recordings', () => {
  const engines = ['espruino', 'espruino-assert', 'duk', 'jerryscript'];

  it.each(engines)('of %s hold no pair that no rule has any more', (name) => {
    const known = new Set(rules.map(({ id }) => id));
    expect(Object.keys(readRecording(name).pairs).filter((id) => !known.has(id))).toEqual([]);
  });

  it('of the build with Unicode differ only in what text is, and in how long a hang lasts', () => {
    const release = readRecording('espruino').pairs;
    const unicode = readRecording('espruino-assert').pairs;
    const differing = Object.keys(release).filter((id) => release[id]?.bad !== unicode[id]?.bad);
    expect(differing).toEqual(['non-ascii', 'wide-escape', 'split-nothing']);
    expect(Object.values(unicode).every(({ good }) => good === PASSES)).toBe(true);
  });

  it.each(['espruino', 'espruino-assert'])('of %s lack everything that the tables call missing', (name) => {
    const absent = new Set(readRecording(name).absent);
    const methods = Object.entries(MISSING_METHODS).flatMap(([kind, names]) =>
      Object.keys(names).map((method) => `${SAMPLES[kind as keyof typeof SAMPLES]}.${method}`),
    );
    const things = [...Object.keys(MISSING_GLOBALS), ...Object.keys(MISSING_STATICS), ...methods];
    expect(things.filter((thing) => !absent.has(thing))).toEqual([]);
  });
});
