import { describeEngine } from './describe-engine.ts';
import { deviceSuite } from './suite.ts';

describeEngine('jerry', deviceSuite);
// Each script as a snapshot: what a product would carry.
describeEngine('jerry-snapshot', deviceSuite);
