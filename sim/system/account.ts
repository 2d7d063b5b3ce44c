// Holds the account that the mote publishes (src/parts/account.ts) against what the oracle has counted. What the outbox knows has to be
// right to the message; what the part counts goes with the power as far as it was not written to flash.

/** The account is written to flash each 5 minutes, or up to 10 s later. */
const SAVED_MS = 311_000;
/** Where flash has no room for it, that is tried each 10 s. */
const RETRY_MS = 11_000;
/**
 * What is full takes nothing before a whole page is acknowledged, since it is erased whole and holds nothing else: 78 messages of 52 bytes or more
 * in 4,096 but for 40. Two windows of 8 more may have been taken before the last of them is, which may be of QoS 2 and take two ways.
 */
const ROOM_TAKEN = 78 + 16;
/** Where one reading was refused, another one may still have fitted behind it, which is shorter; two need a new page. */
const ROOM_ACCEPTED = 2;
/** Bytes may arrive so much later than they were sent, through a network that was cut meanwhile: maybe after the power of the mote went. */
const TRANSIT_MAX_MS = 780_000;

/** Counted by the part: readings, those that were refused, messages that the broker had once, those that came again, sessions. */
const COUNTED = ['sampled', 'refused', 'taken', 'repeated', 'connects'] as const;
type Counted = (typeof COUNTED)[number];

export interface AccountOracle {
  /** Something was counted, now. */
  note(what: Counted): void;
  /** The same, seen on the broker's side. @param since when the mote may have begun with it: in another life it counted nothing. */
  noteSeen(what: 'repeated' | 'connects', since: number): void;
  /** The broker has let the mote in, whether it hears of that or not. */
  noteLogin(): void;
  /** Flash had no room for a reading, so it has none for the account. It is noted as sampled and refused right after. */
  noteFull(): void;
  onPowerCut(): void;
  /** The mote may count so many messages later than the broker has taken them: it has not heard of that, and sends them again. */
  noteMoved(messages: number): void;
  /** The account was published. */
  take(payload: string): void;
  /** @param kept messages ever taken by the outbox. @param unsure readings that the power went in the middle of. */
  finish(kept: number, unsure: number): void;
}

const none = () => Object.fromEntries(COUNTED.map((what) => [what, 0])) as Record<Counted, number>;

/** @param inFlightMax messages that the client has in flight at most. */
export function createAccountOracle(
  inFlightMax: number,
  now: () => number,
  blame: (what: string) => void,
): AccountOracle {
  const total = none();
  /** By so much a count may be short. */
  const short = none();
  /** What was counted since the last cut, and when. */
  let notes: { readonly at: number; readonly what: Counted }[] = [];
  /** Messages that were taken while counts are sure, and are counted while they are not. */
  let moved = 0;
  let logins = 0;
  let cuts = 0;
  let lastCutAt = -Infinity;
  /** The last time in which flash was full: with less than SAVED_MS between readings that found it so, or without room since. */
  let fullFrom = -Infinity;
  let fullTo = -Infinity;
  /** Since the last reading that found it so, what was taken and accepted, and when that proved that there is room. */
  let takenSince = 0;
  let acceptedSince = 0;
  let roomAt = -Infinity;
  let account: Readonly<Record<string, number>> | undefined;

  const note = (what: Counted) => {
    total[what]++;
    if (what === 'taken') takenSince++;
    if (what === 'sampled') acceptedSince++;
    if (what === 'refused') acceptedSince--;
    const isRoom = takenSince >= ROOM_TAKEN || acceptedSince >= ROOM_ACCEPTED;
    if (isRoom && roomAt === Infinity) roomAt = now();
    notes.push({ at: now(), what });
  };

  const isFull = () => now() - fullTo < SAVED_MS || now() - roomAt < RETRY_MS;

  const within = (what: string, value: number, least: number, most: number) => {
    if (!(value >= least && value <= most)) {
      blame(`the account at the end: ${what} ${value}, not within ${least} and ${most}`);
    }
  };

  return {
    note,
    noteSeen(what, since) {
      if (lastCutAt < since - TRANSIT_MAX_MS) note(what);
    },
    noteLogin: () => void logins++,
    noteFull() {
      if (!isFull()) fullFrom = now();
      fullTo = now();
      takenSince = acceptedSince = 0;
      roomAt = Infinity;
    },
    onPowerCut() {
      // A full flash does not take it.
      const savedBefore = isFull() ? Math.min(fullFrom, now()) : now();
      for (const { at, what } of notes) if (at > savedBefore - SAVED_MS) short[what]++;
      notes = [];
      cuts++;
      lastCutAt = now();
    },
    noteMoved: (messages) => void (moved += messages),
    take: (payload) => void (account = JSON.parse(payload) as Readonly<Record<string, number>>),
    finish(kept, unsure) {
      if (account === undefined) return blame('the mote never published its account');
      const value = (name: string) => account![name] ?? NaN;
      for (const name of ['stored', 'acknowledged']) within(name, value(name), kept, kept);
      for (const name of ['waiting', 'oldest', 'damaged', 'overtaken']) within(name, value(name), 0, 0);
      // What was counted since it was last written to flash goes with the power.
      const { sampled, refused, taken, repeated, connects } = total;
      within('sampled', value('sampled'), sampled - short.sampled, sampled + unsure);
      within('refused', value('refused'), refused - short.refused, refused);
      // Each message is sent once that nobody asks for again; what was in flight at a cut is sent anew, as if it were the first time.
      const first = value('sent') - value('duplicates');
      within('sent less duplicates', first, taken - short.taken - moved, taken + cuts * inFlightMax);
      within('duplicates', value('duplicates'), repeated - short.repeated, logins * inFlightMax);
      within('connects', value('connects'), connects - short.connects, logins);
      const isShort = short.sampled > 0 && value('sampled') < sampled;
      if (isShort && !(value('since') > 0)) {
        blame('the account at the end: short, and does not say since when');
      }
    },
  };
}
