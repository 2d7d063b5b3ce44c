// The flash of a C host in JerryScript, of two pages. ES5 subset.

import { openFlash } from '../../../src/ports/jerryscript/flash.ts';
import { check } from './check.ts';
import { checkFlash } from './flash-check.ts';

declare function print(line: string): void;

const flash = openFlash();
if (flash === null) check('flash of the host', 'none', 'some');
else checkFlash(flash);
print('end');
