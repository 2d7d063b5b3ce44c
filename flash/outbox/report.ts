// An inspection as text for a terminal: the same data that --json prints, what matters first.

import type { Inspection, PageReport, RecordReport, Trouble } from './inspection.ts';
import type { Message } from './message.ts';
import type { Property } from './properties.ts';
import type { KeptAccount, StateValue, Transition } from './state.ts';
import type { Text } from './text.ts';

/** Lines of messages that are shown; --json has all. */
const SHOWN = 20;
/** Characters of a topic or payload in a list. */
const WIDTH = 40;

const STATES: Record<Inspection['state'], string> = {
  outbox: 'an outbox',
  blank: 'blank: nothing here yet; the first start makes an outbox of it',
  'half-formatted': 'half-formatted: the next start formats it, and gives up what is still here',
  'other-version': 'an outbox of another version of the layout',
  foreign: 'no outbox: something else stands here',
};

export const hex = (value: number) => `0x${value.toString(16)}`;

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const textOf = (text: Text) => ('text' in text ? text.text : `hex ${text.hex}`);

const shorten = (text: string) => {
  const characters = [...text];
  return characters.length > WIDTH ? `${characters.slice(0, WIDTH - 3).join('')}...` : text;
};

/** @returns lines with columns as wide as they need be; `right`: numbers of columns that end at the same place. */
function table(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - [...cell].length);
        return right.includes(column) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

function pageRow(pages: readonly PageReport[]): string[] {
  const first = pages[0]!;
  const name = pages.length === 1 ? String(first.page) : `${first.page}-${pages.at(-1)!.page}`;
  const known = (value: number | undefined) => (value === undefined ? '' : String(value));
  const start = [name, hex(first.address), first.state, known(first.sequence), known(first.erases)];
  const { used, free, records, held } = first;
  if (used === 0) return [...start, '', '', '', ''];
  return [...start, ...[used, free, records, held].map(String)];
}

/** @returns the table of pages; those without a header that stand side by side take one line. */
function formatPages(pages: readonly PageReport[]): string[] {
  const groups: PageReport[][] = [];
  for (const page of pages) {
    const group = groups.at(-1);
    const isSame = group?.[0]?.state === page.state && page.sequence === undefined;
    if (isSame) group!.push(page);
    else groups.push([page]);
  }
  const title = ['page', 'address', 'state', 'sequence', 'erases', 'used', 'free', 'records', 'held'];
  return table([title, ...groups.map(pageRow)], [0, 3, 4, 5, 6, 7, 8]);
}

/** @returns the payload as it lies there, with the place marked where its time goes. */
function payloadText({ payload, timeAt }: Message): string {
  if (timeAt === undefined) return textOf(payload);
  const [bytes, encoding] =
    'text' in payload
      ? ([Buffer.from(payload.text), 'utf8'] as const)
      : ([Buffer.from(payload.hex, 'hex'), 'hex'] as const);
  const start = bytes.toString(encoding, 0, timeAt);
  const marked = `${start}<time>${bytes.toString(encoding, timeAt)}`;
  return textOf(encoding === 'hex' ? { hex: marked } : { text: marked });
}

function whenText(time: Message['time']): string {
  if (time === undefined) return 'unknown';
  if (!('boot' in time)) return time.iso;
  const since = `boot ${time.boot}, up ${time.uptimeSec} s`;
  return time.iso === undefined ? since : `${time.iso} (${since})`;
}

function timeText({ time, timeAt }: Message): string {
  if (timeAt !== undefined) return `${whenText(time)}; goes into the payload at ${timeAt}`;
  return time === undefined ? '' : whenText(time);
}

function formatNext(next: RecordReport): string[] {
  const packet = next.received ? 'PUBREL (PUBREC has come)' : 'PUBLISH';
  const rows = [
    ['packet', `${packet}, identifier ${next.sequence}, at ${hex(next.address)}`],
    ...(next.message === null ? [['', `cannot be read: ${next.why}`]] : messageRows(next.message)),
  ];
  return ['sent next', ...indent(table(rows, []))];
}

/** @returns a property for a person. */
function propertyText({ name, key, value }: Property): string {
  const text = typeof value === 'number' ? String(value) : textOf(value);
  return key === undefined ? `${name} ${text}` : `${name} ${textOf(key)}: ${text}`;
}

function messageRows(message: Message): string[][] {
  const when = timeText(message);
  const { properties = [] } = message;
  return [
    ['topic', textOf(message.topic)],
    ['QoS', `${message.qos}${message.retain ? ', RETAIN' : ''}`],
    ['payload', payloadText(message)],
    ...properties.map((property, i) => [i === 0 ? 'properties' : '', propertyText(property)]),
    ...(when === '' ? [] : [['time', when]]),
  ];
}

