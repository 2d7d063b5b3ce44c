// A stage around a real engine: what can be told of a board into which nobody can look. Its broker can be stopped where it is ours, and that
// is all that can be done to it.

import { decodeLogLine } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { formatBrokerAddress } from '../sim/address.ts';
import type { EngineOptions, RunningBoard } from '../sim/engine.ts';
import { NOTHING_ACCEPTED } from './events.ts';
import { createJournal } from './journal.ts';
import { readingOf } from './readings.ts';
import type { Observed, Stage } from './stage.ts';

export interface EngineStage extends Stage, Observed {
  /** A line that the firmware printed. */
  said(line: string): void;
}

const cannot = (what: string) =>
  new MoteError(what, 'start mote sim without --engine', undefined, ExitCode.Environment);

export function openEngineStage(
  { title, firmware, board, scene, address, publish, hide }: EngineOptions,
  running: RunningBoard,
): EngineStage {
  const journal = createJournal();
  const startMs = Date.now();
  const now = () => Date.now() - startMs;
  let last = '';
  const say = (of: 'power' | 'broker' | 'log', state: string, cause: string) =>
    journal.emit({ type: 'state', t: now(), of, state, cause });

  say('power', 'on', 'the engine was started');
  void running.died.then((why) => say('power', 'off', hide(why)));
  return {
    facts: {
      mode: 'live',
      title,
      firmware,
      board,
      broker: formatBrokerAddress(address),
      seed: scene.seed,
      startMs,
      hasTime: false,
      hasCommands: true,
      faults: [],
    },
    journal,
    said(line) {
      const sentence = decodeLogLine(line);
      say('log', sentence === undefined ? 'print' : 'code', sentence ?? hide(line));
    },
    fault() {
      throw cannot('nothing can be done to a real engine from here');
    },
    setSpeed() {
      throw cannot('a real engine has its own time');
    },
    step() {
      throw cannot('a real engine has its own time');
    },
    command: publish,
    packets: () => [],
    received: (observation) => journal.emit(readingOf(observation, now(), undefined, -Infinity)),
    reached: (isThere) =>
      say(
        'broker',
        isThere ? 'up' : 'down',
        `the independent client ${isThere ? 'has it again' : 'lost it'}`,
      ),
    refresh() {
      const rows = running.figures().map(({ label, value }) => ({
        label,
        value: Number.parseFloat(value) || 0,
        unit: '',
        note: value,
      }));
      const text = JSON.stringify(rows);
      if (rows.length === 0 || text === last || !journal.isWatched()) return;
      last = text;
      journal.emit({ type: 'memory', t: now(), rows });
    },
    account: () => NOTHING_ACCEPTED,
    elapsed: now,
    wall: Date.now,
    figures: running.figures,
    stop: running.stop,
  };
}
