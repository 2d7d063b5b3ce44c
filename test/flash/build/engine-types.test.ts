// A firmware that uses more of the engine than Mote's ports do: it refers to the engine's types, and the names it uses stay what they are.
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { failure, writeFirmware } from './fixture.ts';

const REFERENCE = '/// <reference types="mote-sdk/types/espruino" />\n';
const PROGRAM = `import { openI2c } from 'mote-sdk/ports/espruino/i2c';
openI2c({ bus: 1, data: 21, clock: 22 });
const led = new Pin(2);
setInterval(function () {
  led.toggle();
}, 500);
setWatch(function (edge) {
  if (edge.lastTime !== undefined) print(edge.time - edge.lastTime);
}, D18, { repeat: true, edge: 'rising', debounce: 25 });
`;

describe('a firmware that refers to the types of the engine', () => {
  it('builds, with the names as the engine has them', async () => {
    const { code } = await build({ firmware: writeFirmware({ 'main.ts': REFERENCE + PROGRAM }) });
    for (const name of ['setInterval', 'toggle', 'lastTime', 'repeat', 'debounce', 'sda']) {
      expect(code).toContain(name);
    }
  });

  it('is told of what its board lacks, by the names of pins too', async () => {
    const main = `${REFERENCE}digitalWrite(D34, true);\n`;
    const error = await failure(build({ firmware: writeFirmware({ 'main.ts': main }) }));
    expect(error.what).toMatch(/^board-pin: digitalWrite drives D34, which is an input only/);
  });

  it('has to refer to them', async () => {
    const error = await failure(build({ firmware: writeFirmware({ 'main.ts': PROGRAM }) }));
    expect(error.what).toMatch(/^TS\d+: Cannot find name 'Pin'/);
  });

  it.each(['console.log(1);', 'D18.set();', 'setInterval(1, 2);'])(
    'is told how, and not to take types of a browser or Node: %s',
    async (main) => {
      const error = await failure(build({ firmware: writeFirmware({ 'main.ts': main }) }));
      const name = /^\w+/.exec(main)![0];
      expect(error.what).toMatch(new RegExp(`^TS\\d+: Cannot find name '${name}'\\.$`));
      expect(error.fix).toMatch(
        /^write `\/\/\/ <reference types="mote-sdk\/types\/espruino" \/>` as the first line/,
      );
    },
  );

  it('is told so where TypeScript knows a type of the name', async () => {
    const main = 'Promise.resolve(1);';
    const error = await failure(build({ firmware: writeFirmware({ 'main.ts': main }) }));
    expect(error.what).toMatch(
      /^TS2585: 'Promise' only refers to a type, but is being used as a value here\.$/,
    );
    expect(error.fix).toContain('mote-sdk/types/espruino');
  });

  it('is told nothing of them for a name that the engine has not, or another engine', async () => {
    const browser = await failure(build({ firmware: writeFirmware({ 'main.ts': 'document.title = "";' }) }));
    expect([browser.what, browser.fix]).toEqual(["TS2584: Cannot find name 'document'.", 'correct it']);
    const host = await failure(
      build({ firmware: writeFirmware({ 'main.ts': 'digitalWrite(1, 1);' }), board: 'jerryscript' }),
    );
    expect([host.what, host.fix]).toEqual(["TS2304: Cannot find name 'digitalWrite'.", 'correct it']);
  });
});
