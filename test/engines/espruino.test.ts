import { describeEngine } from './describe-engine.ts';
import { deviceSuite } from './suite.ts';

for (const name of ['espruino', 'espruino-mcu', 'espruino-assert']) describeEngine(name, deviceSuite);
