// What Espruino has of the language's library beyond ES5. Of ES5 itself it lacks some, which the types of ES5 do not tell:
// docs/check-rules.md lists it.

interface String {
  startsWith(text: string, position?: number): boolean;
  endsWith(text: string, length?: number): boolean;
  includes(text: string, position?: number): boolean;
  repeat(count: number): string;
  padStart(length: number, fill?: string): string;
  padEnd(length: number, fill?: string): string;
  replaceAll(search: string | RegExp, replacement: string): string;
  /** Letters without their accents. */
  removeAccents(): string;
}

interface Array<T> {
  find(test: (item: T, index: number, array: T[]) => unknown): T | undefined;
  findIndex(test: (item: T, index: number, array: T[]) => unknown): number;
  includes(item: T, from?: number): boolean;
  fill(item: T, start?: number, end?: number): this;
}

interface ObjectConstructor {
  assign<T, S>(target: T, source: S): T & S;
  assign(target: object, ...sources: object[]): any;
  entries<T>(object: { [name: string]: T }): [string, T][];
  values<T>(object: { [name: string]: T }): T[];
  setPrototypeOf(object: object, prototype: object | null): any;
  fromEntries<T>(entries: [string, T][]): { [name: string]: T };
}

interface Math {
  /** @returns -1, 0 or 1. */
  sign(x: number): number;
  /** @returns `x` into 0 to `max`, over the end and on from the start. */
  wrap(x: number, max: number): number;
  clip(x: number, min: number, max: number): number;
  /** @returns a whole number from 0 to `range` - 1. */
  randInt(range: number): number;
}

interface Promise<T> {
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  catch<B = never>(onError?: ((reason: any) => B | PromiseLike<B>) | null): Promise<T | B>;
}

interface PromiseConstructor {
  new <T>(
    run: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason?: any) => void) => void,
  ): Promise<T>;
  all<T>(values: readonly (T | PromiseLike<T>)[]): Promise<T[]>;
  resolve(): Promise<void>;
  resolve<T>(value: T | PromiseLike<T>): Promise<T>;
  reject<T = never>(reason?: any): Promise<T>;
}

declare var Promise: PromiseConstructor;

interface Function {
  /** Put another function in the place of this one, wherever it is held. */
  replaceWith(other: Function): void;
}
