// A program for Espruino on Linux: all ports, against what is really behind them there. Prints `ok <what>` or
// `FAIL <what>: <seen>, not <wanted>`, lines `= <figure>` that differ from engine to engine, and `end` at its end.
// ES5 subset; the script that runs it defines the names in engine.d.ts.

import { BOARD_STEPS } from './board-steps.ts';
import { take } from './check.ts';
import { MEMORY_STEPS } from './memory-steps.ts';
import { SOCKET_STEPS } from './socket-steps.ts';

declare function print(line: string): void;

take(SOCKET_STEPS.concat(BOARD_STEPS, MEMORY_STEPS), function () {
  print('end');
});
