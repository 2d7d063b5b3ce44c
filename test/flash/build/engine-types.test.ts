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
});
