// What a C host gives to scripts: boards/jerryscript/flash.c and host.c. Integers below 2^27 and Uint8Arrays only, so that no call
// makes the engine take memory; docs/jerryscript.md is the contract. The build keeps every name declared here. Types only.

export interface HostFlash {
  readonly geometry: {
    base: number;
    pageSize: number;
    pages: number;
    programUnit: number;
    ecc: boolean;
  };
  readonly read: (address: number, into: Uint8Array, offset: number, length: number) => number;
  readonly write: (address: number, from: Uint8Array, offset: number, length: number) => number;
  readonly erase: (page: number) => number;
}

/** The host calls what it was given from its main loop only, never from inside one of these. */
export interface Host {
  /** Different for each board. */
  readonly serial: string;

  /** Start-up only, once. */
  onTimer(onDue: () => void): number;
  /** Call `onDue` once, in so many milliseconds, and forget what was set before; -1: forget only. */
  timer(delayMs: number): number;
  /** Milliseconds modulo 2^27, never backwards. */
  now(): number;
  /** Days since 1970-01-01, UTC, -1 while nobody has told the time. */
  day(): number;
  /** Milliseconds of that day, at the moment of the last `day()`. */
  dayMs(): number;

  /** 16 random bits, different from start to start. */
  random(): number;
  log(event: number, detail: number): number;
  /** Bytes that the engine has left, -1 where it cannot tell. */
  freeMemory(): number;
  /** Restart the board in so many seconds unless called again; 0: never. */
  watch(seconds: number): number;
  /** Does not return. */
  restart(): void;

  /**
   * Start-up only, once. `onData(count)`: so many bytes lie in `received` from its beginning on, until the call returns.
   * @param received of 536 bytes at least.
   */
  onSocket(
    received: Uint8Array,
    onOpen: () => void,
    onData: (count: number) => void,
    onDrain: () => void,
    onClose: () => void,
  ): number;
  /** Name or address: `length` bytes from the beginning of `name`. @returns 0, Code.NoHost or Code.Refused. */
  open(name: Uint8Array, length: number, port: number): number;
  /** Copies the bytes. @returns 0; throws a Code when there is no connection, or more than 536 bytes would be unsent. */
  send(bytes: Uint8Array, from: number, length: number): number;
  close(): number;

  /** Start-up only, once. @param onWifi told 0 when the network is there, else a Close. */
  onWifi(onWifi: (why: number) => void): number;
  /** Name of the access point and password, one behind the other. */
  join(bytes: Uint8Array, nameLength: number, passwordLength: number): number;
  leave(): number;
  rssi(): number;

  /** @returns 0, or Code.Absent when there is no such bus. */
  i2cOpen(bus: number, data: number, clock: number, hz: number): number;
  /** All of `bytes`. @returns 0, Code.Absent, Code.Timeout, or Code.Range: more than the bus takes at once. */
  i2cWrite(bus: number, address: number, bytes: Uint8Array): number;
  /** Fill all of `into`. @param register written before; -1: none. @returns as i2cWrite. */
  i2cRead(bus: number, address: number, register: number, into: Uint8Array): number;
}

declare global {
  /** Not there when the host gives no flash. */
  const moteFlash: HostFlash | undefined;
  const moteHost: Host;
}
