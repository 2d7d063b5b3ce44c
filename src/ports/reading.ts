// What a sensor measured and what that means: the only thing that sensors and telemetry share.

/** Stands in a reading for a channel that has no value this time: no fix, no target, a heater not yet warm. */
export const NO_VALUE = -0x8000000;

/** One sample of all channels of a sensor; owned by the caller and filled again and again. */
export interface Reading {
  /** One scaled integer per channel, in the order of the channels: value = integer / 10^decimals. Or NO_VALUE. */
  readonly values: Int32Array;
  /** Clock time of the conversion, milliseconds. */
  time: number;
}

/** What one channel of a sensor is. Data for topics, payloads, range checks and discovery. */
export interface ChannelMeta {
  /** Last part of the topic; small letters, digits, hyphen. */
  readonly key: string;
  /** Unit as UTF-8 bytes, one character a byte ("\xC2\xB0C" is °C); empty for a number without one. */
  readonly unit: string;
  /** Home Assistant device class; empty where it has none. */
  readonly deviceClass: string;
  /** A sum that only grows ('total'), or 0 and 1 ('binary'). Left out: something that is measured. */
  readonly kind?: 'total' | 'binary' | undefined;
  /** About the mote itself, not about the world. */
  readonly isDiagnostic?: true | undefined;
  /** Decimals of the scaled integer, 0 to 6: 3 for m°C, 0 for Pa. */
  readonly decimals: number;
  /** Decimals worth publishing, at most `decimals`. */
  readonly precision: number;
  /** What the chip can measure, as scaled integers within 2^27; values outside are refused. */
  readonly min: number;
  readonly max: number;
}
