// features.json beside a firmware says what it leaves out.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { writeFirmware } from './fixture.ts';

const MAIN =
  "import { LOG } from 'mote-sdk/features';\ndeclare function print(text: string): void;\nprint(LOG ? 'loud' : 'quiet');\n";

const buildWith = (file: string, features: Record<string, boolean> = {}) =>
  build({ firmware: join(writeFirmware({ 'main.ts': MAIN, 'features.json': file }), 'main.ts'), features });

describe('features.json', { timeout: 60_000 }, () => {
  it('replaces a default', async () => {
    expect((await buildWith('{ "LOG": false }')).code).toContain('quiet');
  });

  it('is replaced by the features of one build', async () => {
    expect((await buildWith('{ "LOG": false }', { LOG: true })).code).toContain('loud');
  });

  it.each([
    ['{ "LOUD": false }', 'no feature LOUD'],
    ['{ "LOG": "off" }', 'feature LOG is off'],
    ['{', 'not valid JSON'],
    ['[]', 'not a JSON object'],
  ])('says what is wrong with %s', async (file, message) => {
    await expect(buildWith(file)).rejects.toThrow(message);
  });
});
