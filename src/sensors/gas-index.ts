// Sensirion's gas index algorithm for volatile organic compounds: from the raw signal of an SGP40, each second, to an index of 1
// to 500, where 100 is the mean of the last day and more is worse. A port of Sensirion's gas-index-algorithm 3.2.0 with its
// default tuning, see THIRD_PARTY.md; in doubles, where the original has 32-bit
// floats and for their sake limits exponents and times, moves its zero point and scales its squares. No bus, no time of its own.
//
// What it does: an estimator learns mean and deviation of the signal, fast at first, then over 12 hours, and not at all while the air is
// bad (gating), for three hours at most. The signal's distance from the mean goes through a sigmoid and a low-pass filter, which is the
// slower the less the signal changes.

export interface GasIndex {
  /** @param raw signal of this second. @returns 1 to 500, or 0 as long as the sensor warms up. */
  process(raw: number): number;
  /** Forget everything, after a pause. */
  reset(): void;
}

/** Seconds that the sensor needs to warm up. */
const BLACKOUT = 45;
/** Signals count from here, and so far. */
const RAW_MIN = 20000;
const RAW_SPAN = 32767;
const RAW_INVALID = 65000;

const INDEX_GAIN = 230;
const INDEX_MAX = 500;
const DEVIATION_FIRST = 50;
const DEVIATION_BONUS = 220;
/** Of the sigmoid that makes the index. */
const INDEX_X0 = 213;
const INDEX_K = -0.0065;

/** The estimator's scales, and its rates by time constants in seconds: 12 hours later on, 20 and 2500 s at first. */
const SCALE = 64;
const MEAN_SCALE = 8;
const HOURS_12 = 43200;
const RATE_MEAN = (MEAN_SCALE * SCALE) / (HOURS_12 + 1);
const RATE_MEAN_FIRST = (MEAN_SCALE * SCALE) / (20 + 1);
const RATE_DEVIATION = SCALE / (HOURS_12 + 1);
const RATE_DEVIATION_FIRST = SCALE / (2500 + 1);
/** How long "at first" is, 45 and 87 minutes, and how softly it ends. */
const FIRST_MEAN = 2700;
const FIRST_DEVIATION = 5220;
const FIRST_K = 0.01;
/** From this index on the estimator does not learn: at first, and later on. */
const GATE_FIRST = 510;
const GATE = 340;
const GATE_K = 0.09;
const GATE_MINUTES = 180;
const GATE_RATIO = 0.3;

/** Rates of the filter: 20 s, 500 s, and how fast it changes between them. */
const FAST = 20;
const SLOW = 500;
const FAST_RATE = 1 / (FAST + 1);
const SLOW_RATE = 1 / (SLOW + 1);
const FILTER_ALPHA = -0.2;

/** Places in the state: a typed array holds fractions without allocating. */
const enum State {
  /** Of the warm-up; seconds. */
  Uptime,
  /** The last valid signal. */
  Raw,
  Index,
  /** Of the signal. */
  Mean,
  Deviation,
  RateMean,
  RateDeviation,
  UptimeRate,
  UptimeGate,
  GatedMinutes,
  /** The filter's three memories. */
  Fast,
  Slow,
  Filtered,
  Count,
}

/** @returns from 1 far below `x0` to 0 far above, for a positive `k`. */
function sigmoid(x0: number, k: number, x: number): number {
  return 1 / (1 + Math.exp(k * (x - x0)));
}

export function createGasIndex(): GasIndex {
  const state = new Float64Array(State.Count);
  let isLearning = false;
  let isFiltering = false;

  function reset(): void {
    for (let i = 0; i < State.Count; i++) state[i] = 0;
    state[State.Deviation] = DEVIATION_FIRST;
    isLearning = false;
    isFiltering = false;
  }

  /** How fast the estimator learns this second. */
  function setRates(): void {
    state[State.UptimeRate]++;
    state[State.UptimeGate]++;
    const index = state[State.Index];
    const firstMean = sigmoid(FIRST_MEAN, FIRST_K, state[State.UptimeRate]);
    const firstDeviation = sigmoid(FIRST_DEVIATION, FIRST_K, state[State.UptimeRate]);
    const gateMean = GATE + (GATE_FIRST - GATE) * sigmoid(FIRST_MEAN, FIRST_K, state[State.UptimeGate]);
    const gateDeviation =
      GATE + (GATE_FIRST - GATE) * sigmoid(FIRST_DEVIATION, FIRST_K, state[State.UptimeGate]);
    const open = sigmoid(gateMean, GATE_K, index);
    state[State.RateMean] = open * (RATE_MEAN + (RATE_MEAN_FIRST - RATE_MEAN) * firstMean);
    state[State.RateDeviation] =
      sigmoid(gateDeviation, GATE_K, index) *
      (RATE_DEVIATION + (RATE_DEVIATION_FIRST - RATE_DEVIATION) * (firstDeviation - firstMean));
    const minutes = state[State.GatedMinutes] + ((1 - open) * (1 + GATE_RATIO) - GATE_RATIO) / 60;
    state[State.GatedMinutes] = minutes < 0 ? 0 : minutes;
    // The gate has been shut for too long: as at first.
    if (minutes > GATE_MINUTES) state[State.UptimeGate] = 0;
  }

  /** Let the estimator learn from a signal. */
  function learn(raw: number): void {
    if (!isLearning) {
      isLearning = true;
      state[State.Mean] = raw;
      return;
    }
    setRates();
    const deviation = state[State.Deviation];
    const delta = (raw - state[State.Mean]) / SCALE;
    const rate = state[State.RateDeviation];
    state[State.Deviation] = Math.sqrt(
      (SCALE - rate) * ((deviation * deviation) / SCALE + rate * delta * delta),
    );
    state[State.Mean] += (state[State.RateMean] * delta) / MEAN_SCALE;
  }

  function filter(index: number): number {
    if (!isFiltering) {
      isFiltering = true;
      state[State.Fast] = state[State.Slow] = state[State.Filtered] = index;
    }
    state[State.Fast] += FAST_RATE * (index - state[State.Fast]);
    state[State.Slow] += SLOW_RATE * (index - state[State.Slow]);
    const change = state[State.Fast] - state[State.Slow];
    const tau = (SLOW - FAST) * Math.exp(FILTER_ALPHA * (change < 0 ? -change : change)) + FAST;
    state[State.Filtered] += (index - state[State.Filtered]) / (1 + tau);
    return state[State.Filtered];
  }

  function process(raw: number): number {
    if (state[State.Uptime] <= BLACKOUT) {
      state[State.Uptime]++;
      return 0;
    }
    if (raw > 0 && raw < RAW_INVALID) {
      const signal = raw - RAW_MIN;
      state[State.Raw] = signal < 1 ? 1 : signal > RAW_SPAN ? RAW_SPAN : signal;
    }
    const distance = state[State.Mean] - state[State.Raw];
    const above = (distance / (state[State.Deviation] + DEVIATION_BONUS)) * INDEX_GAIN;
    // 100 at the mean: with the default offset the original's shift is 0, and its factor 1.
    const index = filter(INDEX_MAX * sigmoid(INDEX_X0, INDEX_K, above));
    state[State.Index] = index < 0.5 ? 0.5 : index;
    if (state[State.Raw] > 0) learn(state[State.Raw]);
    return (state[State.Index] + 0.5) | 0;
  }

  reset();
  return { process, reset };
}
