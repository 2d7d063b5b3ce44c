// The counting mote alone.

import { startCounting } from './counting.ts';

startCounting([]);
