// Tab: what the name before the cursor can be.

/** The engine's functions have none of these. */
const OF_FUNCTIONS = /^(length|name|arguments|caller|prototype)$/;

/** @returns every name that an object and its prototypes have. */
function namesOf(value: unknown): string[] {
  const names: string[] = [];
  for (let at: unknown = value; at !== null && at !== undefined; at = Object.getPrototypeOf(Object(at))) {
    names.push(
      ...Object.getOwnPropertyNames(at).filter(
        (name) => !(typeof at === 'function' && OF_FUNCTIONS.test(name)),
      ),
    );
  }
  return names;
}

function common(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** @param root the global object. @returns the rest that all possible names begin with. */
export function completion(text: string, root: object): string {
  const path = /(?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*$/.exec(text)?.[0].split('.');
  if (path === undefined) return '';
  const partial = path.pop()!;
  let holder: unknown = root;
  for (const name of path) holder = (holder as Record<string, unknown> | null | undefined)?.[name];
  const fitting = namesOf(holder).filter((name) => name.length > partial.length && name.startsWith(partial));
  if (fitting.length === 0) return '';
  return fitting.reduce(common).slice(partial.length);
}
