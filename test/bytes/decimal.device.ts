// Numbers as text inside an engine: `ok <text>` or `FAIL <text>: <seen>`, and `end` at its end. ES5 subset.

import { decimalText } from '../../src/bytes/decimal.ts';
import { DECIMAL_VECTORS } from './decimal-vectors.ts';

declare const print: (line: string) => void;

for (let i = 0; i < DECIMAL_VECTORS.length; i++) {
  const wanted = DECIMAL_VECTORS[i].text;
  const seen = decimalText(DECIMAL_VECTORS[i].value, DECIMAL_VECTORS[i].decimals);
  print(seen === wanted ? 'ok ' + wanted : 'FAIL ' + wanted + ': ' + seen);
}
print('end');
