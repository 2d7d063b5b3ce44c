// The counting mote with an account of its readings: what the recorded run of the link is about.

import { createAccount } from '../../src/parts/account.ts';
import { startCounting } from './counting.ts';

startCounting([createAccount({ heartbeatMs: 2000, saveMs: 10000 })]);
