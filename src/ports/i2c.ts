// One I2C bus. Whole arrays only, so that no engine has to cut or copy: a driver keeps one array per transfer length.

export interface I2cBus {
  /** Write all of `bytes`. @returns 0, Code.Absent when nobody acknowledged, Code.Timeout when the bus is stuck or the engine cannot tell. */
  write(address: number, bytes: Uint8Array): number;
  /** Fill all of `into`. @returns as `write`; on an error `into` is untouched. */
  read(address: number, into: Uint8Array): number;
  /** Write register number `register`, 0 to 255, and, with a repeated start, fill all of `into`. @returns as `read`. */
  readRegister(address: number, register: number, into: Uint8Array): number;
}

/** How a bus is opened; names as in ECMA-419. */
export interface I2cOptions {
  /** Number of the peripheral, from 1. */
  bus: number;
  /** Pin numbers. */
  data: number;
  clock: number;
  /** Bit rate, default 100000. */
  hz?: number;
}
