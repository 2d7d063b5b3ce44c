// The models of the environment in every real engine: each makes the very same numbers of them.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { fingerprintOf } from '../sim/environment/fingerprint.ts';
import { MODELS } from '../sim/environment/models.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';
import { linesOf } from './suite.ts';

const ENVIRONMENT = fileURLToPath(new URL('../sim/environment', import.meta.url));
const PROGRAM = `
import { fingerprintOf } from '${ENVIRONMENT}/fingerprint.ts';
import { MODELS } from '${ENVIRONMENT}/models.ts';
declare const print: (line: string) => void;
for (let i = 0; i < MODELS.length; i++) print(MODELS[i].name + ' ' + fingerprintOf(MODELS[i].create(7 + i)));
`;

const script = build({ firmware: writeFirmware({ 'main.ts': PROGRAM }) }).then(({ code }) => ({
  name: 'environment',
  code,
}));
const wanted = MODELS.map(({ name, create }, i) => `${name} ${fingerprintOf(create(7 + i))}`);

for (const { name } of ENGINES) {
  describeEngine(name, (engine) => {
    // All models at once have no room in the smallest engine.
    it.runIf(name !== 'espruino-mcu')('makes the same of each model as Node', async () => {
      expect(await linesOf(engine, [await script])).toEqual(wanted);
    });
  });
}
