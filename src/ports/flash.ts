// Raw NOR flash: a program clears bits (1 to 0), an erase sets a whole page. Knows nothing of records.

/** Where a region lies and what its part demands. */
export interface FlashGeometry {
  /** Address of the first page, a multiple of pageSize. */
  base: number;
  /** Bytes an erase sets to 0xFF. */
  pageSize: number;
  pages: number;
  /** Address and length of a program are multiples of this: 4 or 8 bytes. */
  programUnit: number;
  /** true: a unit takes one program and after it only zeros (parts with ECC). */
  ecc: boolean;
}

/** Engines report no flash error: whoever needs to know reads back. */
export interface Flash {
  readonly geometry: FlashGeometry;
  /** Copy `length` bytes at `address` into `into` from `offset`. @returns 0, or Code.Range outside of the region or of `into`. */
  read(address: number, into: Uint8Array, offset: number, length: number): number;
  /** Program `length` bytes of `from`, from `offset` on. @returns 0, or Code.Range outside of the region or of `from`, or not on a program unit. */
  write(address: number, from: Uint8Array, offset: number, length: number): number;
  /** Erase page number `page`. @returns 0, or Code.Range. */
  erase(page: number): number;
}
