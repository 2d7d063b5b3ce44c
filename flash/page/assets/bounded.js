// @ts-check
// Lists that have an end: whatever a run does, what a page remembers of it does not grow.

/** A list is a little longer at times, so that not every new item moves all others. */
const SLACK = 1.1;

/**
 * Drop the oldest where there are too many.
 * @param {unknown[]} list @param {number} most
 * @returns how many were dropped
 */
export function keepLast(list, most) {
  if (list.length <= most * SLACK) return 0;
  return list.splice(0, list.length - most).length;
}
