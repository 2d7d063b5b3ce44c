// What of the host keeps a console from being offered.

/** `fix` says what to do about it; `isUsage`: what was asked for is wrong, not the host. */
export class ConsoleError extends Error {
  readonly fix: string;
  readonly isUsage: boolean;

  constructor(what: string, fix: string, isUsage = false) {
    super(what);
    this.name = 'ConsoleError';
    this.fix = fix;
    this.isUsage = isUsage;
  }
}
