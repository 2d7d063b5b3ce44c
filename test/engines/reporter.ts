// Says at the end of a run which engines ran, and for each that was skipped what would enable it.

import type { Reporter, TestModule } from 'vitest/node';
import { SUITE_PREFIX } from './suite-name.ts';

export class EngineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = new Set<string>();
    const skipped = new Set<string>();
    for (const module of modules) {
      for (const suite of module.children.suites()) {
        if (!suite.name.startsWith(SUITE_PREFIX)) continue;
        const name = suite.name.slice(SUITE_PREFIX.length);
        (suite.state() === 'skipped' ? skipped : ran).add(name);
      }
    }
    if (ran.size + skipped.size === 0) return;
    console.log(`engines that ran: ${ran.size === 0 ? 'none' : [...ran].join(', ')}`);
    for (const name of skipped) console.log(`engine skipped: ${name}`);
  }
}
