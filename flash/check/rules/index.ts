// All rules, in the order in which they are listed for people.

import type { Rule } from '../rule.ts';
import { builtinRules } from './builtins.ts';
import { classRules } from './classes.ts';
import { es5Rule } from './es5.ts';
import { evaluationRules } from './evaluation.ts';
import { hotRules } from './hot.ts';
import { methodRules } from './methods.ts';
import { modernRules } from './modern.ts';
import { orderRules } from './order.ts';
import { choiceRules } from './regex-choice.ts';
import { repeatRules } from './regex-repeat.ts';
import { regexUseRules } from './regex-use.ts';
import { statementRules } from './statements.ts';
import { textRules } from './text.ts';

export const rules: readonly Rule[] = [
  ...orderRules,
  ...statementRules,
  ...evaluationRules,
  ...textRules,
  ...builtinRules,
  ...methodRules,
  ...repeatRules,
  ...choiceRules,
  ...regexUseRules,
  ...modernRules,
  ...classRules,
  es5Rule,
  ...hotRules,
];
