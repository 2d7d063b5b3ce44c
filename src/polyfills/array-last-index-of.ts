// lastIndexOf of arrays and typed arrays, for engines that have none.

/** @param from where the search begins; below 0: so far from the end. @returns -1 when `item` is not there. */
export function lastIndexFrom(items: ArrayLike<unknown>, item: unknown, from: number): number {
  // Or 0: natively NaN is 0, and -0 would come out as the index.
  const whole = (from < 0 ? Math.ceil(from) : Math.floor(from)) || 0;
  let i = whole < 0 ? items.length + whole : whole;
  if (i >= items.length) i = items.length - 1;
  for (; i >= 0; i--) {
    // A place that was never filled is not undefined.
    if (items[i] === item && (item !== undefined || i in items)) return i;
  }
  return -1;
}

export function lastIndexOf(items: ArrayLike<unknown>, item: unknown): number {
  return lastIndexFrom(items, item, items.length - 1);
}
