// A board's events on the host, one line each as Espruino prints them: `#<event> <detail>`.

import type { Log } from '../../src/ports/log.ts';

/** @param print takes one line without its end. */
export function createLog(print: (line: string) => void = console.log): Log {
  return { write: (event, detail) => print(`#${event} ${detail}`) };
}
