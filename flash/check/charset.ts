// Which characters a part of a regular expression matches. Characters are bytes, as on a board.

import type { AST } from '@eslint-community/regexpp';

type Part = AST.Element | AST.CharacterClassElement;

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160;
}

function isWord(code: number): boolean {
  return /\w/.test(String.fromCharCode(code));
}

function inSet({ kind }: AST.CharacterSet, code: number): boolean {
  switch (kind) {
    case 'any':
      return true;
    case 'digit':
      return code >= 48 && code <= 57;
    case 'space':
      return isSpace(code);
    case 'word':
      return isWord(code);
    case 'property':
      return false;
  }
}

/** @returns whether a single character or class matches a byte. */
export function matchesByte(part: Part, code: number): boolean {
  switch (part.type) {
    case 'Character':
      return part.value === code;
    case 'CharacterClassRange':
      return part.min.value <= code && code <= part.max.value;
    case 'CharacterSet':
      return inSet(part, code) !== ('negate' in part && part.negate);
    case 'CharacterClass':
      return part.elements.some((element) => matchesByte(element as Part, code)) !== part.negate;
    default:
      return false;
  }
}

/** @returns whether a part can match nothing. */
export function isNullable(part: AST.Element): boolean {
  if (part.type === 'Assertion') return true;
  if (part.type === 'Quantifier') return part.min === 0 || isNullable(part.element);
  if (part.type !== 'CapturingGroup' && part.type !== 'Group') return false;
  return part.alternatives.some(({ elements }) => elements.every(isNullable));
}

/** @returns the characters and classes that a match of `elements` can begin with. */
function firstOf(elements: readonly AST.Element[]): AST.Element[] {
  const first: AST.Element[] = [];
  for (const part of elements) {
    const inner = part.type === 'Quantifier' ? part.element : part;
    if (inner.type === 'CapturingGroup' || inner.type === 'Group') {
      first.push(...inner.alternatives.flatMap((alternative) => firstOf(alternative.elements)));
    } else {
      first.push(inner);
    }
    if (!isNullable(part)) break;
  }
  return first;
}

/** @returns what stands behind a part, beyond the end of its group too. */
function behind(part: AST.Element): AST.Element[] {
  const alternative = part.parent;
  if (alternative.type !== 'Alternative') return [];
  const rest = alternative.elements.slice(alternative.elements.indexOf(part) + 1);
  const around = alternative.parent;
  return around.type === 'CapturingGroup' || around.type === 'Group' ? [...rest, ...behind(around)] : rest;
}

/** @returns whether what follows a repeated part can begin with a character that the part matches. */
export function overlapsNext(repeated: AST.Quantifier, ignoreCase: boolean): boolean {
  const next = firstOf(behind(repeated));
  const other = (code: number): number => {
    const character = String.fromCharCode(code);
    const upper = character.toUpperCase();
    return (upper === character ? character.toLowerCase() : upper).charCodeAt(0);
  };
  for (let code = 0; code < 256; code++) {
    if (!matchesByte(repeated.element, code)) continue;
    if (next.some((part) => matchesByte(part, code) || (ignoreCase && matchesByte(part, other(code))))) {
      return true;
    }
  }
  return false;
}
