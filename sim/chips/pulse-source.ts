// What gives pulses: a bucket that tips, a wind wheel, a meter. A contact to ground with its bounces, or a sensor without. It has
// none of the faults of chips. ES5 subset: runs in engines.

import type { Source } from '../environment/surroundings.ts';
import { createEdgeInput } from '../rig/inputs.ts';
import type { SimulatedEdgeInput } from '../rig/inputs.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';

export interface PulseSourceOptions {
  /** Pulses so far: each one more is a pulse, as soon as the one before is over. */
  readonly pulses: Source;
  /** Pulses before the world began; default 0. */
  readonly already?: number;
  /** In its place: those before the first look, however long the world has been there. */
  readonly beginsNow?: boolean;
  /** How long a pulse lasts, and how long nothing follows; microseconds. A tipping bucket: 100 ms. */
  readonly widthUs: number;
  readonly gapUs: number;
  /** It opens and closes twice within this, before each level rests; default 0. */
  readonly bounceUs?: number;
}

export interface PulseSource extends FaultyChip {
  readonly input: SimulatedEdgeInput;
  /** To be called each millisecond. */
  tick(now: number): void;
}

export function createPulseSource(options: PulseSourceOptions): PulseSource {
  const input = createEdgeInput(1);
  const timeOf = createUnwrapped();
  const bounce = options.bounceUs === undefined ? 0 : options.bounceUs;
  let sent = options.already === undefined ? 0 : options.already;
  let isClosed = false;
  let isNew = options.beginsNow === true;
  /** The next edge, microseconds behind the present millisecond. */
  let edgeUs = 0;

  function change(level: number, time: number): void {
    input.drive(level, time, edgeUs);
    for (let i = 1; bounce > 0 && i < 5; i++) {
      input.drive(i & 1 ? level ^ 1 : level, time, edgeUs + ((bounce * i) >> 2));
    }
  }

  function tick(now: number): void {
    const time = timeOf(now);
    const wanted = options.pulses(time);
    if (isNew) sent = wanted;
    isNew = false;
    while (edgeUs < 1000 && (isClosed || sent < wanted)) {
      change(isClosed ? 1 : 0, time);
      if (!isClosed) sent++;
      isClosed = !isClosed;
      edgeUs += isClosed ? options.widthUs : options.gapUs;
    }
    edgeUs = edgeUs < 1000 ? 0 : edgeUs - 1000;
  }

  return { input, faults: createFaults(), tick, brownOut() {} };
}
