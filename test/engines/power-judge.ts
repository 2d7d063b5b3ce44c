// What a start of the device program test/ports/device/outbox.device.ts printed, and whether it is what the one before it, which was
// cut, has to leave.

import { expect } from 'vitest';
import { TO, type Start } from './power-start.ts';

interface Message {
  readonly number: number;
  readonly sequence: number;
  readonly qos: number;
  readonly received: boolean;
}

/** As the program makes them. */
function payloadOf(number: number): string {
  let text = `${number} `;
  while (text.length < 120 + (number % 7) * 17) text += 'abcdefghijklm';
  return `${text} ${number}`;
}

/** @returns the messages of the lines that begin with `word`. Fails where one is not what was appended. */
function messages(lines: readonly string[], word: string): Message[] {
  return lines.flatMap((line): Message[] => {
    const match = new RegExp(`^${word} (\\d+) (\\d) (\\d) ((\\d+) .*)$`).exec(line);
    if (match === null) return [];
    const [sequence, qos, received] = match.slice(1, 4).map(Number) as [number, number, number];
    const number = Number(match[5]);
    expect(match[4]).toBe(payloadOf(number));
    expect(qos).toBe(number % 3 === 0 ? 2 : 1);
    return [{ number, sequence, qos, received: received === 1 }];
  });
}

const numbersOf = (lines: readonly string[], word: string) =>
  lines.flatMap((line) => (line.startsWith(`${word} `) ? [Number(line.slice(word.length + 1))] : []));

/** What a start did that was cut. */
export interface Done {
  /** Numbers that were accepted and whose acknowledgement did not come to its end, in order. */
  readonly held: number[];
  readonly acknowledged: number[];
  /** What was being done to a message. */
  readonly pending:
    { readonly kind: 'append' | 'receive' | 'acknowledge'; readonly number: number } | undefined;
  readonly received: ReadonlySet<number>;
  /** The first number that was not accepted. */
  readonly next: number;
}

export function readDone(lines: readonly string[]): Done {
  const appended = numbersOf(lines, 'append');
  const accepted = numbersOf(lines, 'accepted');
  for (const code of accepted) expect(code).toBeGreaterThan(0);
  const sent = messages(lines, 'sent');
  const ends = new Set(numbersOf(lines, 'acknowledged'));
  const receives = new Set(numbersOf(lines, 'received'));
  const acknowledged = sent.filter(({ sequence }) => ends.has(sequence)).map(({ number }) => number);
  const last = sent.at(-1);
  const done = appended.slice(0, accepted.length);
  let pending: Done['pending'];
  if (appended.length > accepted.length) pending = { kind: 'append', number: appended.at(-1)! };
  else if (last !== undefined && !ends.has(last.sequence)) {
    const isNext = last.qos === 1 || receives.has(last.sequence);
    pending = { kind: isNext ? 'acknowledge' : 'receive', number: last.number };
  }
  return {
    held: done.filter((number) => !acknowledged.includes(number)),
    acknowledged,
    pending,
    received: new Set(sent.filter(({ sequence }) => receives.has(sequence)).map(({ number }) => number)),
    next: accepted.length + 1,
  };
}

/** Nothing that was accepted is lost, altered or out of order, and at most one message comes twice. @returns how many did. */
export function judge(before: Done, again: Start): number {
  const { held, pending, received } = before;
  const { lines } = again;
  expect(lines[0]).toBe('open 0');
  const found = messages(lines, 'held');
  const isGone = pending?.kind === 'acknowledge' && !found.some(({ number }) => number === pending.number);
  const wanted = held.filter((number) => !(isGone && number === pending.number));
  const isThere = pending?.kind === 'append' && found.at(-1)?.number === pending.number;
  expect(found.map(({ number }) => number)).toEqual(isThere ? [...wanted, pending.number] : wanted);
  for (const one of found) {
    if (pending?.kind !== 'receive' || pending.number !== one.number) {
      expect(one.received).toBe(received.has(one.number));
    }
  }
  expect(numbersOf(lines, 'listed')).toEqual([found.length]);
  // It goes on: what was found is sent first, then what is new, to the last.
  const sent = messages(lines, 'sent').map(({ number }) => number);
  const rest = Array.from({ length: TO - before.next }, (_, i) => before.next + i);
  expect(sent).toEqual([...found.map(({ number }) => number), ...rest]);
  expect(lines.slice(-2)).toEqual(['left 0', 'end']);
  const all = [...before.acknowledged, ...(isGone ? [pending.number] : []), ...sent];
  expect([...new Set(all)].sort((a, b) => a - b)).toEqual(Array.from({ length: TO - 1 }, (_, i) => i + 1));
  const isResent = pending?.kind === 'acknowledge' && !isGone;
  const twice = all.length - (TO - 1) + (isResent ? 1 : 0);
  expect(twice).toBeLessThanOrEqual(1);
  return twice;
}
