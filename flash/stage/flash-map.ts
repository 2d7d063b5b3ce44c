// The outbox in the flash of a board as a page draws it: pages with their wear, records with their state. Reads a copy of the chip, so that a
// look changes nothing, not even what unsure bits read as.

import type { FlashMap } from '../../boards/board.ts';
import type { Nor } from '../../sim/nor.ts';
import type { Inspection, RecordReport } from '../outbox/inspection.ts';
import { inspectRegion } from '../outbox/layout.ts';
import type { Text } from '../outbox/text.ts';
import type { FlashEvent, FlashRecord } from './events.ts';

/** The frame of a record begins with its length, 12 bits (docs/outbox.md). */
const FRAME = 8;
const LENGTH_MASK = 0xfff;
const LABEL_MAX = 60;

const STATES = { held: 'live', acknowledged: 'acknowledged', damaged: 'torn' } as const;

const textOf = (text: Text) => ('text' in text ? text.text : `hex ${text.hex}`);
const short = (text: string) => (text.length > LABEL_MAX ? `${text.slice(0, LABEL_MAX - 1)}…` : text);

function labelOf({ message, why, sequence, part }: RecordReport): string {
  if (message === null) return short(why ?? 'damaged');
  const name = part === undefined ? `#${sequence}` : `#${sequence} (${part} of several)`;
  return short(`${name} ${textOf(message.topic)} = ${textOf(message.payload)}`);
}

/** @returns records of messages, of the small state, and what was torn. @param region all bytes of the outbox. */
function recordsOf(inspection: Inspection, region: Uint8Array): FlashRecord[] {
  const { address, pageSize, programUnit = 4, records, values, troubles } = inspection;
  const place = (at: number) => ({
    page: Math.floor((at - address) / pageSize),
    at: (at - address) % pageSize,
  });
  const stateBytes = (at: number) => {
    const offset = at - address;
    const length = (region[offset]! | (region[offset + 1]! << 8)) & LENGTH_MASK;
    return Math.ceil((FRAME + length) / programUnit) * programUnit;
  };
  return [
    ...records.map((record) => ({
      ...place(record.address),
      bytes: record.bytes,
      state: STATES[record.state],
      label: labelOf(record),
    })),
    ...values.map((value) => ({
      ...place(value.address),
      bytes: stateBytes(value.address),
      state: 'state' as const,
      label: `small state, key ${value.key}`,
    })),
    ...troubles
      .filter(({ kind }) => kind === 'torn' || kind === 'buried' || kind === 'unreadable')
      .map((trouble) => ({
        ...place(trouble.address),
        bytes: trouble.bytes,
        state: 'torn' as const,
        label: short(`${trouble.kind}: ${trouble.why}`),
      })),
  ];
}

/** @param t of the event. @returns the outbox of a board, whole. */
export function lookAtFlash(nor: Nor, { outbox, pageBytes }: FlashMap, t: number): FlashEvent {
  const chip = nor.fork();
  const region = new Uint8Array(outbox.bytes);
  chip.read(outbox.address, region);
  const inspection = inspectRegion(region, pageBytes, outbox.address);
  const { held, acknowledged, damaged } = inspection.totals;
  return {
    type: 'flash',
    t,
    pageSize: pageBytes,
    pages: inspection.pages.map(({ page, address, state, erases, used, free }) => ({
      page,
      address,
      state,
      erases: erases ?? nor.wear(address),
      used,
      free,
    })),
    records: recordsOf(inspection, region),
    programs: nor.counters.programs,
    erases: nor.counters.erases,
    totals: { held, acknowledged, damaged },
  };
}
