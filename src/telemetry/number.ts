// Scaled integers as decimal text, rounded to what is worth publishing; and results of arithmetic as scaled integers.

import type { PacketWriter } from '../ports/packet-writer.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { NO_VALUE } from '../ports/reading.ts';

/** How the numbers of a channel are written. */
export interface NumberField {
  readonly decimals: number;
  /** 10 ^ (decimals of the reading - decimals published). */
  readonly divisor: number;
}

export function prepareNumber(channel: ChannelMeta): NumberField {
  return { decimals: channel.precision, divisor: powerOfTen(channel.decimals - channel.precision) };
}

export function powerOfTen(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= 10;
  return power;
}

/** @returns `value` / `divisor` as an integer, halves away from zero. */
function divideRounded(value: number, divisor: number): number {
  const half = divisor >> 1;
  const shifted = value < 0 ? value - half : value + half;
  // The remainder keeps the quotient an integer: no fraction, no allocation.
  return (shifted - (shifted % divisor)) / divisor;
}

export function writeNumber(writer: PacketWriter, field: NumberField, value: number): void {
  writer.fixed(divideRounded(value, field.divisor), field.decimals);
}

/**
 * Samples come a little early or late: what is due at most so much later is due with this one.
 * @param sinceMs time since the sample before. @param spanMs what is waited for.
 */
export function slackOf(sinceMs: number, spanMs: number): number {
  const half = sinceMs >> 1;
  const share = spanMs >> 5;
  return half < share ? half : share;
}

/** @returns the nearest integer, halves away from zero; NO_VALUE where `value` is no number or too large to be one. */
export function rounded(value: number): number {
  // Also false for NaN.
  if (!(value > NO_VALUE && value < -NO_VALUE)) return NO_VALUE;
  return (value < 0 ? value - 0.5 : value + 0.5) | 0;
}
