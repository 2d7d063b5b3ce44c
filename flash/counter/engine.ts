// What the counter program asks of an engine.

import type { CounterOptions } from '../../examples/counter/counter.ts';

export interface EngineOptions {
  /** @returns what the counter is told, for each start anew: the first number changes. */
  counter(): CounterOptions;
  /** Absolute; its own, locked. */
  readonly stateDirectory: string;
  /** Takes a line that the counter printed: bytes, one character each. */
  print(line: string): void;
  /** @returns whether lines leave; an engine in a process of its own is held up by its pipe instead. */
  isRead(): boolean;
  /** The engine runs in a process of its own, from now on this one. */
  onProcess(pid: number): void;
}

export interface RunningEngine {
  /** End the counter; settles when everything it printed has been handed over. */
  stop(): Promise<void>;
}
