// Pins, watches, pulses and waveforms.

/** A pin as an object, or its number. */
type PinLike = Pin | number;

type EspruinoPinMode =
  | 'analog'
  | 'input'
  | 'input_pullup'
  | 'input_pulldown'
  | 'output'
  | 'opendrain'
  | 'opendrain_pullup'
  | 'af_output'
  | 'af_opendrain'
  | 'auto';

type EspruinoLevel = boolean | number;

declare class Pin {
  constructor(pin: PinLike | string);
  read(): boolean;
  set(): void;
  reset(): void;
  write(level: EspruinoLevel): void;
  toggle(): boolean;
  /** @param ms one time, or several, for levels in turn. */
  pulse(level: EspruinoLevel, ms: number | readonly number[]): void;
  /** @returns 0 to 1 of full scale. */
  analog(): number;
  pwm(share: number, options?: EspruinoPwmOptions): void;
  mode(mode: EspruinoPinMode): void;
  getMode(): EspruinoPinMode;
  getInfo(): { port: string; num: number; functions: { [name: string]: object } } | undefined;
}

interface EspruinoPwmOptions {
  /** Hertz. */
  freq?: number;
  soft?: boolean;
  forceSoft?: boolean;
}

declare function pinMode(pin: PinLike, mode?: EspruinoPinMode, isAutomatic?: boolean): void;
declare function getPinMode(pin: PinLike): EspruinoPinMode;
/** Of several: a bit each, the last one the lowest. */
declare function digitalRead(pin: PinLike | readonly PinLike[]): number;
declare function digitalWrite(pin: PinLike | readonly PinLike[], level: EspruinoLevel): void;
/** Returns before the pulse ends. @param ms one time, or several, for levels in turn. */
declare function digitalPulse(pin: PinLike, level: EspruinoLevel, ms: number | readonly number[]): void;
/** @returns 0 to 1 of full scale; NaN for a pin that cannot measure. */
declare function analogRead(pin: PinLike): number;
/** @param share 0 to 1. */
declare function analogWrite(pin: PinLike, share: number, options?: EspruinoPwmOptions): void;
declare function shiftOut(
  pins: PinLike | readonly PinLike[],
  options: { clk?: PinLike; clkPol?: EspruinoLevel; repeat?: number },
  data: EspruinoBytes,
): void;

interface EspruinoWatchEvent {
  state: boolean;
  /** Seconds, as getTime. */
  time: number;
  /** Of the edge before; none before the second. */
  lastTime?: number;
  pin: Pin;
  /** Level of the `data` pin at that moment, where there is one. */
  data?: boolean;
}

interface EspruinoWatchOptions {
  /** Default false: once. */
  repeat?: boolean;
  edge?: 'rising' | 'falling' | 'both' | 1 | -1 | 0;
  /** Milliseconds, default 0. */
  debounce?: number;
  irq?: boolean;
  data?: PinLike;
  hispeed?: boolean;
}

declare function setWatch(
  handler: ((event: EspruinoWatchEvent) => void) | string,
  pin: PinLike,
  options?: boolean | EspruinoWatchOptions,
): number;
/** Without an id: all. */
declare function clearWatch(id?: number): void;

interface EspruinoWaveformOptions {
  /** As getTime; default: at once. */
  time?: number;
  repeat?: boolean;
}

declare class Waveform {
  /** @param samples how many, or the samples. */
  constructor(samples: number | ArrayBuffer, options?: { doubleBuffer?: boolean; bits?: 8 | 16 });
  readonly buffer: Uint8Array | Uint16Array;
  readonly buffer2?: Uint8Array | Uint16Array;
  /** @param hertz samples a second. */
  startOutput(pin: PinLike, hertz: number, options?: EspruinoWaveformOptions & { npin?: PinLike }): void;
  startInput(pin: PinLike, hertz: number, options?: EspruinoWaveformOptions): void;
  stop(): void;
  on(event: 'buffer' | 'finish', handler: (buffer: Uint8Array | Uint16Array) => void): void;
}

declare const HIGH: 1;
declare const LOW: 0;

/** As many as the chip numbers: 40 on an ESP32, 22 on an ESP32-C3, 49 on an ESP32-S3. `mote boards` says which are free. */
declare const D0: Pin;
declare const D1: Pin;
declare const D2: Pin;
declare const D3: Pin;
declare const D4: Pin;
declare const D5: Pin;
declare const D6: Pin;
declare const D7: Pin;
declare const D8: Pin;
declare const D9: Pin;
declare const D10: Pin;
declare const D11: Pin;
declare const D12: Pin;
declare const D13: Pin;
declare const D14: Pin;
declare const D15: Pin;
declare const D16: Pin;
declare const D17: Pin;
declare const D18: Pin;
declare const D19: Pin;
declare const D20: Pin;
declare const D21: Pin;
declare const D22: Pin;
declare const D23: Pin;
declare const D24: Pin;
declare const D25: Pin;
declare const D26: Pin;
declare const D27: Pin;
declare const D28: Pin;
declare const D29: Pin;
declare const D30: Pin;
declare const D31: Pin;
declare const D32: Pin;
declare const D33: Pin;
declare const D34: Pin;
declare const D35: Pin;
declare const D36: Pin;
declare const D37: Pin;
declare const D38: Pin;
declare const D39: Pin;
declare const D40: Pin;
declare const D41: Pin;
declare const D42: Pin;
declare const D43: Pin;
declare const D44: Pin;
declare const D45: Pin;
declare const D46: Pin;
declare const D47: Pin;
declare const D48: Pin;
/** On boards that have them where Espruino's own build expects them: D2 and D0. */
declare const LED1: Pin;
declare const BTN1: Pin;
