// Is memory flat? A look falls anywhere between two readings, or while there is no connection, so the median of many looks is
// what is held while all is well: that must not grow in the later part of a life, nor differ much from life to life.

export interface Life {
  readonly seconds: number;
  /** Medians of the blocks in use in the second and in the last third of the looks. */
  readonly middle: number;
  readonly end: number;
  readonly most: number;
}

/** Looks of a third. */
const LEAST_LOOKS = 10;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

export function createMemoryWatch() {
  const lives: Life[] = [];
  let looks: number[] = [];

  return {
    /** Lives that lasted long enough to say something. */
    lives: lives as readonly Life[],
    look: (usage: number) => void looks.push(usage),
    endLife(seconds: number): void {
      const third = Math.floor(looks.length / 3);
      if (third >= LEAST_LOOKS) {
        lives.push({
          seconds: Math.round(seconds),
          middle: median(looks.slice(third, 2 * third)),
          end: median(looks.slice(-third)),
          most: looks.reduce((most, usage) => Math.max(most, usage)),
        });
      }
      looks = [];
    },
  };
}

/** What a mote holds may differ by so many blocks from one look to another: a longer number, a timer more. */
const UNDER_WAY = 8;
/** And so many from life to life: one has reconnected ten times, another never. */
const BETWEEN_LIVES = 32;

/** @returns what is wrong, '' when memory is flat. */
export function judgeMemory(lives: readonly Life[]): string {
  const grown = lives.find(({ middle, end }) => end > middle + UNDER_WAY);
  if (grown !== undefined) {
    return `memory grew from ${grown.middle} to ${grown.end} blocks in the later part of a life of ${grown.seconds} s`;
  }
  const first = lives[0];
  const above = lives.find(({ end }) => end > first!.end + BETWEEN_LIVES);
  if (above === undefined) return '';
  return `memory was ${first!.end} blocks at the end of the first life, and ${above.end} at the end of a later one`;
}
