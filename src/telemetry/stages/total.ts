// A sum over time of what flows: power into energy, a rate of flow into a volume. It begins at 0 with each start of the board, and again behind
// 134,217 units, which Home Assistant takes for what it is (state class total_increasing).

import { elapsed } from '../../ports/clock.ts';
import { NO_VALUE } from '../../ports/reading.ts';
import { powerOfTen, rounded } from '../number.ts';
import type { CreateStage } from '../channel.ts';

/** Unit that flows, unit of the sum, and milliseconds in the time of the former. */
interface Flow {
  readonly of: string;
  readonly unit: string;
  readonly deviceClass: string;
  readonly perMs: number;
  readonly factor: number;
}

const HOUR_MS = 3600000;
const MINUTE_MS = 60000;

const FLOWS: readonly Flow[] = [
  { of: 'W', unit: 'Wh', deviceClass: 'energy', perMs: HOUR_MS, factor: 1 },
  { of: 'mW', unit: 'Wh', deviceClass: 'energy', perMs: HOUR_MS, factor: 0.001 },
  { of: 'A', unit: 'Ah', deviceClass: '', perMs: HOUR_MS, factor: 1 },
  { of: 'mA', unit: 'Ah', deviceClass: '', perMs: HOUR_MS, factor: 0.001 },
  { of: 'L/min', unit: 'L', deviceClass: 'water', perMs: MINUTE_MS, factor: 1 },
  { of: 'mm/h', unit: 'mm', deviceClass: 'precipitation', perMs: HOUR_MS, factor: 1 },
];

const DECIMALS = 3;
/** Integers go to 2^27. */
const SUM_MAX = 0x7fffffe;

/** @param maxGapMs a longer time between two samples is not counted: nobody knows what flowed. Default: an hour. */
export function createTotal(maxGapMs: number = 3600000): CreateStage {
  return function (channel) {
    for (let i = 0; i < FLOWS.length; i++) if (FLOWS[i].of === channel.unit) return createFlow(FLOWS[i]);
    return null;

    function createFlow(flow: Flow) {
      const scale = (flow.factor * powerOfTen(DECIMALS)) / (powerOfTen(channel.decimals) * flow.perMs);
      let sum = 0;
      let last = NO_VALUE;
      let lastAt = 0;

      /** The area below the line from the last sample to this one. What flows back counts as nothing. */
      function take(value: number, now: number): number {
        const since = elapsed(lastAt, now);
        const flowed = value < 0 ? 0 : value;
        if (last !== NO_VALUE && since <= maxGapMs) sum += ((last + flowed) / 2) * since * scale;
        if (sum > SUM_MAX) sum %= SUM_MAX;
        last = flowed;
        lastAt = now;
        return rounded(sum);
      }

      return {
        channel: {
          key: channel.key,
          unit: flow.unit,
          deviceClass: flow.deviceClass,
          kind: 'total' as const,
          isDiagnostic: channel.isDiagnostic,
          decimals: DECIMALS,
          precision: DECIMALS,
          min: 0,
          max: 0x7ffffff,
        },
        take,
      };
    }
  };
}
