// Flash: Storage and its files, raw pages, and files of an SD card.

/** A name has at most 28 characters; the rest is cut off in silence. */
interface EspruinoStorage {
  /** @returns the bytes, one character each; undefined when there is no such file. */
  read(name: string, offset?: number, length?: number): string | undefined;
  /** `noExceptions`: undefined for what is no JSON. */
  readJSON(name: string, noExceptions?: boolean): any;
  readArrayBuffer(name: string): ArrayBuffer | undefined;
  /**
   * Without `offset` a file is made, or replaced: what was there is gone before the new one stands. With one, bytes that are
   * still 0xFF are written. Throws where there is no room. @param size of the whole file, to write more of it later.
   */
  write(name: string, data: EspruinoBytes | object, offset?: number, size?: number): boolean;
  writeJSON(name: string, value: unknown): boolean;
  erase(name: string): void;
  eraseAll(): void;
  list(pattern?: RegExp, filter?: { sf?: boolean }): string[];
  hash(pattern?: RegExp): number;
  /** Moves files together; without power in between all of them are lost. */
  compact(showMessage?: boolean): void;
  /** Bytes. */
  getFree(): number;
  getStats(): {
    totalBytes: number;
    freeBytes: number;
    fileBytes: number;
    fileCount: number;
    trashBytes: number;
    trashCount: number;
  };
  open(name: string, mode: 'r' | 'w' | 'a'): StorageFile;
  optimise(): void;
}

/** For text: the byte 0xFF ends it. */
interface StorageFile {
  read(length: number): string | undefined;
  readLine(): string | undefined;
  write(text: string): void;
  getLength(): number;
  erase(): void;
  pipe(destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
}

/** Nothing protects the engine's own pages, and nothing tells whether it worked. */
interface EspruinoFlash {
  getPage(address: number): { addr: number; length: number } | undefined;
  /** What the engine thinks that nobody uses. */
  getFree(): { addr: number; length: number }[];
  erasePage(address: number): void;
  write(data: Uint8Array | ArrayBuffer | string, address: number): void;
  read(length: number, address: number): Uint8Array;
}

/** Of an SD card, once `E.connectSDCard` has found one. */
interface EspruinoFiles {
  readdir(path?: string): string[] | undefined;
  readdirSync(path?: string): string[] | undefined;
  readFile(path: string): string | undefined;
  readFileSync(path: string): string | undefined;
  writeFile(path: string, data: string): boolean;
  writeFileSync(path: string, data: string): boolean;
  appendFile(path: string, data: string): boolean;
  appendFileSync(path: string, data: string): boolean;
  unlink(path: string): boolean;
  unlinkSync(path: string): boolean;
  mkdir(path: string): boolean;
  mkdirSync(path: string): boolean;
  statSync(path: string): { size: number; dir: boolean; mtime?: Date } | undefined;
  pipe(source: EspruinoReadable, destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
}

declare function require(module: 'Storage'): EspruinoStorage;
declare function require(module: 'Flash'): EspruinoFlash;
declare function require(module: 'fs'): EspruinoFiles;