function heldRow({ sequence, address, received, message, why }: RecordReport): string[] {
  const place = [String(sequence), hex(address)];
  if (message === null) return [...place, '?', '', why ?? ''];
  const qos = `${message.qos}${message.retain ? ' retain' : ''}${received ? ' PUBREC' : ''}`;
  return [...place, qos, shorten(textOf(message.topic)), shorten(payloadText(message))];
}

function formatHeld(records: readonly RecordReport[]): string[] {
  const held = records.filter(({ state }) => state === 'held');
  if (held.length === 0) return [];
  const rows = held.slice(0, SHOWN).map(heldRow);
  const lines = table([['packet', 'address', 'QoS', 'topic', 'payload'], ...rows], [0]);
  const more = held.length > SHOWN ? [`... and ${held.length - SHOWN} more: --json shows all`] : [];
  return ['held, in the order in which they are sent', ...indent([...lines, ...more]), ''];
}

/** @returns a transition of the link for a person. */
export type Sentence = (transition: Transition) => string;

const plainly: Sentence = ([stage, cause, seconds]) => `after ${seconds} s: stage ${stage}, cause ${cause}`;

/** @returns what `createAccount` had counted. */
function keptText(account: KeptAccount): string {
  const { sampled, refused, sent, duplicates, connects, boot, clean, since } = account;
  const end = clean ? 'nothing was counted since' : 'more was counted since';
  const lack = since === 0 ? '' : `, some may lack since boot ${since}`;
  return `boot ${boot}: ${sampled} sampled, ${refused} refused, ${sent} sent, ${duplicates} duplicates, ${connects} connects; ${end}${lack}`;
}

function valueText({
  value,
  openIdentifiers,
  boots,
  head,
  account,
  transitions,
  givenUp,
}: StateValue): string {
  if (openIdentifiers !== undefined) return `open identifiers ${openIdentifiers.join(', ') || 'none'}`;
  if (account !== undefined) return keptText(account);
  if (transitions !== undefined) return `${plural(transitions.length, 'transition')} of the link`;
  if (givenUp !== undefined) {
    return `${plural(givenUp.messages, 'message')} given up with their pages${givenUp.unsure ? ', or more' : ''}`;
  }
  if (head !== undefined) return `acknowledged up to ${head.at} in the page of sequence ${head.page}`;
  if (boots === undefined) return textOf(value);
  const known = boots.known.map(({ boot, began }) => `boot ${boot} began ${began}`);
  return [`boot ${boots.last}`, ...known].join('; ');
}

function troubleRow({ kind, address, bytes, bit, why }: Trouble): string[] {
  const size = bit === undefined ? plural(bytes, 'byte') : `bit ${bit}`;
  return [hex(address), size, kind, why];
}

function section(title: string, rows: readonly string[][]): string[] {
  return rows.length === 0 ? [] : [title, ...indent(table(rows, [])), ''];
}

function formatTotals({ totals, wear, records, newest }: Inspection): string[] {
  const { held, acknowledged, received, damaged, mended } = totals;
  const of = newest === null ? '' : `, the newest is packet ${records[newest]!.sequence}`;
  const rows = [
    ['messages', `${held} held${of}; ${acknowledged} acknowledged; PUBREC has come for ${received}`],
    ['damage', `${plural(damaged, 'message')} lost, ${plural(mended, 'bit')} mended`],
    [
      'wear',
      wear === null ? 'unknown' : `${wear.min} to ${wear.max} erases a page, difference ${wear.spread}`,
    ],
  ];
  return table(rows, []);
}

function formatHeader({ pages, pageSize, address, programUnit, longestBody }: Inspection) {
  const size = `${plural(pages.length, 'page')} of ${pageSize} bytes at ${hex(address)}`;
  if (programUnit === undefined) return size;
  return `${size}, program unit ${programUnit}, bodies up to ${longestBody} bytes`;
}

/** @returns the inspection for a person, with a line end. @param name of the file. @param sentence for each transition of the link. */
export function formatInspection(name: string, inspection: Inspection, sentence: Sentence = plainly): string {
  const { state, pages, records, next, troubles, values } = inspection;
  const head = [`${name}: ${STATES[state]}`, `  ${formatHeader(inspection)}`];
  if (state === 'blank') return `${head.join('\n')}\n`;
  const lines = [
    ...head,
    '',
    ...indent(formatPages(pages)),
    '',
    ...(inspection.wear === null ? [] : [...formatTotals(inspection), '']),
    ...(next === null ? [] : [...formatNext(records[next]!), '']),
    ...formatHeld(records),
    ...section(
      'values by key',
      values.map((value) => [String(value.key), hex(value.address), valueText(value)]),
    ),
    ...section(
      'transitions of the link, the oldest first',
      values.flatMap(({ transitions = [] }) => transitions.map((one) => [sentence(one)])),
    ),
    ...section('not as it should be', troubles.map(troubleRow)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
