// Another unit for a channel: createUnit('\xC2\xB0F').

import type { ChannelMeta } from '../../ports/reading.ts';
import { powerOfTen, rounded } from '../number.ts';
import type { CreateStage, Stage } from '../channel.ts';

interface Conversion {
  readonly from: string;
  readonly to: string;
  /** value in `to` = value in `from` * factor + offset. */
  readonly factor: number;
  readonly offset: number;
  /** Decimals of the scaled integer, and of what is published. */
  readonly decimals: number;
  readonly precision: number;
}

const CELSIUS = '\xC2\xB0C';

/** Exact factors, from the definitions of the units (NIST SP 811, appendix B). */
const CONVERSIONS: readonly Conversion[] = [
  { from: CELSIUS, to: '\xC2\xB0F', factor: 1.8, offset: 32, decimals: 3, precision: 2 },
  { from: CELSIUS, to: 'K', factor: 1, offset: 273.15, decimals: 3, precision: 2 },
  { from: 'Pa', to: 'hPa', factor: 0.01, offset: 0, decimals: 2, precision: 2 },
  { from: 'Pa', to: 'mbar', factor: 0.01, offset: 0, decimals: 2, precision: 2 },
  { from: 'Pa', to: 'kPa', factor: 0.001, offset: 0, decimals: 3, precision: 3 },
  { from: 'Pa', to: 'inHg', factor: 1 / 3386.389, offset: 0, decimals: 4, precision: 2 },
  { from: 'Pa', to: 'mmHg', factor: 1 / 133.322387415, offset: 0, decimals: 3, precision: 1 },
  { from: 'mm', to: 'cm', factor: 0.1, offset: 0, decimals: 3, precision: 1 },
  { from: 'mm', to: 'in', factor: 1 / 25.4, offset: 0, decimals: 4, precision: 2 },
  { from: 'mm/h', to: 'in/h', factor: 1 / 25.4, offset: 0, decimals: 4, precision: 2 },
  { from: 'm', to: 'ft', factor: 1 / 0.3048, offset: 0, decimals: 2, precision: 1 },
  { from: 'm/s', to: 'km/h', factor: 3.6, offset: 0, decimals: 3, precision: 1 },
  { from: 'm/s', to: 'mph', factor: 3600 / 1609.344, offset: 0, decimals: 3, precision: 1 },
  { from: 'm/s', to: 'kn', factor: 3600 / 1852, offset: 0, decimals: 3, precision: 1 },
  { from: 'km/h', to: 'm/s', factor: 1 / 3.6, offset: 0, decimals: 3, precision: 1 },
  { from: 'km/h', to: 'mph', factor: 1 / 1.609344, offset: 0, decimals: 3, precision: 1 },
  { from: 'L', to: 'm\xC2\xB3', factor: 0.001, offset: 0, decimals: 3, precision: 3 },
  { from: 'L', to: 'gal', factor: 1 / 3.785411784, offset: 0, decimals: 3, precision: 1 },
  { from: 'Wh', to: 'kWh', factor: 0.001, offset: 0, decimals: 3, precision: 3 },
  { from: 'mW', to: 'W', factor: 0.001, offset: 0, decimals: 3, precision: 3 },
  { from: 'mV', to: 'V', factor: 0.001, offset: 0, decimals: 3, precision: 3 },
  { from: 'mA', to: 'A', factor: 0.001, offset: 0, decimals: 3, precision: 3 },
];

function createConversion(channel: ChannelMeta, to: Conversion): Stage {
  const scale = powerOfTen(to.decimals);
  // In one factor, which is 1 where only the decimals change: hPa of Pa.
  const factor = (to.factor * scale) / powerOfTen(channel.decimals);
  const isShift = factor > 1 - 1e-9 && factor < 1 + 1e-9;
  const offset = to.offset * scale;

  function take(value: number): number {
    return isShift && offset === 0 ? value : rounded(value * factor + offset);
  }

  return {
    channel: {
      key: channel.key,
      unit: to.to,
      deviceClass: channel.deviceClass,
      kind: channel.kind,
      isDiagnostic: channel.isDiagnostic,
      decimals: to.decimals,
      precision: to.precision,
      min: take(channel.min),
      max: take(channel.max),
    },
    take,
  };
}

/** @param unit as UTF-8 bytes, one character a byte; a channel in that unit passes unchanged, one that has no way to it is refused. */
export function createUnit(unit: string): CreateStage {
  return function (channel) {
    if (channel.unit === unit) return { channel, take: (value) => value };
    for (let i = 0; i < CONVERSIONS.length; i++) {
      const conversion = CONVERSIONS[i];
      if (conversion.from !== channel.unit || conversion.to !== unit) continue;
      // Differences of temperatures have no zero to shift.
      if (conversion.offset !== 0 && channel.deviceClass !== 'temperature') continue;
      return createConversion(channel, conversion);
    }
    return null;
  };
}
