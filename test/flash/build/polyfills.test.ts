// What a build brings along: what the bundle uses and the engine lacks, and nothing else.
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { FILLED } from '../../../flash/build/polyfills.ts';
import { MISSING_METHODS, MISSING_STATICS } from '../../../flash/check/builtins.ts';
import { isSame, USES, usesProgram, VALUES } from '../../polyfills/uses.ts';
import { failure, runBundle, SAY, writeFirmware } from './fixture.ts';

const firmware = (main: string) => writeFirmware({ 'main.ts': SAY + main });
const POLYFILL = /src\/polyfills\//;

describe('polyfills of a build', () => {
  it('stand for all that is used, and do the same', async () => {
    const { code, polyfills, warnings } = await build({ firmware: firmware(usesProgram()) });
    expect(polyfills).toEqual([...FILLED].sort());
    expect(warnings).toEqual([]);
    expect(code).not.toMatch(
      /Math\.(trunc|imul|clz32|log2|log10|hypot)|Number\.|reduceRight|trimStart|trimEnd/,
    );
    const { said, leaked } = runBundle(code);
    const plain = VALUES.replace(': number[]', '');
    const natively = USES.map((use) => runInNewContext(`${plain}${use}`) as unknown);
    expect(USES.filter((_use, at) => !isSame(String(said[at]), natively[at]))).toEqual([]);
    expect(leaked).toEqual([]);
  });

  it('are those that the bundle uses', async () => {
    const { code, polyfills, sizes } = await build({
      firmware: firmware(
        "import { LOG } from 'mote-sdk/features';\nsay(Math.trunc(Date.now() / 3));\nif (!LOG) say(Math.log2(9));\n",
      ),
    });
    expect(polyfills).toEqual(['Math.trunc']);
    expect(sizes.filter(({ module }) => POLYFILL.test(module)).map(({ module }) => module)).toEqual([
      'src/polyfills/math-trunc.ts',
    ]);
    expect(code.length).toBeLessThan(160);
  });

  it('cost a firmware that uses none not one byte, and an engine that has them neither', async () => {
    const none = firmware(
      "import { LOG } from 'mote-sdk/features';\nif (LOG) say([1, 2].indexOf(2) + Math.floor(1.5));\n",
    );
    const espruino = await build({ firmware: none, board: 'esp32' });
    const jerryscript = await build({ firmware: none, board: 'jerryscript' });
    expect(espruino.code).toBe(jerryscript.code);
    expect(espruino.polyfills).toEqual([]);
    expect(espruino.sizes.filter(({ module }) => POLYFILL.test(module))).toEqual([]);

    const some = await build({
      firmware: firmware('say(Math.trunc(Date.now() / 3));'),
      board: 'jerryscript',
    });
    expect(some.polyfills).toEqual([]);
    expect(some.code).toContain('Math.trunc');
  });

  it('leave alone what the program has or asks for by itself', async () => {
    const own =
      'const Math = { trunc: (x: number) => x + 1 };\nsay(Math.trunc(1));\nsay(typeof Number.isInteger);\nexport {};\n';
    const { polyfills } = await build({ firmware: firmware(own) });
    expect(polyfills).toEqual([]);
  });

  it('do not hide what is still missing', async () => {
    const refused = [
      ['say([].lastIndexOf.call([1] as never, 1 as never));', 'missing-method'],
      ['const f = Math.hypot;\nsay(f(Date.now(), 1));', 'missing-static'],
      ['say(Object.freeze({ a: 1 }));', 'missing-static'],
    ];
    for (const [main = '', rule = ''] of refused) {
      expect((await failure(build({ firmware: firmware(main) }))).what).toContain(rule);
    }
  });

  it('fill only what the check knows to be missing', () => {
    const missing = [
      ...Object.keys(MISSING_STATICS),
      ...['array', 'string'].flatMap((kind) =>
        Object.keys(MISSING_METHODS[kind as 'array']).map((name) => `${kind}.${name}`),
      ),
    ];
    expect(FILLED.filter((name) => !missing.includes(name))).toEqual([]);
  });
});
