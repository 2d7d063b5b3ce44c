// A share of the fleet in real time, bridged to a real broker. Runs in a thread of its own.

import type { MessagePort } from 'node:worker_threads';
import { openBridge } from '../../sim/node/bridge.ts';
import { createPaced } from '../../sim/paced.ts';
import { createShare } from './motes.ts';
import type { End, Order, Progress, ThreadPlan } from './plan.ts';
import { BROKER } from './plan.ts';

/** From one Progress to the next. */
const TELL_MS = 250;

export function runLive(plan: ThreadPlan, port: Pick<MessagePort, 'on' | 'postMessage' | 'close'>): void {
  let accepted: string[] = [];
  let isFrozen = false;
  const now = () => performance.timeOrigin + performance.now() - plan.begunAt;
  const share = createShare(plan.share, {
    now,
    onAccepted: ({ topic, payload }) => void accepted.push(topic, payload),
  });
  const paced = createPaced(share.world);
  const errors = new Set<string>();
  const bridge = openBridge({
    network: share.network,
    ...BROKER,
    targets: plan.targets!,
    sync: paced.sync,
    onError: ({ code, message }) => void errors.add(code ?? message),
  });
  const faults = () => [...share.faults, ...errors];
  const tell = () => {
    port.postMessage({
      kind: 'progress',
      now: now(),
      online: share.online(),
      published: share.published(),
      acknowledged: share.acknowledged(),
      waiting: share.waiting(),
      accepted,
      isFrozen,
      faults: faults(),
    } satisfies Progress);
    accepted = [];
  };
  const timer = setInterval(tell, TELL_MS);

  const stop = () => {
    clearInterval(timer);
    tell();
    const end: End = {
      kind: 'end',
      seconds: share.seconds,
      latency: share.latency.counts(),
      published: share.published(),
      acknowledged: share.acknowledged(),
      waiting: share.waiting(),
      kept: share.kept(),
      faults: faults(),
    };
    paced.stop();
    share.stop();
    bridge.close();
    port.postMessage(end);
    port.close();
  };
  port.on('message', (order: Order) => {
    if (order === 'stop') return stop();
    share.freeze();
    isFrozen = true;
    tell();
  });
}
