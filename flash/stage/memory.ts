// What is known of memory: what the bundle takes of its board, what a running program could let grow, and what the simulator itself has.

import type { BoardData } from '../../boards/board.ts';
import type { Gauges } from '../../sim/board/machine.ts';
import { heapFit, storageFit } from '../build/fit.ts';
import type { FiguresEvent } from './events.ts';

type Row = FiguresEvent['rows'][number];

const GAUGES: Record<keyof Gauges, readonly [label: string, unit: string]> = {
  timers: ['timers', ''],
  sockets: ['open sockets', ''],
  unsentBytes: ['not sent yet', 'B'],
  untakenBytes: ['received, not taken yet', 'B'],
  listeners: ['listeners of the engine', ''],
};

/** What a bundle takes of its board, which does not change while it runs. */
export function bundleRows(board: BoardData, bytes: number): Row[] {
  const storage = storageFit(board);
  const heap = heapFit(board, bytes);
  return [
    {
      label: 'bundle',
      value: bytes,
      unit: 'B',
      ...(storage !== undefined && { note: `of ${storage.most}, the most that fits twice into Storage` }),
    },
    ...(heap === undefined
      ? []
      : [
          {
            label: 'variables, at most',
            value: heap.most,
            unit: '',
            note: `${heap.least} to ${heap.most} of ${heap.vars} once it is loaded, as measured of other firmware`,
          },
        ]),
  ];
}

/** @param gauges undefined: the board does not run. */
export function memoryEvent(fixed: readonly Row[], gauges: Gauges | undefined, t: number): FiguresEvent {
  const grown = (Object.keys(GAUGES) as (keyof Gauges)[]).map((name) => {
    const [label, unit] = GAUGES[name];
    return { label, value: gauges?.[name] ?? 0, unit };
  });
  // To 0.1 MB: a page need not hear of each byte.
  const heap = Math.round(process.memoryUsage().heapUsed / 100_000) / 10;
  return {
    type: 'memory',
    t,
    rows: [
      ...fixed,
      ...(gauges === undefined ? [] : grown),
      { label: 'heap of the simulator', value: heap, unit: 'MB', note: 'of all of it, not of the board' },
    ],
  };
}
