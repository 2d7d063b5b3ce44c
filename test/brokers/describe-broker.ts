// A suite for one broker: it runs where the broker is installed, is skipped by name where it is not, and fails there when
// MOTE_REQUIRE_BROKERS (names, comma-separated) asks for it. The broker has a folder of its own and ends with the suite.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrokerInstance, TestedBroker } from './broker.ts';
import { BROKER_PREFIX } from './suite-name.ts';

const CLOSE_MS = 30_000;

const required = (process.env['MOTE_REQUIRE_BROKERS'] ?? '').split(',');

/** What the tests of one suite share. */
export interface Stage {
  readonly broker: TestedBroker;
  readonly instance: BrokerInstance;
  /** @returns a new empty folder that goes with the suite. */
  folder(): string;
  /** From its first start to the first connection, ms. */
  readonly startedMs: number;
}

/** A suite that starts the broker itself. @param name of the suite, which begins with that of the broker. */
export function describeInstalled(broker: TestedBroker, name: string, body: () => void): void {
  const title = `${BROKER_PREFIX}${name}`;
  if (!broker.isThere()) {
    if (required.includes(broker.name)) {
      describe(title, () => {
        it('is installed, as MOTE_REQUIRE_BROKERS asks', () => {
          expect.fail(`absent: ${broker.enable}`);
        });
      });
    } else {
      describe.skip(`${title}: ${broker.enable}`, () => {
        it('is absent', () => {});
      });
    }
    return;
  }
  describe(title, { timeout: 60_000 + 4 * broker.startMs }, () => body());
}

/** @param name of the suite, which begins with that of the broker. */
export function describeBroker(broker: TestedBroker, name: string, body: (stage: Stage) => void): void {
  describeInstalled(broker, name, () => {
    let root = '';
    let instance: BrokerInstance | undefined;
    let startedMs = 0;
    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), `mote-${broker.name}-`));
      instance = await broker.create(mkdtempSync(join(root, 'broker-')));
      const from = performance.now();
      await instance.start();
      startedMs = Math.round(performance.now() - from);
    }, broker.startMs + CLOSE_MS);
    afterAll(async () => {
      await instance?.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    }, CLOSE_MS);
    body({
      broker,
      get instance() {
        return instance!;
      },
      get startedMs() {
        return startedMs;
      },
      folder: () => mkdtempSync(join(root, 'mote-')),
    });
  });
}
