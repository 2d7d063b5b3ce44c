// Whether a line on the console is whole: counts brackets as the engine's lexer does, so that strings, comments and
// regular expressions are passed over.

/** After these a slash begins a regular expression. */
const BEFORE_REGEX = /[([{,;:=<>!&|?+\-*%^~]$|^$|\b(return|typeof|case|in|of|delete|void|throw|new)$/;
const PAIRS: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 };
/** In the middle of a comment or a template: more must come. */
const UNFINISHED = 1000;

/** @returns the place behind the string that begins at `from`, undefined when it has no end. */
function endOfString(text: string, from: number): number | undefined {
  const quote = text[from]!;
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === '\n' && quote !== '`') return undefined;
  }
  return undefined;
}

/** @returns the place behind the regular expression that begins at `from`. */
function endOfRegex(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\n') return at;
    if (char === '\\') at++;
    else if (char === '/') return at + 1;
  }
  return text.length;
}

/** @returns the place behind the comment that begins at `at`, undefined when it has no end. */
function endOfComment(text: string, at: number): number | undefined {
  const isLine = text[at + 1] === '/';
  const end = text.indexOf(isLine ? '\n' : '*/', at + 2);
  if (isLine) return end < 0 ? text.length : end;
  return end < 0 ? undefined : end + 2;
}

/** What must be read as a whole; `before` is what stands in front of it. */
const WHOLES: readonly (readonly [
  begins: (text: string, at: number, before: string) => boolean,
  endOf: (text: string, at: number) => number | undefined,
])[] = [
  [(text, at) => text.startsWith('//', at) || text.startsWith('/*', at), endOfComment],
  [(text, at) => /["'`]/.test(text[at]!), endOfString],
  [(text, at, before) => text[at] === '/' && BEFORE_REGEX.test(before), endOfRegex],
];

/** @returns the last word or character, with one more character. */
function follow(before: string, char: string): string {
  if (/\s/.test(char)) return /\w$/.test(before) && !BEFORE_REGEX.test(before) ? `${before} ` : before;
  return /\w/.test(char) && /\w$/.test(before) ? before + char : char;
}

/** @returns how many brackets are open; 0 or less: the text can be run, if only to fail. */
export function openBrackets(text: string): number {
  let open = 0;
  let before = '';
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    const whole = WHOLES.find(([begins]) => begins(text, at, before));
    if (whole !== undefined) {
      const end = whole[1](text, at);
      // A string that breaks off is run at once, so that it fails.
      if (end === undefined) return /["']/.test(char) ? 0 : UNFINISHED;
      if (whole[1] !== endOfComment) before = 'x';
      at = end;
      continue;
    }
    open += PAIRS[char] ?? 0;
    if (open < 0) return open;
    before = follow(before, char);
    at++;
  }
  return open;
}
