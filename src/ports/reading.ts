// What a sensor measured and what that means: the only thing that sensors and telemetry share.

/** One sample of all channels of a sensor; owned by the caller and filled again and again. */
export interface Reading {
  /** One scaled integer per channel, in the order of the channels: value = integer / 10^decimals. */
  readonly values: Int32Array;
  /** Clock time of the conversion, milliseconds. */
  time: number;
}

/** What one channel of a sensor is. Data for topics, payloads, range checks and discovery. */
export interface ChannelMeta {
  /** Last part of the topic; letters, digits, hyphen. */
  readonly key: string;
  /** Unit as UTF-8 bytes, one character a byte ("\xC2\xB0C" is °C). */
  readonly unit: string;
  /** Home Assistant device class. */
  readonly deviceClass: string;
  /** Decimals of the scaled integer: 3 for m°C, 0 for Pa. */
  readonly decimals: number;
  /** Decimals worth publishing, at most `decimals`. */
  readonly precision: number;
  /** What the chip can measure, as scaled integers; values outside are refused. */
  readonly min: number;
  readonly max: number;
}
