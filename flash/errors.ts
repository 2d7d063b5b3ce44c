// The one kind of error that host tools show to a person: what is wrong, where, and what to do. Never a stack trace.

/** Exit codes of the `mote` command. */
export const ExitCode = {
  /** Something in the firmware or its settings is wrong. */
  Firmware: 1,
  /** The command line is wrong. */
  Usage: 2,
  /** Something outside refused: a port, a broker, an engine, the network. */
  Environment: 3,
  /** The run ended without telemetry. */
  NoTelemetry: 4,
  /** Readings that were accepted did not arrive, or not in order. */
  Lost: 5,
  /** A person ended it with Ctrl-C, in the middle of a question or of an upload. */
  Interrupted: 130,
} as const;

/** What an exit code says to a person; also in docs/cli.md. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof ExitCode, string>> = {
  Firmware: 'something in the firmware, its settings or what stands in a flash is wrong',
  Usage: 'the command line is wrong',
  Environment: 'something outside refused: a port, a board, a broker, an engine, a file, the network',
  NoTelemetry: '`mote sim` ended without telemetry',
  Lost: 'readings that were accepted did not arrive, or not in order',
  Interrupted:
    'ended with Ctrl-C: `init` has written nothing, an unfinished upload leaves the former firmware',
};

export class MoteError extends Error {
  readonly what: string;
  readonly fix: string;
  readonly where: string | undefined;
  readonly exitCode: number;

  /**
   * @param what one clause: what is wrong, with the value that is wrong.
   * @param fix one clause: what to do about it.
   * @param where file:line:column, address or option, if there is one.
   */
  constructor(what: string, fix: string, where?: string, exitCode: number = ExitCode.Firmware) {
    super(`${where === undefined ? '' : `${where}: `}${what} (${fix})`);
    this.name = 'MoteError';
    this.what = what;
    this.fix = fix;
    this.where = where;
    this.exitCode = exitCode;
  }
}
