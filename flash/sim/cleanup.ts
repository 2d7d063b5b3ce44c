// What has to be closed at the end, in the reverse order.

interface Closable {
  close(): Promise<void>;
}

export interface Cleanup {
  add<T extends Closable>(item: T): T;
  run(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const items: Closable[] = [];
  return {
    add(item) {
      items.push(item);
      return item;
    },
    async run() {
      for (const item of items.reverse()) await item.close();
    },
  };
}
