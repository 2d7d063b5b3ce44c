// Off unless configured: of commands and configurations nothing is in the bundle of a firmware that does not ask for them.
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';

/** Others are built faster without them. */
const FEATURES = { FLASH: false, TIME: false, QOS2: false, STREAM: false, BATCH: false, LAZY: false };

/** @returns the bundle of a firmware with these parts, and the modules of parts in it. */
async function bundle(imports: string, parts: string) {
  const firmware = writeFirmware({
    'main.ts': `import { startMote } from 'mote-sdk/espruino';
${imports}
startMote({ id: 'm', broker: { host: 'h', port: 1883 }, sensors: [], ${parts} });
`,
  });
  const { code, sizes } = await build({ firmware, board: 'esp32', features: FEATURES });
  return { code, modules: sizes.map(({ module }) => module).filter((name) => /parts\//.test(name)) };
}

it('of commands nothing is in a bundle that does without, and of a configuration nothing in one without that', async () => {
  const none = await bundle('', '');
  const plain = await bundle(
    `import { createCommands } from 'mote-sdk/parts/commands';`,
    'parts: [createCommands({})],',
  );
  expect(none.modules).toEqual([]);
  expect(none.code).not.toMatch(/\/cmd\/|\/reply|desired|rolled-back|"interval/);
  expect(plain.modules).toContainEqual(expect.stringMatching(/parts\/commands\.ts/));
  expect(plain.modules).not.toContainEqual(expect.stringMatching(/settings|configuration/));
  expect(plain.code).toMatch(/\/cmd\//);
  expect(plain.code).not.toMatch(/desired|rolled-back/);
}, 120_000);
