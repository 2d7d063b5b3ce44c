// The engine's buffer between the wire and the idle loop: what arrives waits for the next pass. When it fills, the board
// sends XOFF, and XON when there is room again. Nothing is lost: what does not fit stays on the wire.

const XON = '\x11';
const XOFF = '\x13';
/** Bytes of the engine's event buffer, and its marks. */
const BUFFER = 1023;
const FULL = (BUFFER * 6) / 8;
const FREE = (BUFFER * 3) / 8;

export interface FlowHost {
  send(bytes: string): void;
  /** Take a character. @returns true: let the loop go on before the next. */
  take(char: string): boolean;
  /** Do this at the start of the next pass. */
  wake(run: () => void): void;
}

export interface Flow {
  arrive(text: string): void;
  clear(): void;
}

export function createFlow(host: FlowHost): Flow {
  let waiting = '';
  let held = false;
  let awake = false;

  const hold = (isHeld: boolean) => {
    if (held !== isHeld) host.send(isHeld ? XOFF : XON);
    held = isHeld;
  };

  const wake = () => {
    if (awake || waiting === '') return;
    awake = true;
    host.wake(drain);
  };

  const drain = () => {
    awake = false;
    const end = Math.min(waiting.length, BUFFER);
    let at = 0;
    while (at < end && !host.take(waiting[at++]!));
    waiting = waiting.slice(at);
    if (waiting.length < FREE) hold(false);
    wake();
  };

  return {
    arrive(text) {
      waiting += text;
      if (waiting.length > FULL) hold(true);
      wake();
    },
    clear() {
      waiting = '';
      held = false;
      awake = false;
    },
  };
}
