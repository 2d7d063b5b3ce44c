// Everybody who listens to one board: packet log, timeline, account, energy, memory and flash map, and the journal that they write. They
// hear, and do nothing.

import type { BoardData, FlashMap } from '../../boards/board.ts';
import type { Board } from '../../sim/board/board.ts';
import type { Counters } from '../../sim/board/machine.ts';
import type { AccessPoint } from '../../sim/network/access-point.ts';
import { readMoteAccount } from '../account.ts';
import { createBookkeeper } from '../sim/account.ts';
import type { Bookkeeper } from '../sim/account.ts';
import type { Observation } from '../sim/observer.ts';
import type { BoardFigures } from '../sim/view.ts';
import { createEnergyLedger } from './energy.ts';
import type { AccountFigures, FiguresEvent, StageEvent } from './events.ts';
import { lookAtFlash } from './flash-map.ts';
import { createHearing } from './hearing.ts';
import type { Hearing } from './hearing.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { memoryEvent } from './memory.ts';
import { createPacketLog } from './packets.ts';
import type { KeptPacket } from './packets.ts';
import { readingOf } from './readings.ts';
import type { TapEvents } from './tap.ts';
import { createTimeline } from './timeline.ts';
import type { Timeline } from './timeline.ts';

/** What left the outbox no longer ago may still be on its way to the independent client. */
const GRACE_MS = 5000;

export interface Listeners extends TapEvents {
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly bookkeeper: Bookkeeper;
  readonly hearing: Hearing;
  onRun(isRunning: boolean, wakeMs?: number): void;
  /** Begin to listen, before it has power. */
  watch(board: Board, accessPoint: AccessPoint): void;
  tell(event: StageEvent): void;
  received(observation: Observation, payload: string): void;
  /** Readings that came late. */
  late(): number;
  account(graceMs?: number): AccountFigures;
  packets(): readonly KeptPacket[];
  refresh(): void;
  figures(counters: Readonly<Counters>): BoardFigures[];
}

/** @param fixed rows of the memory that do not change. */
export function createListeners(now: () => number, data: BoardData, fixed: FiguresEvent['rows']): Listeners {
  const map: FlashMap = data.flash!;
  const journal = createJournal();
  const timeline = createTimeline(now, journal.emit);
  const bookkeeper = createBookkeeper(map.programUnit, now);
  const log = createPacketLog(now);
  const hearing = createHearing(now);
  const energy = createEnergyLedger(now, data.currents);
  let board: Board | undefined;
  let late = 0;
  let flashOperations = -1;
  let moteAccount: Readonly<Record<string, number>> | undefined;
  /** What was told last, by type: the same is not told again. */
  const last = new Map<string, string>();

  const account = (graceMs = GRACE_MS) => bookkeeper.account(graceMs);

  const tellChanged = (event: StageEvent) => {
    const text = JSON.stringify({ ...event, t: 0 });
    if (last.get(event.type) === text) return;
    last.set(event.type, text);
    journal.emit(event);
  };

  const lookAtOutbox = () => {
    const { programs, erases } = board!.flash.counters;
    if (programs + erases === flashOperations) return;
    flashOperations = programs + erases;
    journal.emit(lookAtFlash(board!.flash, map, now()));
  };

  const readOwn = (topic: string, payload: string) => {
    if (topic.endsWith('/energy')) energy.said(payload);
    if (!topic.endsWith('/account')) return;
    const read = readMoteAccount(payload);
    if (read === undefined) return;
    const numbers = Object.entries(read).filter(([, value]) => typeof value === 'number');
    moteAccount = Object.fromEntries(numbers) as Record<string, number>;
  };

  return {
    journal,
    timeline,
    bookkeeper,
    hearing,
    onOpen: timeline.onOpen,
    onFail: timeline.onFail,
    onEnd: timeline.onEnd,
    onPacket(passed) {
      journal.emit(log.add(passed));
      timeline.onPacket(passed);
      hearing.onPacket(passed);
    },
    onRun(isRunning, wakeMs) {
      energy.setPower(isRunning ? 'awake' : wakeMs === undefined ? 'off' : 'asleep');
      timeline.onRun(isRunning, wakeMs);
    },
    watch(made, accessPoint) {
      board = made;
      made.flash.onProgram = bookkeeper.programmed;
      accessPoint.watchStations((state, why) => {
        energy.setRadio(state !== 'off');
        timeline.onStation(state, why);
      });
    },
    tell: tellChanged,
    received(observation, payload) {
      const receipt = bookkeeper.received(observation.topic, payload);
      const reading = readingOf(observation, now(), receipt, timeline.session().brokenAt);
      if (reading.isLate) late++;
      hearing.onReading(reading);
      readOwn(observation.topic, payload);
      journal.emit(reading);
    },
    late: () => late,
    account,
    packets: log.kept,
    refresh() {
      if (!journal.isWatched()) return;
      tellChanged({
        type: 'account',
        t: now(),
        figures: account(),
        ...(moteAccount !== undefined && { mote: moteAccount }),
      });
      lookAtOutbox();
      tellChanged(memoryEvent(fixed, board!.gauges(), now()));
      tellChanged(energy.event());
    },
    figures(counters) {
      const packets = log.counts();
      const { programs, erases } = board!.flash.counters;
      const figures = [
        { label: 'MQTT packets', value: `${packets.out} out, ${packets.in} in` },
        { label: 'bytes', value: `${counters.bytesOut} out, ${counters.bytesIn} in` },
        { label: 'flash', value: `${programs} programs, ${erases} erases` },
      ];
      if (counters.uncaught > 0) figures.push({ label: 'uncaught errors', value: String(counters.uncaught) });
      return figures;
    },
  };
}
