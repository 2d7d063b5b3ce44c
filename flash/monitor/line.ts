// One line of a board's console as it is being written: what a board prints, and how Espruino edits the line that a person types.
// Bytes as characters, one each. Nothing here is safe to show yet.

/** A board that never ends a line must not fill the memory. */
const LINE_MAX = 4096;

export interface ConsoleLine {
  feed(text: string): void;
  /** The line that has no end yet, and where the cursor stands in it. */
  current(): { text: string; cursor: number };
  /** Hand over what there is, as when the connection ends; a prompt alone is nothing. */
  flush(): void;
}

const PROMPT = '>';
const ESCAPE = '\x1b';
/** A move or an erasure that Espruino writes, behind its escape character; whatever else begins like one is text. */
const SEQUENCE = /^(?:$|\[(\d*)([CDJK]|$))/;

export function createConsoleLine(onLine: (text: string) => void): ConsoleLine {
  let text = '';
  let cursor = 0;
  /** The start of a sequence whose end has not come. */
  let begun = '';

  function end(): void {
    const whole = text;
    text = '';
    cursor = 0;
    onLine(whole);
  }

  function put(character: string): void {
    text = text.slice(0, cursor) + character + text.slice(cursor + 1);
    cursor++;
    if (text.length >= LINE_MAX) end();
  }

  function move(count: string, kind: string): void {
    const steps = count === '' ? 1 : Number(count);
    if (kind === 'C') cursor = Math.min(text.length, cursor + steps);
    else if (kind === 'D') cursor = Math.max(0, cursor - steps);
    else text = text.slice(0, cursor);
  }

  function control(character: string): void {
    if (character === '\n') end();
    else if (character === '\r') cursor = 0;
    else if (character === '\b') cursor = Math.max(0, cursor - 1);
    else put(character);
  }

  return {
    feed(more) {
      const all = begun + more;
      begun = '';
      for (let at = 0; at < all.length; at++) {
        const character = all[at]!;
        const sequence = character === ESCAPE ? SEQUENCE.exec(all.slice(at + 1, at + 8)) : null;
        if (sequence === null) {
          control(character);
        } else if (sequence[2]) {
          move(sequence[1]!, sequence[2]);
          at += sequence[0].length;
        } else {
          begun = ESCAPE + sequence[0];
          at += begun.length;
        }
      }
    },
    current: () => ({ text, cursor }),
    flush() {
      for (const character of begun) put(character);
      begun = '';
      if (text !== '' && text !== PROMPT) end();
      text = '';
      cursor = 0;
    },
  };
}
