// Text on its way to a board: in pieces, none while the board says XOFF. What is pasted or piped would run over its buffer otherwise.

const XON = '\x11';
const XOFF = '\x13';
const PIECE = 256;
/** A piece takes so long on a line of 115200 baud. */
const PIECE_MS = 23;
/** An XON may be lost; a board that is silent for so long takes more. */
const SILENCE_MS = 5000;

export interface Flow {
  /** Queue text for the board. */
  send(text: string): void;
  /** Take what the board sent. @returns it without what steers the flow. */
  receive(text: string): string;
  /** The board is another one, or restarted: nothing is held back, and nothing left to send. */
  reset(): void;
}

export function createFlow(write: (text: string) => void, wait: (ms: number) => Promise<void>): Flow {
  let queue = '';
  let held = false;
  let pumping = false;
  let run = 0;

  async function pump(): Promise<void> {
    const mine = run;
    pumping = true;
    while (queue !== '' && mine === run) {
      for (let ms = 0; held && ms < SILENCE_MS && mine === run; ms += PIECE_MS) await wait(PIECE_MS);
      if (mine !== run) return;
      held = false;
      const piece = queue.slice(0, PIECE);
      queue = queue.slice(PIECE);
      write(piece);
      if (queue !== '') await wait(PIECE_MS);
    }
    if (mine === run) pumping = false;
  }

  return {
    send(text) {
      queue += text;
      if (!pumping) void pump();
    },
    receive(text) {
      const last = Math.max(text.lastIndexOf(XON), text.lastIndexOf(XOFF));
      if (last < 0) return text;
      held = text[last] === XOFF;
      return text.replaceAll(XON, '').replaceAll(XOFF, '');
    },
    reset() {
      run++;
      queue = '';
      held = false;
      pumping = false;
    },
  };
}
