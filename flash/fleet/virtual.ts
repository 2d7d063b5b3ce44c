// A share of the fleet in virtual time, as fast as it goes, with a model broker of its own. Runs in a thread of its own; the same plan gives
// the same run.

import type { MessagePort } from 'node:worker_threads';
import { withoutTime } from './accepted.ts';
import { createLedger } from './ledger.ts';
import { openModelBroker } from './model.ts';
import { createShare } from './motes.ts';
import type { End, Order, Progress, ThreadPlan } from './plan.ts';

/** Virtual time between two looks at what the main thread wants. */
const SLICE_MS = 1000;
const TELL_MS = 250;

export async function runVirtual(
  plan: ThreadPlan,
  port: Pick<MessagePort, 'on' | 'postMessage' | 'close'>,
): Promise<void> {
  const { settleMs, windowMs, outageMs, drainMs } = plan.virtual;
  const ledger = createLedger();
  const share = createShare(plan.share, {
    now: () => share.world.now(),
    onAccepted: ({ topic, payload }) => ledger.accept(topic, payload),
  });
  const { world } = share;
  const broker = openModelBroker(world, share.network, ({ topic, payload, qos }) => {
    if (qos > 0) ledger.receive(topic, withoutTime(payload));
  });
  const faults = () => [...share.faults, ...broker.violations.slice(0, 3)];
  let isEnding = false;
  let toldAt = 0;
  port.on('message', (order: Order) => {
    isEnding ||= order === 'freeze';
  });

  /** Let virtual time pass, and others run meanwhile. */
  const run = async (ms: number, isDone = () => isEnding) => {
    for (const end = world.now() + ms; world.now() < end && !isDone();) {
      world.run(Math.min(SLICE_MS, end - world.now()));
      if (performance.now() - toldAt < TELL_MS) continue;
      toldAt = performance.now();
      port.postMessage({
        kind: 'progress',
        now: world.now(),
        online: share.online(),
        published: share.published(),
        acknowledged: share.acknowledged(),
        waiting: share.waiting(),
        accepted: [],
        isFrozen: isEnding,
        faults: faults(),
      } satisfies Progress);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  await run(settleMs);
  const windowFromMs = world.now();
  const goneAt = Math.floor(windowMs / 3);
  await run(goneAt);
  if (outageMs > 0 && !isEnding) {
    broker.stop();
    await run(outageMs);
    broker.start();
  }
  await run(windowMs - goneAt - outageMs);
  const windowLasted = world.now() - windowFromMs;
  share.freeze();
  const isDrained = () => share.waiting() === 0 && ledger.openCount() === 0;
  await run(drainMs, isDrained);

  const kept = share.kept();
  const end: End = {
    kind: 'end',
    seconds: share.seconds,
    latency: share.latency.counts(),
    published: share.published(),
    acknowledged: share.acknowledged(),
    waiting: share.waiting(),
    kept,
    faults: faults(),
    virtual: {
      windowFromMs,
      windowMs: windowLasted,
      ...ledger.sums(),
      lost: ledger.lost(kept),
    },
  };
  share.stop();
  port.postMessage(end);
  port.close();
}
