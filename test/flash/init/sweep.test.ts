// Every project that `mote init` can write is right by its types, and with MOTE_INIT=all every one is built, and publishes on the virtual
// board. `npm run test:init`.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { SENSORS } from '../../../flash/init/sensors.ts';
import { readScene } from '../../../flash/sim/scene.ts';
import { startVirtualBoard } from '../../../flash/testing.ts';
import { allCombinations, nameOf, projectOf, writeCombination } from './projects.ts';

const isFull = process.env['MOTE_INIT'] === 'all';
const ALL = allCombinations();
/** Of a board and of sleep the types see no more than this. */
const TYPED = ALL.filter(
  ({ board, sensors, sleeps }, index) =>
    isFull || (board === 'esp32' && !sleeps) || (sensors.join() === 'bme280' && index > 0),
);

const HOUR_MS = 3_600_000;

describe('projects of mote init', { timeout: 120_000 }, () => {
  it('are right by their types, and their scenes are possible', () => {
    const folders = TYPED.map(writeCombination);
    for (const folder of folders) readScene(folder);
    const root = join(import.meta.dirname, '../../..');
    const { config } = ts.readConfigFile(join(root, 'src/tsconfig.json'), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, join(root, 'src'));
    const host = ts.createCompilerHost(options);
    // As if the package were installed beside each.
    host.resolveModuleNameLiterals = (literals, importer) =>
      literals.map(({ text }) =>
        ts.resolveModuleName(
          text,
          text.startsWith('mote-sdk') ? join(root, 'package.ts') : importer,
          options,
          host,
        ),
      );
    const program = ts.createProgram({
      rootNames: [
        join(root, 'src/ports/espruino/globals.d.ts'),
        ...folders.map((folder) => join(folder, 'main.ts')),
      ],
      options,
      host,
    });
    const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
      return `${file?.text.split('\n')[0]}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(complaints).toEqual([]);
  });

  it('can have every driver but one whose wiring only its owner knows', () => {
    const files = readdirSync('docs/sensors').map((name) => name.replace('.md', ''));
    const known = new Set(SENSORS.map(({ driver }) => driver));
    expect(files.filter((file) => !known.has(file))).toEqual(['ads1115']);
  });

  // Without builds here: CI makes one project from the package itself, and runs its test.
  it.each((isFull ? ALL : []).map((one) => ({ name: nameOf(one), one })))(
    'publish: $name',
    async ({ one }) => {
      const board = await startVirtualBoard({ firmware: writeCombination(one), board: one.board });
      try {
        for (const { name } of projectOf(one).plan.sensors) {
          expect(board.waitFor(new RegExp(`^mote-1/${name}/(?!status$)`), HOUR_MS).payload).toMatch(
            /"value":-?\d/,
          );
        }
        expect(board.violations).toEqual([]);
      } finally {
        board.stop();
      }
    },
  );
});
