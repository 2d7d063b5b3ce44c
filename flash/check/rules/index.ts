// All rules, in the order in which they are listed for people.

import type { Rule } from '../rule.ts';
import { builtinRules } from './builtins.ts';
import { evaluationRules } from './evaluation.ts';
import { hotRules } from './hot.ts';
import { es5Rule, modernRules } from './modern.ts';
import { orderRules } from './order.ts';
import { regexRules } from './regex.ts';
import { statementRules } from './statements.ts';
import { textRules } from './text.ts';

export const rules: readonly Rule[] = [
  ...orderRules,
  ...statementRules,
  ...evaluationRules,
  ...textRules,
  ...builtinRules,
  ...regexRules,
  ...modernRules,
  es5Rule,
  ...hotRules,
];
