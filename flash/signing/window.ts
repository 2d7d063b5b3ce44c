// Which numbers of one mote have come: as ranges, because most come one after another. Messages may overtake each other (QoS 0
// passes what waits in the outbox, brokers deliver again), so a number that is missing may still come.

/** Ranges that are remembered; what is below all of them counts as seen. A mote that restarts begins a new one. */
export const RANGES_MAX = 1024;

/** First and last number, in rising order, none touching the next. */
export type Ranges = [number, number][];

export interface Window {
  /** @returns 'new', and it is seen from now on; 'duplicate', it was; 'old', nobody knows any more. */
  take(counter: number): 'new' | 'duplicate' | 'old';
  /** What is to be kept over a restart. */
  state(): WindowState;
}

export interface WindowState {
  /** Numbers up to this one are not taken any more. */
  readonly floor: number;
  readonly ranges: Ranges;
}

export function createWindow(state: WindowState = { floor: 0, ranges: [] }): Window {
  let floor = state.floor;
  const ranges: Ranges = state.ranges.map(([first, last]) => [first, last]);

  /** @returns index of the first range that ends at `counter` or behind it. */
  function find(counter: number): number {
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]![1] < counter) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function insert(counter: number, at: number): void {
    const before = ranges[at - 1];
    const after = ranges[at];
    const joinsBefore = before !== undefined && before[1] === counter - 1;
    const joinsAfter = after !== undefined && after[0] === counter + 1;
    if (joinsBefore && joinsAfter) {
      before[1] = after[1];
      ranges.splice(at, 1);
    } else if (joinsBefore) before[1] = counter;
    else if (joinsAfter) after[0] = counter;
    else ranges.splice(at, 0, [counter, counter]);
  }

  return {
    take(counter) {
      if (counter <= floor) return 'old';
      const at = find(counter);
      const range = ranges[at];
      if (range !== undefined && range[0] <= counter) return 'duplicate';
      insert(counter, at);
      if (ranges.length > RANGES_MAX) floor = ranges.shift()![1];
      return 'new';
    },
    state: () => ({ floor, ranges: ranges.map(([first, last]) => [first, last]) }),
  };
}
