// A program as the rules see it: its tree, what each name stands for, and which functions are hot.

import type { AnyNode } from 'acorn';
import type { Scopes } from './scope.ts';
import type { Tree } from './tree.ts';

export interface Source extends Tree {
  readonly scopes: Scopes;
  /** Functions that run for every reading or packet. */
  readonly hot: ReadonlySet<AnyNode>;
}
