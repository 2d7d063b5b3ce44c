import { allocationSuite } from './allocations.ts';
import { describeEngine } from './describe-engine.ts';

describeEngine('dukhost', allocationSuite);
