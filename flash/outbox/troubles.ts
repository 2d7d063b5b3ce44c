// What is not as it should be in a page of the log: wrong bits, half a mark, records that were torn, buried or lost.

import type { RecordReport, Trouble } from './inspection.ts';
import {
  countMessages,
  FIRST,
  FRAME,
  type Gap,
  type Header,
  type MendedBit,
  type Opening,
  type PageRecord,
} from './page.ts';
import { readState } from './state.ts';

/** What may stand in a page that has not been begun. */
export type Leftover = 'state' | 'opening' | 'messages';

/** A page of the log that is inspected, with what was read of it. */
export interface OwnPage {
  readonly page: number;
  readonly address: number;
  readonly header: Header;
  readonly opening: Opening | undefined;
  readonly leftover?: Leftover;
  readonly records: readonly PageRecord[];
  readonly gaps: readonly Gap[];
  readonly end: number;
}

const MENDED: Record<MendedBit['where'], string> = {
  header: 'one bit of the page header is wrong: the outbox mends it',
  opening: 'one bit of the opening is wrong: the outbox mends it',
  record: 'one bit of a record is wrong: the outbox mends it',
};

function mendedTroubles(own: OwnPage): Trouble[] {
  const inRecords = own.records.filter(({ body }) => body !== undefined).flatMap((record) => record.mended);
  return [...own.header.mended, ...(own.opening?.mended ?? []), ...inRecords].map(({ at, bit, where }) => ({
    kind: 'mended',
    address: own.address + at,
    bytes: bit === undefined ? 4 : 1,
    ...(bit !== undefined && { bit }),
    why: MENDED[where],
  }));
}

const GAPS: Record<Gap['kind'], Pick<Trouble, 'kind' | 'why'>> = {
  buried: { kind: 'buried', why: 'it was never accepted; nothing behind it is read' },
  unreadable: { kind: 'unreadable', why: 'no record can be made out here' },
  behind: { kind: 'unreadable', why: 'not blank behind the last record' },
};

/** What the power left of a record that was being written. */
const TORN: Pick<Trouble, 'kind' | 'why'> = {
  kind: 'torn',
  why: 'the power went away before it was accepted; the next start closes the page',
};

function gapTroubles(own: OwnPage, isTail: boolean): Trouble[] {
  return own.gaps.map((gap) => {
    const isTorn = isTail && gap.kind !== 'buried' && gap.at >= own.end;
    return { ...(isTorn ? TORN : GAPS[gap.kind]), address: own.address + gap.at, bytes: gap.bytes };
  });
}

/** Half a mark is what the power, or a bit that rots, leaves of one: more than half of it zero counts. */
function markTroubles({ address, header, records }: OwnPage): Trouble[] {
  const { programUnit } = header;
  return records.flatMap(({ at, halfMarks, marked, marks }) =>
    halfMarks.map((number) => ({
      kind: 'mark',
      address: address + at + FRAME + number * programUnit,
      bytes: programUnit,
      why: `half a mark of ${markName(number, countMessages(marks))}: it ${marked.includes(number) ? 'counts' : 'does not count'}`,
    })),
  );
}

/** @returns what mark `number` of a record of so many messages says. */
function markName(number: number, messages: number): string {
  if (messages > 1) return number === 0 ? 'all acknowledgements' : `the acknowledgement of message ${number}`;
  return number === 0 ? 'the acknowledgement' : 'PUBREC';
}

function recordTroubles(own: OwnPage, reports: readonly RecordReport[]): Trouble[] {
  const lost = reports.flatMap(({ page, state, address, bytes, part }): Trouble[] => {
    if (page !== own.page || state !== 'damaged') return [];
    const which = part === undefined ? 'a message' : `message ${part} of several taken together,`;
    return [{ kind: 'lost', address, bytes, why: `${which} of which more than one bit is wrong` }];
  });
  const values = own.records.flatMap(({ marks, body, at, size }): Trouble[] => {
    if (marks > 0) return [];
    const value = body === undefined ? 'more than one bit is wrong' : readState(body);
    const place = { address: own.address + at, bytes: size };
    return typeof value === 'string'
      ? [{ kind: 'unreadable', ...place, why: `a value of the state: ${value}` }]
      : [];
  });
  return [...lost, ...values];
}

const LEFTOVERS: Record<Leftover, string> = {
  state: 'the power went away while state was carried to it; the next start takes its header away',
  opening: 'its opening is torn: no message came to it; the next start takes its header away',
  messages: 'its opening cannot be read; the next start takes its header away, and gives up its messages',
};

function pageTroubles({ address, header, opening, leftover, end }: OwnPage, tail: OwnPage): Trouble[] {
  const page = { kind: 'page', address } as const;
  if (leftover !== undefined) return [{ ...page, bytes: end, why: LEFTOVERS[leftover] }];
  if (header.sequence > tail.header.sequence || opening !== undefined) return [];
  return [{ ...page, bytes: FIRST, why: 'its opening cannot be read' }];
}

/** @returns all that is wrong in a page. @param tail the page that is written. @param records of the whole region. */
export function findTroubles(own: OwnPage, tail: OwnPage, records: readonly RecordReport[]): Trouble[] {
  return [
    ...pageTroubles(own, tail),
    ...mendedTroubles(own),
    ...markTroubles(own),
    ...gapTroubles(own, own === tail),
    ...recordTroubles(own, records),
  ];
}
