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

/** The same in the form in which a build holds bytes, with the checksum that its engine is best at. */
export interface FlashBytes<B> {
  readonly geometry: FlashGeometry;
  /** @returns `length` bytes from `address` on, valid until the next read. They are in the region: nobody checks. */
  read(address: number, length: number): B;
  /** @returns whether all `length` bytes from `address` on are 0xFF; what was read before is not valid any more. */
  isBlank(address: number, length: number): boolean;
  /** Program `bytes`; address and length are multiples of the program unit. The order is that of Espruino, whose function may stand here itself. */
  write(bytes: B, address: number): void;
  /** The same, and read it back. @returns whether it stands there. */
  program(bytes: B, address: number): boolean;
  /** Erase page number `page`. */
  erase(page: number): void;
  /** @returns CRC-32 (ISO 3309) of `seed` and `bytes` behind it: four bytes, the lowest first, valid until the next call. */
  crc(seed: B, bytes: B): B;
  /** @returns the 16 bits of `word`, the lower eight first, the same inverted, and `crc`: eight bytes, valid until the next call. */
  frame(word: number, seed: B, bytes: B): B;
}
