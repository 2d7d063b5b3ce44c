// Says at the end of a run which engines or brokers ran, and for each that was skipped what would enable it.

import type { Reporter, TestModule } from 'vitest/node';
import { SUITE_PREFIX } from './suite-name.ts';

export class SuiteReporter implements Reporter {
  readonly #kind: string;
  readonly #prefix: string;

  /** @param kind what the suites run on, in one word. @param prefix first word of their names. */
  constructor(kind: string, prefix: string) {
    this.#kind = kind;
    this.#prefix = prefix;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = new Set<string>();
    const skipped = new Set<string>();
    for (const module of modules) {
      for (const suite of module.children.suites()) {
        if (!suite.name.startsWith(this.#prefix)) continue;
        const name = suite.name.slice(this.#prefix.length);
        (suite.state() === 'skipped' ? skipped : ran).add(name);
      }
    }
    if (ran.size + skipped.size === 0) return;
    console.log(`${this.#kind}s that ran: ${ran.size === 0 ? 'none' : [...ran].join(', ')}`);
    for (const name of skipped) console.log(`${this.#kind} skipped: ${name}`);
  }
}

export class EngineReporter extends SuiteReporter {
  constructor() {
    super('engine', SUITE_PREFIX);
  }
}
