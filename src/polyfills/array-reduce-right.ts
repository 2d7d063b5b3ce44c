// reduceRight of arrays and typed arrays, for engines that have none.

type Step<T, R> = (result: R, item: T, index: number, items: readonly T[]) => R;

function reduceFrom<T, R>(items: readonly T[], step: Step<T, R>, initial: R, from: number): R {
  let result = initial;
  for (let i = from; i >= 0; i--) {
    // Places that were never filled are passed over.
    if (i in items) result = step(result, items[i], i, items);
  }
  return result;
}

export function reduceRight<T, R>(items: readonly T[], step: Step<T, R>, initial: R): R {
  return reduceFrom(items, step, initial, items.length - 1);
}

/** The last item is what it starts with. */
export function reduceRightFromLast<T>(items: readonly T[], step: Step<T, T>): T {
  let last = items.length - 1;
  while (last >= 0 && !(last in items)) last--;
  // Of nothing, the engine's own reduce throws what this has to throw.
  return last < 0 ? items.reduce(step) : reduceFrom(items, step, items[last], last - 1);
}
