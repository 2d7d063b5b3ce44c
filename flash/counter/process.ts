// Processes by their identity: a number may be given again, so the moment of the start belongs to it.

import { readFileSync } from 'node:fs';

export interface ProcessId {
  readonly pid: number;
  /** Start in the kernel's ticks since it booted; '' where the system does not tell. */
  readonly started: string;
}

/** @returns state and start of a process from Linux's /proc; undefined where there is none of both. */
function look(pid: number): { state: string; started: string } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name before may hold anything; fields 3 and 22 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}

/** @returns who has this number now. */
export function identify(pid: number): ProcessId {
  return { pid, started: look(pid)?.started ?? '' };
}

/** @returns whether this very process still runs. One that has ended and waits for its parent to notice does not. */
export function isAlive({ pid, started }: ProcessId): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = look(pid);
  if (now === undefined) return true;
  return now.state !== 'Z' && now.state !== 'X' && (started === '' || now.started === started);
}
