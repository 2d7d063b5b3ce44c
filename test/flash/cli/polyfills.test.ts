// What a build brought along for the engine, on the command line.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SAY, writeFirmware } from '../build/fixture.ts';
import { mote } from './run.ts';

it('a build says what it brought along, in words and as JSON', async () => {
  const firmware = writeFirmware({
    'main.ts': `${SAY}say([1, 2].lastIndexOf(1) + Math.imul(Date.now(), 3));\n`,
  });
  const out = join(firmware, 'out.js');
  const [words, json] = await Promise.all([
    mote(['build', firmware, '--out', out]),
    mote(['build', firmware, '--out', `${out}2`, '--json']),
  ]);
  expect(words.stdout).toContain('brought along, since esp32 has none: Math.imul, array.lastIndexOf\n');
  expect(JSON.parse(json.stdout)).toMatchObject({ polyfills: ['Math.imul', 'array.lastIndexOf'] });
});
