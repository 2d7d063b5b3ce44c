// What a build for Espruino brings along, in an engine: it says there what the engine of Node says by itself.

import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { isSame, USES, usesProgram, VALUES } from '../polyfills/uses.ts';
import type { Engine } from './engines.ts';

const SAY =
  "declare function print(text: string): void;\nconst say = (value: unknown) => print('' + value);\n";

export function polyfillSuite(engine: Engine): void {
  it('says with polyfills what is said natively', async () => {
    const { code } = await build({ firmware: writeFirmware({ 'main.ts': SAY + usesProgram() }) });
    const { lines, failure } = await engine.run([{ name: 'uses', code }]);
    expect(failure).toBeUndefined();
    const plain = VALUES.replace(': number[]', '');
    const natively = USES.map((use) => runInNewContext(`${plain}${use}`) as unknown);
    const wrong = USES.map((use, at) => `${use}: ${lines[at]}, natively ${String(natively[at])}`).filter(
      (_text, at) => !isSame(lines[at]?.replace(/\r$/, '') ?? '', natively[at]),
    );
    expect(wrong).toEqual([]);
    expect(lines.length).toBe(USES.length);
  });
}
