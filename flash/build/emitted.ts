// What the compiler emits, as modules: without the comment that leads to a map that is in no file.

/** JavaScript and its source map. */
export interface Code {
  readonly code: string;
  readonly map: string;
}

/** @returns the compiler's JavaScript without its last line, which names the map. */
export function withoutMapLink(text: string): string {
  return text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
}

/** @returns the compiler's source map, of `file` alone. */
export function mapOf(text: string, file: string): string {
  return JSON.stringify({ ...JSON.parse(text), sources: [file] });
}
