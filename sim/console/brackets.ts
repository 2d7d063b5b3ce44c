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

/** @returns how many brackets are open; 0 or less: the text can be run, if only to fail. */
export function openBrackets(text: string): number {
  let open = 0;
  let before = '';
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    const two = text.slice(at, at + 2);
    if (two === '//') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (two === '/*') {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) return UNFINISHED;
      at = end + 2;
    } else if (char === '"' || char === "'" || char === '`') {
      const end = endOfString(text, at);
      // A string that breaks off is run at once, so that it fails.
      if (end === undefined) return char === '`' ? UNFINISHED : 0;
      before = char;
      at = end;
    } else if (char === '/' && BEFORE_REGEX.test(before)) {
      at = endOfRegex(text, at);
      before = '/x';
    } else {
      open += PAIRS[char] ?? 0;
      if (open < 0) return open;
      if (!/\s/.test(char)) before = /\w/.test(char) && /\w$/.test(before) ? before + char : char;
      else if (/\w$/.test(before) && !BEFORE_REGEX.test(before)) before += ' ';
      at++;
    }
  }
  return open;
}
