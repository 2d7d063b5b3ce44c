// Where a thread of the fleet begins: `new Worker` is given this file, as it stands in dist/.

import { parentPort, workerData } from 'node:worker_threads';
import { runLive } from './live.ts';
import type { ThreadPlan } from './plan.ts';
import { runVirtual } from './virtual.ts';

const plan = workerData as ThreadPlan;
if (plan.targets === undefined) await runVirtual(plan, parentPort!);
else runLive(plan, parentPort!);
