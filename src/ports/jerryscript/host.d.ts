// What a C host gives to scripts: boards/jerryscript/flash.c. The build keeps every name declared here. Types only.

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

declare global {
  /** Not there when the host gives no flash. */
  const moteFlash: HostFlash | undefined;
}
