import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';
import { polyfillSuite } from './polyfills-suite.ts';

for (const { name } of ENGINES.filter((engine) => engine.name !== 'duk')) describeEngine(name, polyfillSuite);
