// Text on its way to a board, in pieces: what is pasted or piped would run over its buffer before it can say stop.

const PIECE = 256;
/** A piece takes so long on a line of 115200 baud. */
const PIECE_MS = 23;

export interface Pace {
  /** Queue text for the board. */
  send(text: string): void;
  /** The board is another one, or restarted: nothing is left to send. */
  reset(): void;
}

export function createPace(write: (text: string) => void, wait: (ms: number) => Promise<void>): Pace {
  let queue = '';
  let pumping = false;
  let run = 0;

  async function pump(): Promise<void> {
    const mine = run;
    pumping = true;
    while (mine === run && queue !== '') {
      write(queue.slice(0, PIECE));
      queue = queue.slice(PIECE);
      await wait(PIECE_MS);
    }
    if (mine === run) pumping = false;
  }

  return {
    send(text) {
      queue += text;
      if (!pumping) void pump();
    },
    reset() {
      run++;
      queue = '';
      pumping = false;
    },
  };
}
