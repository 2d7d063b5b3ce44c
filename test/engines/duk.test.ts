import { describeEngine } from './describe-engine.ts';
import { deviceSuite } from './suite.ts';

describeEngine('duk', deviceSuite);
