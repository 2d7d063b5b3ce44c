// What a board says on its console: numbers, so that no sentence takes up a board's memory.
// The host turns them into sentences (flash/codes.ts).

export interface Log {
  /** @param event what happened. @param detail a number that goes with it, see Event. */
  write(event: number, detail: number): void;
}
