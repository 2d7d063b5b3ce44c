// That engines calculate as Node does, to the last digit, what drivers make of logarithms and of large integers.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { checkArithmetic } from '../sensors/check-arithmetic.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';
import { linesOf } from './suite.ts';

const PROGRAM = `
import { checkArithmetic } from '${fileURLToPath(new URL('../sensors/check-arithmetic.ts', import.meta.url))}';
declare const print: (line: string) => void;
checkArithmetic(function (value) { print('' + value); });
print('end');
`;

const WANTED: string[] = [];
checkArithmetic((value) => void WANTED.push(String(value)));

for (const { name } of ENGINES) {
  describeEngine(name, (engine) => {
    it('calculates as Node does', async () => {
      const { code } = await build({ firmware: writeFirmware({ 'main.ts': PROGRAM }) });
      expect(await linesOf(engine, [{ name: 'arithmetic', code }])).toEqual([...WANTED, 'end']);
    });
  });
}
