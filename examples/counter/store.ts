// How far the counter has come, so that it survives a kill at any instant: a line for each step, in two files of which the
// one is begun anew when the other is long. A line that was cut off while it was written does not count.

export interface Progress {
  /** Every number up to this one is with the broker. */
  acked: number;
  /** Every number up to this one is promised. */
  queued: number;
}

/** Two small files, 0 and 1. */
export interface Files {
  /** @returns the content of a file, '' when there is none. */
  read(index: number): string;
  /** Begin a file anew with `text`; a kill may leave any beginning of it. @returns whether all of it was written. */
  replace(index: number, text: string): boolean;
  /** Write `text` behind a file; a kill may leave any beginning of it. @returns whether all of it was written. */
  append(index: number, text: string): boolean;
}

export interface Store {
  /** Fill `out` with what was saved last. @returns false when nothing was. */
  load(out: Progress): boolean;
  /** @returns whether it is safe now. */
  save(progress: Progress): boolean;
}

/** Lines in a file: it is read as a whole when the counter starts. */
const LINES_MAX = 200;
const END = ' end';

export function createStore(files: Files): Store {
  /** The file that holds what was saved last, and its lines. It is full to begin with: its last line may be cut off. */
  let current = 0;
  let lines = LINES_MAX;

  /** Fill `out` with the last step in a file; both numbers only grow. @returns whether it is later than what `out` held. */
  function find(index: number, out: Progress): boolean {
    const found = files.read(index).split('\n');
    let later = false;
    for (let i = 0; i < found.length; i++) {
      const fields = found[i].split(' ');
      if (fields.length !== 3 || fields[2] !== 'end') continue;
      const acked = parseInt(fields[0], 10);
      const queued = parseInt(fields[1], 10);
      if (acked + queued < out.acked + out.queued) continue;
      out.acked = acked;
      out.queued = queued;
      later = true;
    }
    return later;
  }

  function load(out: Progress): boolean {
    const last: Progress = { acked: -1, queued: -1 };
    const isInFirst = find(0, last);
    const isInSecond = find(1, last);
    current = isInSecond ? 1 : 0;
    if (!isInFirst && !isInSecond) return false;
    out.acked = last.acked;
    out.queued = last.queued;
    return true;
  }

  function save(progress: Progress): boolean {
    const line = progress.acked + ' ' + progress.queued + END + '\n';
    if (lines < LINES_MAX) {
      lines++;
      if (files.append(current, line)) return true;
      // Part of it may be there: nothing may follow in this file.
      lines = LINES_MAX;
    }
    if (!files.replace(1 - current, line)) return false;
    current = 1 - current;
    lines = 1;
    return true;
  }

  return { load, save };
}
