// One counter in a state directory at a time. A lock is a file `lock.<n>` that names its owner; the highest number counts.
// It is never taken away, only followed by the next number, so two that find a dead owner cannot both succeed:
// the file system lets one of them create the next.

import { linkSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, MoteError } from '../errors.ts';
import { identify, isAlive, type ProcessId } from './process.ts';

interface Owner {
  readonly program: ProcessId;
  /** Its engine, a process of its own that may outlive it for a moment. */
  readonly engine?: ProcessId;
}

export interface Lock {
  /** Name the engine's process as well. */
  setEngine(pid: number): void;
}

const WAIT_MS = 5000;
const LOOK_EVERY_MS = 50;
const NAME = /^lock\.(\d{1,9})$/;

/** @returns numbers of the lock files, in ascending order. */
function numbers(directory: string): number[] {
  return readdirSync(directory)
    .map((name) => Number(NAME.exec(name)?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    // Followed by a higher one and gone; or not ours, and then nobody owns it.
    return undefined;
  }
}

/** The engine of an owner that is dead has nobody to talk to. */
function endEngine({ engine }: Owner): void {
  if (engine === undefined || !isAlive(engine)) return;
  try {
    process.kill(engine.pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}

/** Write `owner` beside the locks, whole. @returns the file. */
function draft(directory: string, owner: Owner): string {
  const file = join(directory, `lock-${process.pid}.new`);
  writeFileSync(file, JSON.stringify(owner));
  return file;
}

/** Create the lock after `last`. @returns its file, or undefined when another was faster. */
function follow(directory: string, last: number, owner: Owner): string | undefined {
  const file = join(directory, `lock.${last + 1}`);
  const written = draft(directory, owner);
  try {
    linkSync(written, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    rmSync(written, { force: true });
  }
  const all = numbers(directory);
  if (all.at(-1) !== last + 1) {
    // `last` was an old picture: the lock went on meanwhile.
    rmSync(file, { force: true });
    return undefined;
  }
  for (const number of all.slice(0, -1)) rmSync(join(directory, `lock.${number}`), { force: true });
  return file;
}

/** @returns the owner that has to go first, or the lock. */
function attempt(directory: string): { lock: Lock } | { busy: ProcessId | undefined } {
  const last = numbers(directory).at(-1) ?? 0;
  const before = last === 0 ? undefined : readOwner(join(directory, `lock.${last}`));
  if (before !== undefined) {
    if (isAlive(before.program)) return { busy: before.program };
    endEngine(before);
    if (before.engine !== undefined && isAlive(before.engine)) return { busy: before.engine };
  }
  const program = identify(process.pid);
  const file = follow(directory, last, { program });
  if (file === undefined) return { busy: undefined };
  return {
    lock: {
      setEngine: (pid) => renameSync(draft(directory, { program, engine: identify(pid) }), file),
    },
  };
}

/**
 * Take the lock of `directory`; it is given back when this process ends, however it ends.
 * @throws MoteError when another owner is still there after 5 s.
 */
export async function acquireLock(directory: string): Promise<Lock> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const outcome = attempt(directory);
    if ('lock' in outcome) return outcome.lock;
    if (performance.now() >= end) {
      const who = outcome.busy === undefined ? 'another counter' : `process ${outcome.busy.pid}`;
      throw new MoteError(
        `in use by ${who}, also after ${WAIT_MS / 1000} s`,
        'end it, or give this counter a STATE_DIR of its own',
        directory,
        ExitCode.Environment,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
