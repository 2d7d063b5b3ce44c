// The waits of a mote that does not find its broker, as its serial number makes them.

import { backoffMs } from '../../src/link/backoff.ts';
import { createRandom } from '../../src/ports/espruino/random.ts';

declare function print(text: string): void;

const random = createRandom();
let wait = 0;
let text = 'waits';
for (let i = 0; i < 6; i++) {
  wait = backoffMs(wait, {}, random);
  text += ' ' + wait;
}
print(text);
