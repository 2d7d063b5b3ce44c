// What the rules about regular expressions share: one rule, one test of the parts of a pattern.

import type { AST } from '@eslint-community/regexpp';
import { visitRegExpAST } from '@eslint-community/regexpp';
import type { Regex } from '../regex.ts';
import { regexesIn } from '../regex.ts';
import type { Pair, Report, Rule, Severity } from '../rule.ts';
import type { Source } from '../source.ts';

/** @returns whether the rule holds for a part of a pattern. */
type Test = (part: AST.Node, regex: Regex) => boolean;

interface Words {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly fix: string;
  readonly pair: Pair;
  readonly severity?: Severity;
}

/** @returns the parts of a pattern that satisfy a test. */
export function parts(regex: Regex, test: Test): AST.Node[] {
  const found: AST.Node[] = [];
  const enter = (part: AST.Node): void => void (test(part, regex) && found.push(part));
  visitRegExpAST(regex.pattern, {
    onAlternativeEnter: enter,
    onAssertionEnter: enter,
    onBackreferenceEnter: enter,
    onCapturingGroupEnter: enter,
    onCharacterEnter: enter,
    onCharacterClassEnter: enter,
    onCharacterClassRangeEnter: enter,
    onCharacterSetEnter: enter,
    onGroupEnter: enter,
    onPatternEnter: enter,
    onQuantifierEnter: enter,
  });
  return found;
}

/** A rule that holds where a part of a pattern satisfies `test`. */
export function regexRule({ severity = 'error', ...words }: Words, test: Test): Rule {
  return {
    ...words,
    severity,
    profile: 'espruino',
    check(source: Source, report: Report) {
      for (const regex of regexesIn(source)) {
        const [part] = parts(regex, test);
        if (part === undefined) continue;
        const subject =
          part.type === 'Pattern' || part.type === 'Alternative' ? `/${regex.pattern.raw}/` : part.raw;
        report(regex.node, { message: `${words.title}: ${subject}` });
      }
    },
  };
}

export function hasGroup(pattern: AST.Pattern): boolean {
  return parts({ pattern } as Regex, ({ type }) => type === 'CapturingGroup' || type === 'Group').length > 0;
}
