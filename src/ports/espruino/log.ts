// Events on the console, one line each: `#<event> <detail>`.

import type { Log } from '../log.ts';

export function createLog(): Log {
  function write(event: number, detail: number): void {
    print('#' + event, detail);
  }

  return { write };
}
