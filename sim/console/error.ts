// What of the host keeps a console from being offered.

/** `fix` says what to do about it. */
export class ConsoleError extends Error {
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.name = 'ConsoleError';
    this.fix = fix;
  }
}
