// What several files ask of values that came from JSON.

/** @returns whether a value is an object, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * Read a text that is to replace `base`: where that is a text, as it is; else as JSON.
 * @returns the value, in a list; undefined when it is no JSON. null says nothing about the type that may stand in its place.
 */
export function parseLike(text: string, base: unknown): [unknown] | undefined {
  if (typeof base === 'string') return [text];
  try {
    return [JSON.parse(text)];
  } catch {
    return base === null ? [text] : undefined;
  }
}
