// Starts the embedded broker of a fleet, and stops it for an outage. It is a process of its own (broker-process.ts).

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';

export type BrokerOrder = 'stop' | 'start' | 'memory';

export type BrokerReport =
  | { readonly kind: 'listens'; readonly port: number }
  | { readonly kind: 'fails'; readonly code: string }
  | { readonly kind: 'memory'; readonly bytes: number };

export interface EmbeddedFleetBroker {
  readonly port: number;
  /** Of its process, bytes. */
  memory(): Promise<number>;
  /** It is gone, as a process that ends; it keeps its sessions for `start`. */
  stop(): void;
  start(): Promise<void>;
  close(): void;
}

const PROGRAM = join(PACKAGE_ROOT, 'dist', 'flash', 'fleet', 'broker-process.js');

export async function startEmbedded(): Promise<EmbeddedFleetBroker> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const failed = (why: string) =>
    new MoteError(
      `the embedded broker does not start: ${why}`,
      'use another with --broker',
      undefined,
      ExitCode.Environment,
    );

  /** @returns the next report of this kind. */
  const hear = <K extends BrokerReport['kind']>(kind: K) =>
    new Promise<Extract<BrokerReport, { kind: K }>>((resolve, reject) => {
      const done = (settle: () => void) => {
        child.off('message', onMessage);
        child.off('exit', onExit);
        settle();
      };
      const onMessage = (report: BrokerReport) => {
        if (report.kind === kind) done(() => resolve(report as Extract<BrokerReport, { kind: K }>));
        if (report.kind === 'fails') done(() => reject(failed(report.code)));
      };
      const onExit = () => done(() => reject(failed('its process has ended')));
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  const order = (what: BrokerOrder) => void child.send(what);

  const { port } = await hear('listens');
  return {
    port,
    async memory() {
      order('memory');
      return (await hear('memory')).bytes;
    },
    stop: () => order('stop'),
    async start() {
      order('start');
      await hear('listens');
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}
