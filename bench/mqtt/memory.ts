// What a client takes of Espruino's variables: those it needs free to publish, those it occupies once loaded, and those it
// holds once it is connected to a server.

import { createServer, type AddressInfo } from 'node:net';
import { countVariables, runFiles, runFilesBeside, type Engines } from '../espruino.ts';
import { freeScript, heldScript, type Subject } from './script.ts';

/** Free variables that any client can publish with; and that none can even be called with. */
const PLENTY = 300;
const NOTHING = 8;

function publishesWith(engines: Engines, subject: Subject | undefined, qos: 0 | 1, free: number): boolean {
  try {
    return runFiles(engines, { 'main.js': freeScript(subject, qos, free) }) === 'true';
  } catch {
    return false;
  }
}

/** @returns the fewest free variables with which one publish goes through. */
export function freeNeeded(engines: Engines, subject: Subject | undefined, qos: 0 | 1): number {
  let enough = PLENTY;
  let short = NOTHING;
  if (!publishesWith(engines, subject, qos, enough)) {
    const marks = runFiles(engines, { 'main.js': freeScript(subject, qos, enough) });
    throw new Error(
      `${subject?.name ?? 'the socket'} does not publish with ${PLENTY} variables free: ${marks}`,
    );
  }
  while (enough - short > 1) {
    const middle = (enough + short) >> 1;
    if (publishesWith(engines, subject, qos, middle)) enough = middle;
    else short = middle;
  }
  return enough;
}

/** @returns variables of the program once it has run, before a client was made. */
export function loaded(engines: Engines, subject: Subject, from: 'flash' | 'ram'): number {
  return countVariables(engines, subject.globals, subject.code, from);
}

export interface Held {
  /** By the client, before it connects. */
  readonly created: number;
  /** By the client and its connection. */
  readonly connected: number;
}

/** Takes every connection and answers CONNECT as a broker would, and nothing else. */
async function openBroker(): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    // What a CONNECT of MQTT 5.0 is answered with has properties: none.
    socket.once('data', (connect: Buffer) => {
      const is5 = connect.indexOf('MQTT\x05', 0, 'latin1') > 0;
      socket.write(is5 ? Uint8Array.of(0x20, 3, 0, 0, 0) : Uint8Array.of(0x20, 2, 0, 0));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/** @returns variables that come on top of those of the loaded program. */
export async function held(engines: Engines, subject: Subject): Promise<Held> {
  const broker = await openBroker();
  try {
    const files = { 'main.js': heldScript(subject, broker.port), 'program.js': subject.code };
    const marks = await runFilesBeside(engines, files);
    const [, before, created, connected] = JSON.parse(marks) as [number, number, number, number];
    return { created: created - before, connected: connected - before };
  } finally {
    broker.close();
  }
}
