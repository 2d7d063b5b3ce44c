// Whether what a board accepted was delivered: on one side what its outbox wrote into the flash, seen from the chip; on the
// other what an independent client received. Knows of the flash no more than the layout in docs/outbox.md says.

/** Up to so many messages are in flight, so they may come again. */
const WINDOW = 8;
/** The frame of a record, and how it is divided. */
const FRAME = 8;
const LENGTH_MASK = 0xfff;
const MARKS_SHIFT = 12;
const FIELDS = 4;

/** What became of the messages that a board accepted. */
export interface Account {
  /** Power cuts, and how many of them in the middle of a program or an erase. */
  cuts: number;
  torn: number;
  /** Messages of QoS 1 and 2 that the outbox took. */
  accepted: number;
  /** Of those, received at least once. */
  delivered: number;
  /** Messages that came again. */
  duplicates: number;
  /** Accepted, not received, and still in the outbox. */
  held: number;
  /** Accepted, not received, and not in the outbox any more. */
  lost: number;
  /** Messages that came in another order than they were accepted in, or were never accepted, of topics that the outbox has had. */
  disordered: number;
}

interface Entry {
  readonly payload: string;
  /** Address of the record. */
  readonly address: number;
  acknowledged: boolean;
}

interface Ledger {
  readonly accepted: Entry[];
  /** How many of them have been received. */
  received: number;
}

export interface Bookkeeper {
  /** Bytes that were programmed whole. */
  programmed(address: number, data: Uint8Array): void;
  /** A message that the independent client received. */
  received(topic: string, payload: string): void;
  cut(isTorn: boolean): void;
  account(): Account;
}

interface Message {
  readonly topic: string;
  readonly payload: string;
}

const word = (data: Uint8Array, at: number) => data[at]! | (data[at + 1]! << 8);

/** @returns the message whose record `data` is, undefined when it is none. @param unit program unit. */
function readMessage(data: Uint8Array, unit: number): Message | undefined {
  if (data.length < FRAME + unit || (word(data, 0) ^ word(data, 2)) !== 0xffff) return undefined;
  const length = word(data, 0) & LENGTH_MASK;
  const marks = word(data, 0) >> MARKS_SHIFT;
  const from = FRAME + marks * unit;
  if (marks === 0 || length < FIELDS + 2 || from + length > data.length) return undefined;
  const body = Buffer.from(data.subarray(from, from + length));
  const end = FIELDS + 2 + body.readUInt16BE(FIELDS);
  return { topic: body.toString('utf8', FIELDS + 2, end), payload: body.toString('utf8', end) };
}

/** Begin an account. @param unit program unit of the flash. */
export function createBookkeeper(unit: number): Bookkeeper {
  const topics = new Map<string, Ledger>();
  const byAddress = new Map<number, Entry>();
  let cuts = 0;
  let torn = 0;
  let duplicates = 0;
  let disordered = 0;

  const ledgerOf = (topic: string): Ledger => {
    const known = topics.get(topic);
    if (known) return known;
    const ledger = { accepted: [], received: 0 };
    topics.set(topic, ledger);
    return ledger;
  };

  return {
    programmed(address, data) {
      const message = readMessage(data, unit);
      const known = byAddress.get(address);
      if (message === undefined) {
        const marked = byAddress.get(address - FRAME);
        if (marked && data.length === unit && data.every((byte) => byte === 0)) marked.acknowledged = true;
        return;
      }
      // At a start the last record is programmed once more.
      if (known?.payload === message.payload) return;
      const entry = { payload: message.payload, address, acknowledged: false };
      byAddress.set(address, entry);
      ledgerOf(message.topic).accepted.push(entry);
    },
    received(topic, payload) {
      // What never stood in the outbox was sent with QoS 0.
      const ledger = topics.get(topic);
      if (ledger === undefined) return;
      const { accepted, received } = ledger;
      if (accepted[received]?.payload === payload) ledger.received++;
      else if (
        accepted.slice(Math.max(0, received - WINDOW), received).some((one) => one.payload === payload)
      ) {
        duplicates++;
      } else disordered++;
    },
    cut(isTorn) {
      cuts++;
      if (isTorn) torn++;
    },
    account() {
      const ledgers = [...topics.values()];
      const sum = (count: (ledger: Ledger) => number) => ledgers.reduce((all, one) => all + count(one), 0);
      const missing = (acknowledged: boolean) =>
        sum(
          ({ accepted, received }) =>
            accepted.slice(received).filter((one) => one.acknowledged === acknowledged).length,
        );
      return {
        cuts,
        torn,
        accepted: sum(({ accepted }) => accepted.length),
        delivered: sum(({ received }) => received),
        duplicates,
        held: missing(false),
        lost: missing(true),
        disordered,
      };
    },
  };
}

/** @returns the account as a sentence. */
export function accountText(account: Account): string {
  const { cuts, torn, accepted, delivered, duplicates, held, lost, disordered } = account;
  const times = cuts === 1 ? 'once' : `${cuts} times`;
  const order = disordered === 0 ? 'order kept' : `${disordered} out of order`;
  return `power cut ${times}, ${torn} in the middle of a flash operation: ${accepted} accepted, ${delivered} delivered, ${lost} lost, ${held} still held, ${duplicates} again, ${order}`;
}
