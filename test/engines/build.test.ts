import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';

/** What no engine without hoisting survives as it is written: every function is used above its definition. */
const FIRMWARE = {
  'main.ts': `declare function print(value: unknown): void;
import { isName } from './name.ts';
import { createCounter } from './counter.ts';

function start(): void {
  const counter = createCounter(20 * 1000);
  counter.increment();
  report(counter.current());
  report(isName('name') ? 1 : 0);
  report(isName('na+me') ? 1 : 0);
}

function report(value: number): void {
  print('said ' + value + wrap(value));
}

function wrap(value: number): string {
  return ' <' + value + '>';
}

start();
`,
  'name.ts': `export function isName(text: string): boolean {
  const trimmed = trim(text);
  return trimmed.length > 0 && trimmed.indexOf('+') < 0 && trimmed.indexOf('#') < 0;
}
function trim(text: string): string { return text.substr(0, text.length - 1); }
`,
  'counter.ts': `export interface Counter { increment(): void; current(): number }
export function createCounter(initial: number): Counter {
  const increment = () => { bump(1); };
  let count = initial;
  function bump(step: number): void { count += step; }
  function current(): number { return count; }
  return { increment, current };
}
`,
};

for (const { name } of ENGINES) {
  describeEngine(name, (engine) => {
    it.each([true, false])(
      'runs a bundle whose source defines nothing before its use (minify: %s)',
      async (minify) => {
        const { code } = await build({ firmware: writeFirmware(FIRMWARE), minify });
        const { lines, failure } = await engine.run([{ name: 'firmware', code }]);
        expect(failure).toBeUndefined();
        expect(lines).toEqual(['said 20001 <20001>', 'said 1 <1>', 'said 0 <0>']);
      },
    );
  });
}
