// Single lines as device code sees them, with a simulated chip on each. Edges have their microsecond, and come when the event loop
// runs: `deliver`. ES5 subset: runs in engines.

import type { Clock } from '../../src/ports/clock.ts';
import { elapsed } from '../../src/ports/clock.ts';
import type { OpenDrain, PulseEcho } from '../../src/ports/pulse.ts';
import type { EchoDevice, LineDevice } from '../chips/line-device.ts';

const EDGES_MAX = 128;
const TIME_MASK = 0x7ffffff;

export interface Events {
  /** Call the listener for all edges that have been by now. */
  deliver(): void;
  /** Pulses of the host so far, modulo 256. */
  pulses: number;
  /** Of the edges of an answer this one, from 0, gets lost; -1: none. */
  lost: number;
  /** Microseconds by which the times of edges are late at most: interrupts have to wait. */
  jitterUs: number;
}

export interface SimulatedOpenDrain extends OpenDrain, Events {
  /** false: the host's own edges are not reported. */
  isOwnReported: boolean;
}

export interface SimulatedPulseEcho extends PulseEcho, Events {}

/** Milliseconds of the world's clock that an answer has begun, as microseconds of an engine's. */
function microseconds(ms: number, us: number): number {
  return ((ms & 0x1ffff) * 1000 + us) & TIME_MASK;
}

/** Answers wait here for the event loop. */
function createQueue(clock: Pick<Clock, 'now'>, report: (at: number, us: number) => void) {
  const edges = new Int32Array(EDGES_MAX);
  let count = 0;
  let next = 0;
  let startedAt = 0;

  return {
    edges,
    /** @param length edges that have been filled in. */
    begin(length: number): void {
      count = length;
      next = 0;
      startedAt = clock.now();
    },
    deliver(): void {
      const passedMs = elapsed(startedAt, clock.now());
      // Longer than any answer: nothing of it is left.
      while (next < count && edges[next] <= passedMs * 1000) {
        const at = next++;
        report(at, microseconds(startedAt, edges[at]));
      }
    },
  };
}

export function createOpenDrain(device: LineDevice, clock: Pick<Clock, 'now'>): SimulatedOpenDrain {
  let tell: (timeUs: number) => void = () => {};
  let isPulled = false;
  let ownUs = -1;

  const queue = createQueue(clock, (at, us) => {
    if (at !== line.lost) tell((us + ((at * 7) % (line.jitterUs + 1))) & TIME_MASK);
  });

  function deliver(): void {
    if (ownUs >= 0) tell(ownUs);
    ownUs = -1;
    queue.deliver();
  }

  function pull(): void {
    deliver();
    line.pulses = (line.pulses + 1) & 0xff;
    if (!isPulled && line.isOwnReported && !device.holdsLow()) ownUs = microseconds(clock.now(), 0);
    isPulled = true;
    device.pulled(clock.now());
  }

  function release(): void {
    if (isPulled) queue.begin(device.released(clock.now(), queue.edges));
    isPulled = false;
  }

  const line: SimulatedOpenDrain = {
    pulses: 0,
    lost: -1,
    jitterUs: 0,
    isOwnReported: true,
    pull,
    release,
    listen: (onFall) => void (tell = onFall),
    deliver,
  };
  return line;
}

export function createPulseEcho(device: EchoDevice, clock: Pick<Clock, 'now'>): SimulatedPulseEcho {
  let tell: (level: number, timeUs: number) => void = () => {};

  const queue = createQueue(clock, (at, us) => {
    if (at !== echo.lost) tell(1 - (at & 1), (us + ((at * 7) % (echo.jitterUs + 1))) & TIME_MASK);
  });

  function trigger(): void {
    queue.deliver();
    echo.pulses = (echo.pulses + 1) & 0xff;
    const count = device.triggered(clock.now(), queue.edges);
    // A chip that is still busy with the last answer goes on with it.
    if (count > 0) queue.begin(count);
  }

  const echo: SimulatedPulseEcho = {
    pulses: 0,
    lost: -1,
    jitterUs: 0,
    trigger,
    listen: (onEdge) => void (tell = onEdge),
    deliver: queue.deliver,
  };
  return echo;
}
