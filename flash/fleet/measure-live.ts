// A fleet in real time: all come online, then what is measured, then what is on its way arrives.

import { ExitCode, MoteError } from '../errors.ts';
import type { BrokerAddress } from '../sim/address.ts';
import { formatBrokerAddress } from '../sim/address.ts';
import { withoutTime } from './accepted.ts';
import type { EmbeddedFleetBroker } from './embedded.ts';
import { createLedger } from './ledger.ts';
import { watchFleet } from './observer.ts';
import type { Run } from './options.ts';
import type { Progress } from './plan.ts';
import { figuresOf, latencyOf, sumOf } from './report.ts';
import type { FleetReport } from './report.ts';

import { startThreads } from './threads.ts';

const LOOK_MS = 100;
const TELL_MS = 1000;
/** No mote more came online for so long: no further one will. */
const STALL_MS = 45_000;
/** For what is on its way when a person ends it. */
const SHORT_DRAIN_MS = 5000;
/** An observer that is connected and hears nothing for so long has had all. */
const QUIET_MS = 5000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const whole = (value: number) => Math.round(value).toLocaleString('en');

/** @returns what a person is told whose broker did not take all motes. */
export function tooFew(online: number, motes: number, faults: readonly string[], where: string): MoteError {
  const seen = faults.length === 0 ? '' : ` (${faults.join(', ')})`;
  const fix =
    online === 0
      ? 'see what the broker says of their connections'
      : 'raise what the broker takes: its open files (ulimit -n, LimitNOFILE=) and max_connections; or the computer is too busy: take fewer --motes';
  const what = `only ${whole(online)} of ${whole(motes)} motes came online${seen}`;
  return new MoteError(what, fix, where, ExitCode.Environment);
}

export async function measureLive(
  run: Run,
  addresses: readonly BrokerAddress[],
  embedded: EmbeddedFleetBroker | undefined,
): Promise<FleetReport> {
  const { motes, outageSec, onProgress } = run;
  const ledger = createLedger();
  const brokerBefore = (await embedded?.memory()) ?? 0;
  const observer = await watchFleet(run.observer ?? addresses, run.prepared.filters, (topic, payload) =>
    ledger.receive(topic, withoutTime(payload)),
  );
  const begunAt = performance.timeOrigin + performance.now();
  const now = () => performance.timeOrigin + performance.now() - begunAt;
  const memoryBefore = process.memoryUsage.rss();
  let memoryMost = memoryBefore;
  const plans = run.shares.map((one) => ({
    ...one,
    begunAt,
    targets: addresses.map(({ host, port }) => ({ host, port })),
  }));
  const threads = startThreads(plans, ({ accepted }: Progress) => {
    for (let i = 0; i < accepted.length; i += 2) ledger.accept(accepted[i]!, accepted[i + 1]!);
  });
  let isStopped = false;
  run.stopped.then(
    () => (isStopped = true),
    () => undefined,
  );
  const total = (key: 'online' | 'waiting' | 'published') =>
    sumOf(threads.progress, (one) => one?.[key] ?? 0);
  const faults = () => [...new Set(threads.progress.flatMap((one) => one?.faults ?? []))];
  let toldAt = -TELL_MS;

  /** Let time pass until `isDone`, or a thread fails. */
  const until = async (isDone: () => boolean, phase: string) => {
    let failure: unknown;
    threads.ends.catch((error: unknown) => (failure = error));
    while (!isDone()) {
      if (failure !== undefined) throw failure;
      memoryMost = Math.max(memoryMost, process.memoryUsage.rss());
      if (now() - toldAt >= TELL_MS) {
        toldAt = now();
        const { accepted, received } = ledger.sums();
        const text = `${whole(total('online'))} of ${whole(motes)} online, ${whole(total('published'))} published, ${whole(received)} of ${whole(accepted)} received`;
        onProgress(`${phase}: ${text}`);
      }
      await pause(LOOK_MS);
    }
  };

  /** @returns when all were online; undefined when it was stopped before. @throws MoteError when some stay away. */
  const start = async (): Promise<number | undefined> => {
    let most = 0;
    let mostAt = run.startMs + run.prepared.firstWaitMs;
    await until(() => {
      if (total('online') > most) {
        most = total('online');
        mostAt = Math.max(mostAt, now());
      }
      if (now() - mostAt > STALL_MS) {
        throw tooFew(most, motes, faults(), addresses.map(formatBrokerAddress).join(', '));
      }
      return isStopped || total('online') >= motes;
    }, 'starting');
    return isStopped ? undefined : now();
  };

  /** The broker is gone for a while. */
  const interrupt = async (broker: EmbeddedFleetBroker, goneAt: number) => {
    await until(() => isStopped || now() >= goneAt, 'measuring');
    if (isStopped) return;
    broker.stop();
    await until(() => isStopped || now() >= goneAt + outageSec * 1000, 'without a broker');
    await broker.start();
  };

  try {
    const allOnlineAt = await start();
    const windowFrom = now();
    const windowEnd = windowFrom + run.minutes * 60_000;
    const isOver = () => isStopped || now() >= windowEnd;
    if (embedded !== undefined && outageSec > 0) {
      await interrupt(embedded, windowFrom + (windowEnd - windowFrom) / 3);
    }
    await until(isOver, 'measuring');
    const windowTo = now();
    threads.order('freeze');
    await until(() => threads.progress.every((one) => one?.isFrozen === true), 'ending');
    const brokerBytes = embedded === undefined ? undefined : (await embedded.memory()) - brokerBefore;
    const drainEnd = now() + (isStopped ? SHORT_DRAIN_MS : run.shares[0]!.virtual.drainMs);
    const wasStopped = isStopped;
    await until(() => total('waiting') === 0 || now() > drainEnd || (isStopped && !wasStopped), 'draining');
    threads.order('stop');
    const ends = await threads.ends;
    // What was acknowledged is at the broker, and comes as long as anything comes.
    const kept = ends.flatMap((end) => end.kept);
    while (ledger.lost(kept) > 0 && observer.quietMs() < QUIET_MS && now() < drainEnd) await pause(LOOK_MS);

    const lost = ledger.lost(kept);
    return {
      ...figuresOf(run, {
        ends,
        // Whole seconds.
        from: Math.ceil(windowFrom / 1000),
        to: Math.floor(windowTo / 1000),
        account: { ...ledger.sums(), lost },
      }),
      broker: embedded === undefined ? addresses.map(formatBrokerAddress).join(', ') : 'embedded aedes',
      isVirtual: false,
      ended: isStopped ? 'stopped' : 'complete',
      realSec: now() / 1000,
      allOnlineSec: allOnlineAt === undefined ? null : allOnlineAt / 1000,
      latencyMs: latencyOf(ends),
      bytesPerMote: Math.round((memoryMost - memoryBefore) / motes),
      brokerBytesPerMote: brokerBytes === undefined ? null : Math.round(brokerBytes / motes),
      returns: observer.returns,
    };
  } finally {
    await threads.close();
    await observer.close();
  }
}
