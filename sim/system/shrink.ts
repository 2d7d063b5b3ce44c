// Makes a list that fails as short as it can be, by delta debugging (Zeller, Hildebrandt 2002): leave out halves, quarters, and at last
// single items, as long as it still fails.

/** @param fails tells whether a list fails; the whole list does. @returns a list that fails, and that no item can be left out of. */
export function shrink<T>(items: readonly T[], fails: (items: readonly T[]) => boolean): readonly T[] {
  let left = items;
  let parts = 2;
  while (left.length > 0) {
    const size = Math.ceil(left.length / parts);
    let shorter: readonly T[] | undefined;
    for (let from = 0; from < left.length && shorter === undefined; from += size) {
      const rest = [...left.slice(0, from), ...left.slice(from + size)];
      if (fails(rest)) shorter = rest;
    }
    if (shorter !== undefined) {
      left = shorter;
      parts = Math.max(parts - 1, 2);
    } else if (size > 1) {
      parts = Math.min(parts * 2, left.length);
    } else {
      return left;
    }
  }
  return left;
}
