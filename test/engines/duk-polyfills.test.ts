import { describeEngine } from './describe-engine.ts';
import { polyfillSuite } from './polyfills-suite.ts';

describeEngine('duk', polyfillSuite);
