// A run in which every panel has something to show.

import type { FaultArgument, HelloEvent, StageEvent } from '../../flash/stage/events.ts';
import { ACCOUNT, ONLINE, hello, packet, reading, state } from './made-events.ts';

const SECONDS: FaultArgument = { name: 'seconds', label: 'for', unit: 's', value: 5, least: 1, most: 600 };

const FAULTS = [
  { name: 'first', label: 'The first', help: 'For so long.', args: [SECONDS] },
  {
    name: 'second',
    label: 'The second',
    help: 'Of one of them.',
    args: [{ name: 'sensor', label: 'sensor', choices: ['air', 'ground'] }, SECONDS],
  },
  { name: 'third', label: 'The third', help: 'At once.', args: [] },
];

/** @returns 100 readings of two channels and the packets of them; one outage, and one fault. */
export function full(): HelloEvent {
  const account = { ...ACCOUNT, accepted: 100, delivered: 98, held: 2 };
  const events: StageEvent[] = [...ONLINE];
  for (let index = 0; index < 100; index++) {
    const t = 1000 + index * 1000;
    events.push(packet(2 * index + 1, t), packet(2 * index + 2, t + 5));
    events.push(
      reading(`made/air/${index % 2 === 0 ? 'temperature' : 'humidity'}`, t, 20 + (index % 7), {
        isLate: index > 80,
      }),
    );
  }
  events.push(
    { type: 'reading', at: 1, t: 2, topic: 'made/status', text: 'online', unit: '', isLate: false },
    state('session', 50_000, 'offline', 'the broker closed it'),
    state('session', 60_000, 'online', 'the broker kept the session'),
    state('log', 61_000, 'says', 'hello'),
    { type: 'account', t: 100_000, figures: account, mote: { stored: 100, waiting: 2 } },
    {
      type: 'outcome',
      t: 60_000,
      fault: 1,
      name: 'first',
      label: 'The first',
      beganAt: 50_000,
      isOver: true,
      what: ['It was so.'],
      account,
    },
    {
      type: 'outcome',
      t: 60_000,
      fault: 2,
      name: 'third',
      label: 'The third',
      beganAt: 60_000,
      isOver: false,
      what: ['It is so.'],
      account,
    },
    {
      type: 'memory',
      t: 1,
      rows: [{ label: 'variables', value: 2000, unit: 'variables', note: 'of 5,000' }],
    },
    { type: 'energy', t: 1, rows: [{ label: 'awake', value: 12.5, unit: 's' }] },
    {
      type: 'flash',
      t: 100_000,
      pageSize: 4096,
      pages: Array.from({ length: 8 }, (_, page) => ({
        page,
        address: page * 4096,
        state: 'written',
        erases: 3,
        used: 600,
        free: 3496,
      })),
      records: (['live', 'acknowledged', 'torn', 'state'] as const).map((kind, index) => ({
        page: index,
        at: 24,
        bytes: 66,
        state: kind,
        label: kind,
      })),
      programs: 12,
      erases: 4,
      totals: { held: 2, acknowledged: 98, damaged: 0 },
    },
    { type: 'clock', t: 100_000, speed: 1, actual: 1 },
  );
  return hello(events, { faults: FAULTS });
}
