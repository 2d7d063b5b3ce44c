// Lines and columns of a text, both from 1, as a terminal sees them.

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** @returns where the character at `index` stands. */
export function placeOf(text: string, index: number): Place {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: index - lineStart + 1 };
}

/** @returns the index of the character at a place, or the end of that line. */
export function indexOf(text: string, { line, column }: Place): number {
  const lines = text.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  return start + Math.min(column - 1, lines[line - 1]?.length ?? 0);
}
