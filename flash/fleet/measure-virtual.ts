// A fleet in virtual time: each thread runs its share to the end by itself; here they are added up.

import { addSeconds, figuresOf, sumOf } from './report.ts';
import type { FleetReport } from './report.ts';
import type { Run } from './options.ts';
import { startThreads } from './threads.ts';

const TELL_MS = 1000;

export async function measureVirtual(run: Run): Promise<FleetReport> {
  const { motes, onProgress } = run;
  const begunAt = performance.now();
  const memoryBefore = process.memoryUsage.rss();
  let memoryMost = memoryBefore;
  let toldAt = 0;
  let isStopped = false;
  const plans = run.shares.map((one) => ({ ...one, begunAt: 0, targets: undefined }));
  const threads = startThreads(plans, () => {
    memoryMost = Math.max(memoryMost, process.memoryUsage.rss());
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    const minute = Math.min(...threads.progress.map((one) => one?.now ?? 0)) / 60_000;
    const online = sumOf(threads.progress, (one) => one?.online ?? 0);
    const published = sumOf(threads.progress, (one) => one?.published ?? 0);
    const text = `${online.toLocaleString('en')} online, ${published.toLocaleString('en')} published`;
    onProgress(`minute ${minute.toFixed(1)}: ${text}`);
  });
  run.stopped.then(
    () => {
      isStopped = true;
      threads.order('freeze');
    },
    () => undefined,
  );
  try {
    const ends = await threads.ends;
    memoryMost = Math.max(memoryMost, process.memoryUsage.rss());
    const own = ends.map((end) => end.virtual!);
    // They began together; where a person ended it, one may have come further than another.
    const windowSec = Math.floor(Math.min(...own.map(({ windowMs }) => windowMs)) / 1000);
    const from = Math.ceil(own[0]!.windowFromMs / 1000);
    const allOnline = addSeconds(ends.map((end) => end.seconds)).findIndex(({ online }) => online >= motes);
    return {
      ...figuresOf(run, {
        ends,
        from,
        to: from + windowSec,
        account: {
          accepted: sumOf(own, (one) => one.accepted),
          received: sumOf(own, (one) => one.received),
          duplicates: sumOf(own, (one) => one.duplicates),
          disordered: sumOf(own, (one) => one.disordered),
          lost: sumOf(own, (one) => one.lost),
        },
      }),
      broker: 'a model broker in virtual time',
      isVirtual: true,
      ended: isStopped ? 'stopped' : 'complete',
      realSec: (performance.now() - begunAt) / 1000,
      allOnlineSec: allOnline < 0 ? null : allOnline,
      latencyMs: null,
      bytesPerMote: Math.round((memoryMost - memoryBefore) / motes),
      brokerBytesPerMote: null,
      returns: [],
    };
  } finally {
    await threads.close();
  }
}
