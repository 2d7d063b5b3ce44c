// What /assets/codes.json holds: the sentences that pages say what motes publish in. Types only, for a server and for browsers.

export interface PageCodes {
  /** Why a connection ended, by `Close`. */
  readonly closes: Readonly<Record<string, string>>;
  /** Results of commands, by `Code`, which is negative. */
  readonly results: Readonly<Record<string, string>>;
  /** Of the history: what a link does, by the number of its stage. */
  readonly stages: readonly string[];
  /** Of the history: this in the place of a cause, and what it says. */
  readonly started: { readonly cause: number; readonly text: string };
  /** How a time in seconds is said: by the first row with a greater `below`; `#` is the seconds through `per`, rounded, through `of`. */
  readonly ages: readonly Age[];
  /** Members of an account that are counts, and those whose sum is `stored`. */
  readonly counts: readonly string[];
  readonly outcomes: readonly string[];
}

export interface Age {
  readonly below: number;
  readonly per: number;
  readonly of: number;
  readonly text: string;
}
