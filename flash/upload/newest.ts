// One delivery after the other, and of what comes meanwhile only the newest. Never delivers two at once, nor anything after stop().

export interface Newest<T> {
  /** Deliver it as soon as nothing else is being delivered; one that still waits is dropped for it. */
  offer(item: T): void;
  /** Drop what waits. Resolves when the delivery that is under way is over. */
  stop(): Promise<void>;
}

/** @param deliver must not reject. */
export function createNewest<T>(deliver: (item: T) => Promise<void>): Newest<T> {
  let pending: readonly T[] = [];
  let busy: Promise<void> | undefined;
  let isStopped = false;
  async function run(): Promise<void> {
    for (let [item] = pending; item !== undefined; [item] = pending) {
      pending = [];
      await deliver(item);
    }
    busy = undefined;
  }
  return {
    offer(item) {
      if (isStopped) return;
      pending = [item];
      busy ??= run();
    },
    stop() {
      isStopped = true;
      pending = [];
      return busy ?? Promise.resolve();
    },
  };
}
