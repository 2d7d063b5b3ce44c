// The mote about itself, as a sensor like any other: strength of its Wi-Fi, free memory, messages that wait, time since the start.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta, Reading } from '../ports/reading.ts';
import type { Driver } from './driver.ts';

/** Where the numbers come from. */
export interface DiagnosticSources {
  /** dBm, 0 while unknown. */
  rssi(): number;
  /** Blocks of the engine's memory, -1 where it cannot tell. */
  freeMemory(): number;
  /** Messages in the outbox. */
  waiting(): number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'rssi',
    unit: 'dBm',
    deviceClass: 'signal_strength',
    isDiagnostic: true,
    decimals: 0,
    precision: 0,
    min: -120,
    max: 0,
  },
  {
    key: 'free-memory',
    unit: '',
    deviceClass: '',
    isDiagnostic: true,
    decimals: 0,
    precision: 0,
    min: 0,
    max: 0x7ffffff,
  },
  {
    key: 'waiting',
    unit: '',
    deviceClass: '',
    isDiagnostic: true,
    decimals: 0,
    precision: 0,
    min: 0,
    max: 0x7ffffff,
  },
  {
    key: 'uptime',
    unit: 's',
    deviceClass: 'duration',
    isDiagnostic: true,
    decimals: 0,
    precision: 0,
    min: 0,
    max: 0x7ffffff,
  },
];

/** @param startedAt clock time of the board's start. */
export function createDiagnostics(sources: DiagnosticSources, startedAt: number): Driver {
  /** Seconds, and the milliseconds behind them, until the last sample. */
  let seconds = 0;
  let rest = 0;
  let lastAt = startedAt;

  function configure(): number {
    return Code.Ok;
  }

  function start(): number {
    return 0;
  }

  function poll(now: number, out: Reading): number {
    const rssi = sources.rssi();
    const free = sources.freeMemory();
    rest += elapsed(lastAt, now);
    lastAt = now;
    seconds += (rest - (rest % 1000)) / 1000;
    rest %= 1000;
    out.values[0] = rssi === 0 ? NO_VALUE : rssi;
    out.values[1] = free < 0 ? NO_VALUE : free;
    out.values[2] = sources.waiting();
    out.values[3] = seconds;
    out.time = now;
    return Code.Ok;
  }

  function close(): void {}

  return { channels: CHANNELS, warmUpMs: 0, minIntervalMs: 1000, discard: 0, configure, start, poll, close };
}
