// One value as a JSON object that explains itself: {"value":21.54,"unit":"°C"}, and where it is wanted when it was taken:
// {"value":21.54,"unit":"°C","time":1767268800}, in seconds since 1970-01-01; null while nobody knows.
// Written straight through the packet writer; the text around the number is prepared once.

import type { PacketWriter } from '../ports/packet-writer.ts';
import type { ChannelMeta } from '../ports/reading.ts';

/** A channel's constant text, and how its number is rounded. */
export interface JsonField {
  readonly after: string;
  /** The time stands behind that. */
  readonly hasTime: boolean;
  readonly decimals: number;
  /** 10 ^ (decimals of the reading - decimals published). */
  readonly divisor: number;
}

/** @param channel its unit must need no escape in JSON: no quote, backslash or control character. */
export function prepareJson(channel: ChannelMeta, hasTime: boolean): JsonField {
  let divisor = 1;
  for (let i = channel.precision; i < channel.decimals; i++) divisor *= 10;
  const after = ',"unit":"' + channel.unit + (hasTime ? '","time":' : '"}');
  return { after, hasTime, decimals: channel.precision, divisor };
}

/** @returns `value` / `divisor` as an integer, halves away from zero. */
function divideRounded(value: number, divisor: number): number {
  const half = divisor >> 1;
  const shifted = value < 0 ? value - half : value + half;
  // The remainder keeps the quotient an integer: no fraction, no allocation.
  return (shifted - (shifted % divisor)) / divisor;
}

export function writeJson(writer: PacketWriter, field: JsonField, value: number): void {
  writer.text('{"value":');
  writer.fixed(divideRounded(value, field.divisor), field.decimals);
  writer.text(field.after);
  if (field.hasTime) {
    writer.time();
    writer.text('}');
  }
}
