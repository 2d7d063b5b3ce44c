// A broker that is one program: the same folder and the same ports at each start.

import type { BrokerInstance } from './broker.ts';
import { freePorts } from '../../bench/programs.ts';
import { launch, type Launch, type Running } from './program.ts';

/**
 * @param startMs from the start to the first connection, at most.
 * @param count ports that it needs; the first is the one for MQTT.
 * @param prepare write its configuration; it is asked once.
 */
export async function createInstance(
  folder: string,
  startMs: number,
  count: number,
  prepare: (ports: readonly number[]) => Launch,
): Promise<BrokerInstance> {
  const ports = await freePorts(count);
  const port = ports[0]!;
  const prepared = prepare(ports);
  let running: Running | undefined;

  async function kill(): Promise<void> {
    await running?.kill();
    running = undefined;
  }

  return {
    port,
    async start() {
      running = await launch(prepared, folder, port, startMs);
    },
    kill,
    hang: (isHanging) => running?.signal(isHanging ? 'SIGSTOP' : 'SIGCONT'),
    close: kill,
  };
}
