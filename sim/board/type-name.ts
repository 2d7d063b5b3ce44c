// Types as the engine names them in its errors.

/** @returns the type of a value. */
export function typeName(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'number') return 'Number';
  if (typeof value === 'object') return Array.isArray(value) ? 'Array' : 'Object';
  return typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'Boolean' : 'Function';
}
