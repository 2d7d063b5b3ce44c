// Events as a simulator would tell them, for tests of what a page makes of them: as many as wanted, as hostile as wanted.

import { NOTHING_ACCEPTED } from '../../flash/stage/events.ts';
import type {
  AccountFigures,
  HelloEvent,
  PacketEvent,
  ReadingEvent,
  RunFacts,
  StageEvent,
  StateEvent,
} from '../../flash/stage/events.ts';

export const ACCOUNT = NOTHING_ACCEPTED;

const FACTS: RunFacts = {
  run: 1,
  mode: 'virtual',
  title: 'made',
  firmware: 'made',
  board: 'made',
  broker: 'made',
  seed: 1,
  startMs: 0,
  hasTime: true,
  hasCommands: true,
  faults: [],
};

export const hello = (events: readonly StageEvent[] = [], facts: Partial<RunFacts> = {}): HelloEvent => ({
  type: 'hello',
  facts: { ...FACTS, ...facts },
  events,
});

export const reading = (
  topic: string,
  at: number,
  value: number,
  more: Partial<ReadingEvent> = {},
): ReadingEvent => ({
  type: 'reading',
  at,
  t: at + 20,
  topic,
  value,
  text: String(value),
  unit: '°C',
  isLate: false,
  ...more,
});

export const packet = (n: number, t: number, more: Partial<PacketEvent> = {}): PacketEvent => ({
  type: 'packet',
  n,
  t,
  direction: n % 2 === 1 ? 'out' : 'in',
  connection: 1,
  name: n % 2 === 1 ? 'PUBLISH' : 'PUBACK',
  bytes: 48,
  fields: [
    ['topic name', 'made/air/temperature'],
    ['packet identifier', String(n)],
  ],
  summary: `made/air/temperature, id ${n}`,
  ...more,
});

export const state = (of: StateEvent['of'], t: number, what: string, cause = ''): StateEvent => ({
  type: 'state',
  t,
  of,
  state: what,
  cause,
});

export const account = (t: number, figures: Partial<AccountFigures>): StageEvent => ({
  type: 'account',
  t,
  figures: { ...ACCOUNT, ...figures },
});

/** A mote that is online and has nothing to say yet. */
export const ONLINE: readonly StageEvent[] = [
  state('power', 0, 'on', 'the power is on'),
  state('wifi', 900, 'joined'),
  state('link', 950, 'open', 'connection 1'),
  state('session', 980, 'online', 'a new session began'),
];
