// The static check of a program for one engine: refuses what the engine would get wrong, without running it. It sees the
// final, minified code, since minifiers make constructs of their own.

import { TraceMap } from '@jridgewell/trace-mapping';
import type { AnyNode, Program } from 'acorn';
import { parse } from 'acorn';
import { MoteError } from '../errors.ts';
import { findHot } from './hot.ts';
import { createLocator } from './position.ts';
import type { Place } from './position.ts';
import type { Note, Profile, Report, Severity, Visitors } from './rule.ts';
import { unverified } from './rules/encryption.ts';
import { rules } from './rules/index.ts';
import { resolveNames } from './scope.ts';
import type { Source } from './source.ts';
import { createTree, dispatch } from './tree.ts';

export type { Profile, Rule } from './rule.ts';
export { rules } from './rules/index.ts';

export interface Finding {
  /** Id of the rule. */
  rule: string;
  message: string;
  fix: string;
  severity: Severity;
  /** The source, where the map leads there; else the file that was checked. */
  file: string;
  /** From 1. */
  line: number;
  column: number;
}

export interface CheckOptions {
  /** Name of the code that is checked. */
  file: string;
  /** Its source map, as JSON. */
  map?: string;
  profile: Profile;
  /**
   * What runs for every reading or packet, for the JerryScript profile: names of functions, and beginnings of paths
   * (`src/mqtt/`) whose functions all do. Functions that run once, by their names, are left out. Default: none.
   */
  hot?: readonly string[];
}

function where({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** What only exhausts parser or checker is no mistake in the program. */
function isTooDeep(error: unknown): boolean {
  return error instanceof Error && /call stack|stack space/i.test(error.message);
}

function parseProgram(code: string, locate: (offset: number) => Place): Program {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'script' });
  } catch (error) {
    const isSyntaxError = error instanceof SyntaxError && 'pos' in error && typeof error.pos === 'number';
    if (!isSyntaxError || isTooDeep(error)) throw error;
    const what = error.message.replace(/ \(\d+:\d+\)$/, '');
    const fix = /^'import' and 'export'/.test(what)
      ? 'build it first: the check reads bundles'
      : 'correct it';
    throw new MoteError(`syntax error: ${what}`, fix, where(locate(error.pos as number)));
  }
}

/** The same code seen twice on one line is one finding. */
function key({ rule, file, line, column }: Finding): string {
  return `${file}\n${line}\n${column}\n${rule}`;
}

function compare(a: Finding, b: Finding): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}

function runRules(source: Source, chosen: readonly Note[], tell: (rule: Note) => Report): void {
  for (const rule of chosen) {
    const report = tell(rule);
    rule.check?.(source, report);
    for (const type of Object.keys(rule.visit ?? {}) as AnyNode['type'][]) {
      for (const node of source.byType.get(type) ?? []) {
        dispatch(rule.visit as Visitors, node, report, source);
      }
    }
  }
}

function parseMap(map: string | undefined, file: string): TraceMap | undefined {
  try {
    return map === undefined ? undefined : new TraceMap(map);
  } catch {
    throw new MoteError('its source map is no source map', 'build it again', file);
  }
}

/**
 * Check a program. Positions lead back to the source where the map has one.
 * Throws MoteError for a program that no engine can read.
 */
export function checkBundle(code: string, options: CheckOptions): Finding[] {
  const { file, map, profile, hot = [] } = options;
  const locate = createLocator(code, file, parseMap(map, file));
  const findings = new Map<string, Finding>();

  function tell(rule: Note): Report {
    return (at, words) => {
      const { file, line, column } = locate(typeof at === 'number' ? at : at.start);
      const { id, title, fix, severity } = rule;
      const finding = { rule: id, message: title, fix, severity, file, line, column, ...words };
      if (!findings.has(key(finding))) findings.set(key(finding), finding);
    };
  }

  try {
    const tree = createTree(code, parseProgram(code, locate));
    const source = { ...tree, scopes: resolveNames(tree), hot: findHot(tree, hot, locate) };
    const chosen = [...rules, unverified].filter(
      (rule) => rule.profile === 'both' || rule.profile === profile,
    );
    runRules(source, chosen, tell);
  } catch (error) {
    if (!isTooDeep(error)) throw error;
    throw new MoteError('the program is nested too deeply to check', 'split the deepest expression', file);
  }
  return [...findings.values()].sort(compare);
}

/** @returns a finding in one line: place, severity, rule, what is wrong, what to do. */
export function formatFinding({ rule, message, fix, severity, file, line, column }: Finding): string {
  return `${file}:${line}:${column} ${severity} ${rule}: ${message} (${fix})`;
}
