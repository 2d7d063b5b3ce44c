// What a page is told of a run, as JSON: the one contract between the simulator and whoever shows it. Times `t` are milliseconds since the
// run began, on the mote's side of the world: virtual where time is virtual. Texts come from outside: nobody may take them for markup.

/** live: paced by the real clock, over a real broker; virtual: a model broker, at any speed; replay: a seed of the system simulation. */
export type Mode = 'live' | 'virtual' | 'replay';

/** Something that can be done to a run, as a page offers it. */
export interface FaultOffer {
  readonly name: string;
  readonly label: string;
  /** What a person sees it do. */
  readonly help: string;
  /** Numbers and choices that it takes; the first value of `choices`, or `value`, is usual. */
  readonly args: readonly FaultArgument[];
}

export interface FaultArgument {
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
  readonly value?: number;
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
}

export interface RunFacts {
  /** Another one with each run: a page that sees a new one begins anew. */
  readonly run: number;
  readonly mode: Mode;
  readonly title: string;
  readonly firmware: string;
  readonly board: string;
  readonly broker: string;
  readonly seed: number;
  /** Wall-clock time at t = 0, milliseconds since 1970. */
  readonly startMs: number;
  /** Whether speed and single steps are to be had. */
  readonly hasTime: boolean;
  /** Whether somebody can publish to the mote. */
  readonly hasCommands: boolean;
  readonly faults: readonly FaultOffer[];
  /** Modes that can be asked for here; left out: nobody says. */
  readonly modes?: readonly Mode[];
}

/** What an independent client received. */
export interface ReadingEvent {
  readonly type: 'reading';
  /** When the mote took it: accepted into the outbox; with QoS 0 when it arrived. */
  readonly at: number;
  /** When it arrived. */
  readonly t: number;
  readonly topic: string;
  /** undefined: `text` is no number. */
  readonly value?: number;
  readonly text: string;
  readonly unit: string;
  /** It waited for more than LATE_MS, or over an end of the session or of the power. */
  readonly isLate: boolean;
  /** It came again. */
  readonly isAgain?: boolean;
}
export const LATE_MS = 5000;

/** A packet as it passed the board's antenna, every field of it. */
export interface PacketEvent {
  readonly type: 'packet';
  /** From 1, without a gap: what is missing was left out. */
  readonly n: number;
  readonly t: number;
  readonly direction: 'out' | 'in';
  /** Number of the connection. */
  readonly connection: number;
  /** PUBLISH, …; '?' for bytes that are no packet. */
  readonly name: string;
  readonly bytes: number;
  /** Name and value of each field, in the order of the packet. */
  readonly fields: readonly (readonly [string, string])[];
  /** For lists: the fields that matter, in short. */
  readonly summary: string;
  /** It did not arrive: the link is half-open, or the power went. */
  readonly isLost?: boolean;
}

/** One change of power, Wi-Fi, link or session, with its cause; or a word of the console. */
export interface StateEvent {
  readonly type: 'state';
  readonly t: number;
  readonly of: 'power' | 'wifi' | 'link' | 'session' | 'broker' | 'sensor' | 'log' | 'fault';
  /** Short and fixed: on, off, joined, lost, open, closed, online, … */
  readonly state: string;
  /** A sentence: why. Empty where there is nothing to say. */
  readonly cause: string;
}

/** What became of something that was done: told when it is over, or after OUTCOME_MS. */
export interface OutcomeEvent {
  readonly type: 'outcome';
  readonly t: number;
  /** Number of the fault, from 1. */
  readonly fault: number;
  readonly name: string;
  readonly label: string;
  readonly beganAt: number;
  /** false: it still goes on. */
  readonly isOver: boolean;
  /** Sentences: what happened. */
  readonly what: readonly string[];
  readonly account: AccountFigures;
}

export interface AccountFigures {
  readonly cuts: number;
  readonly torn: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly held: number;
  readonly lost: number;
  readonly disordered: number;
}

/** Before anything was accepted, and where nobody can see what was. */
export const NOTHING_ACCEPTED: AccountFigures = {
  cuts: 0,
  torn: 0,
  accepted: 0,
  delivered: 0,
  duplicates: 0,
  held: 0,
  lost: 0,
  disordered: 0,
};

export interface AccountEvent {
  readonly type: 'account';
  readonly t: number;
  /** Of simulator and independent client. */
  readonly figures: AccountFigures;
  /** What the mote itself says (`<id>/account`), where its firmware has that part. */
  readonly mote?: Readonly<Record<string, number>>;
}

export interface FlashPage {
  readonly page: number;
  readonly address: number;
  /** Of flash/outbox/inspection.ts. */
  readonly state: string;
  /** Erases of this page: as its header says. */
  readonly erases?: number;
  readonly used: number;
  readonly free: number;
}

export interface FlashRecord {
  readonly page: number;
  /** Address within the page, and length. */
  readonly at: number;
  readonly bytes: number;
  readonly state: 'live' | 'acknowledged' | 'torn' | 'state';
  readonly label: string;
}

/** The outbox in flash, whole. */
export interface FlashEvent {
  readonly type: 'flash';
  readonly t: number;
  readonly pageSize: number;
  readonly pages: readonly FlashPage[];
  readonly records: readonly FlashRecord[];
  readonly programs: number;
  readonly erases: number;
  readonly totals: { readonly held: number; readonly acknowledged: number; readonly damaged: number };
}

/** Figures that stand under one heading. */
export interface FiguresEvent {
  readonly type: 'memory' | 'energy';
  readonly t: number;
  readonly rows: readonly {
    readonly label: string;
    readonly value: number;
    readonly unit: string;
    readonly note?: string;
  }[];
}

export interface ClockEvent {
  readonly type: 'clock';
  readonly t: number;
  /** What was asked for; 0: it stands still. */
  readonly speed: number;
  readonly actual: number;
}

/** So many events were left out because this page took them too slowly. */
export interface MissedEvent {
  readonly type: 'missed';
  readonly t: number;
  readonly count: number;
}

export type StageEvent =
  | ReadingEvent
  | PacketEvent
  | StateEvent
  | OutcomeEvent
  | AccountEvent
  | FlashEvent
  | FiguresEvent
  | ClockEvent;

/** First on each connection, and with each new run: all that is known, bounded. */
export interface HelloEvent {
  readonly type: 'hello';
  readonly facts: RunFacts;
  readonly events: readonly StageEvent[];
}

export type PageEvent = HelloEvent | StageEvent | MissedEvent;
