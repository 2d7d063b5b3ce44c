// One operation at a time, again and again, between two looks at the engine's count of allocations: first few, then many.

/** How often everything is done before the first look, and between the looks. */
declare const warmUp: number;
declare const few: number;
declare const many: number;
/** Operations by name, separated by spaces. */
declare const wanted: string;
/** @returns allocations so far, or whatever else stands for them in an engine. */
declare function allocations(): number;
/** `low` and `high` are the differences over `few` and `many` operations. */
declare function report(name: string, low: number, high: number): void;

function repeat<T>(operation: (to: T) => void, to: T, times: number): number {
  const before = allocations();
  for (let i = 0; i < times; i++) operation(to);
  return allocations() - before;
}

/** Report what each operation that is wanted allocates. @param to what they are given. @returns how many were done. */
export function measureWanted<T>(operations: { readonly [name: string]: (to: T) => void }, to: T): number {
  const names = wanted.split(' ');
  for (let i = 0; i < names.length; i++) {
    const operation = operations[names[i]];
    repeat(operation, to, warmUp);
    const low = repeat(operation, to, few);
    const high = repeat(operation, to, many);
    report(names[i], low, high);
  }
  return names.length;
}
