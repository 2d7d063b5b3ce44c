// Runs a task whenever a source or a JSON file in some folders changes; never two at a time.

import { existsSync, watch as watchFolder, type FSWatcher } from 'node:fs';

/** Editors write a file in several steps. */
const SETTLE_MS = 40;

/**
 * Run `task` now and after every change; the folders are asked for again after each run.
 * Resolves when the first run is over.
 */
export async function watchFolders(
  folders: () => string[],
  task: () => Promise<void>,
): Promise<{ close(): void }> {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let changed = false;
  let closed = false;

  function onChange(name: string | null): void {
    if (closed || (name !== null && !/\.(ts|json)$/.test(name))) return;
    clearTimeout(timer);
    timer = setTimeout(() => void run(), SETTLE_MS);
  }

  /** Folders are never left: a file that an error hid from the program may be what mends it. */
  function follow(): void {
    for (const folder of folders()) {
      if (watchers.has(folder) || !existsSync(folder)) continue;
      const watcher = watchFolder(folder, (_event, name) => onChange(name));
      // A folder that goes away takes its watcher along.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    }
  }

  async function run(): Promise<void> {
    if (running) {
      changed = true;
      return;
    }
    running = true;
    do {
      changed = false;
      const done = task();
      // The task has read its files by now.
      follow();
      await done;
    } while (changed && !closed);
    running = false;
  }

  follow();
  await run();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}
