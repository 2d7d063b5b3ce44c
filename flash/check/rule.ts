// What a rule of the check is: data that a person reads, and how it finds its places in a program.

import type { AnyNode } from 'acorn';
import type { Source } from './source.ts';
import type { ByType } from './tree.ts';

export type Profile = 'espruino' | 'jerryscript';
export type Severity = 'error' | 'warning';

/** A program that goes wrong on the engine and its repair; both end by calling `ok(actual, expected)`. */
export interface Pair {
  readonly bad: string;
  readonly good: string;
  /** What the engine makes of `bad`, as recorded (test/flash/check/recorded). */
  readonly outcome: string;
}

/** Words of a finding that say more than those of its rule. */
export interface Words {
  readonly message?: string;
  readonly fix?: string;
}

/** Tell a place; `at` is a node, or an offset where the place is inside of one. */
export type Report = (at: AnyNode | number, words?: Words) => void;

export type Visitors = ByType<[report: Report, source: Source], void>;

export interface Rule extends Note {
  readonly pair: Pair;
}

/** A rule that no program can be shown to break: what it finds is worth knowing. */
export interface Note {
  readonly id: string;
  /** What is refused, in a few words. */
  readonly title: string;
  /** What the engine does instead. */
  readonly reason: string;
  readonly fix: string;
  readonly severity: Severity;
  /** The engine that it protects; `both` where bundles of either must be the same. */
  readonly profile: Profile | 'both';
  readonly visit?: Visitors;
  /** For what needs the whole program at once. */
  readonly check?: (source: Source, report: Report) => void;
}
