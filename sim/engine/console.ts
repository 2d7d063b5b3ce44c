// What a real Espruino writes to its console, as clean lines: banner, prompts and our own marks are taken out,
// and lines that mean the engine or the program failed are recognised.

/** In front of a line that the loader prints. */
const MARK = '@@mote:';
/** The line that ends the banner: the loader prints it before anything else runs. */
export const START_MARK = `${MARK}start`;
export const MEMORY_MARK = `${MARK}memory `;

/** That a peer refuses a connection is the firmware's business. */
const FAILURE = /^Uncaught |ASSERT|OUT OF MEMORY|Execution Interrupted|^ERROR: (?!Connect failed)/;
/** Espruino prints this after every uncaught error; it says nothing. */
const ECHO_OF_FAILURE = 'Uncaught undefined';

/** The fields of `process.memory()` that matter: blocks of `blocksize` bytes. */
export interface EspruinoMemory {
  free: number;
  usage: number;
  total: number;
  blocksize: number;
}

export interface ConsoleEvents {
  /** The loader runs. */
  onStart(): void;
  onLine(line: string): void;
  onMemory(memory: EspruinoMemory): void;
  onFailure(line: string): void;
}

/** Take the prompt (`>`, carriage return, erase to the end of the display) out of a line. */
function withoutPrompt(raw: string): string {
  // eslint-disable-next-line no-control-regex -- the terminal's own control characters
  return raw.replace(/^(>?\r?\x1b\[J)+/g, '').replace(/\r+$/, '');
}

/**
 * Make a reader of console output, cut anywhere.
 * @returns `feed` takes a chunk, `end` the rest after the engine has gone.
 */
export function createConsoleReader(events: ConsoleEvents): { feed(chunk: string): void; end(): void } {
  let rest = '';
  let started = false;

  function take(raw: string): void {
    const line = withoutPrompt(raw);
    if (!started) {
      started = line === START_MARK;
      if (started) events.onStart();
      else if (FAILURE.test(line)) events.onFailure(line);
    } else if (line.startsWith(MEMORY_MARK)) {
      events.onMemory(JSON.parse(line.slice(MEMORY_MARK.length)) as EspruinoMemory);
    } else if (line !== ECHO_OF_FAILURE) {
      if (FAILURE.test(line)) events.onFailure(line);
      events.onLine(line);
    }
  }

  return {
    feed(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    },
    end() {
      // What is left after the last line end is a prompt, or a line that a crash cut off: a look at memory is of no use then.
      const line = withoutPrompt(rest).replace(/^>$/, '');
      const isLook = line.startsWith(MEMORY_MARK) || MEMORY_MARK.startsWith(line);
      if (!isLook) take(rest);
      rest = '';
    },
  };
}
