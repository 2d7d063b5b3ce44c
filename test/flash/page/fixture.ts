// A page server around a stage that does nothing but remember, and a client that can send what a browser would not.

import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { startPageServer } from '../../../flash/page/server.ts';
import type { PageServer } from '../../../flash/page/server.ts';
import type { Mode, PageEvent, RunFacts } from '../../../flash/stage/events.ts';
import { createJournal } from '../../../flash/stage/journal.ts';
import { NOTHING_ACCEPTED } from '../../../flash/stage/events.ts';
import type { Journal } from '../../../flash/stage/journal.ts';
import { createRuns } from '../../../flash/stage/runs.ts';
import type { Opener } from '../../../flash/stage/runs.ts';
import type { Stage } from '../../../flash/stage/stage.ts';

export interface FakeStage extends Stage {
  readonly journal: Journal;
  /** What was asked of it. */
  readonly asked: unknown[];
}

export function createFakeStage(mode: Mode, seed = 1): FakeStage {
  const asked: unknown[] = [];
  const facts: Omit<RunFacts, 'run'> = {
    mode,
    title: mode,
    firmware: 'f',
    board: 'esp32',
    broker: 'b',
    seed,
    startMs: 0,
    hasTime: true,
    hasCommands: true,
    faults: [],
  };
  return {
    facts,
    asked,
    journal: createJournal(),
    fault(name, args) {
      if (name !== 'power-cut') {
        throw new MoteError('no such fault', 'use power-cut', 'fault', ExitCode.Usage);
      }
      return asked.push({ name, args });
    },
    setSpeed: (speed) => void asked.push({ speed }),
    step: () => void asked.push('step'),
    command: (topic, payload) => void asked.push({ topic, payload }),
    packets: () => [],
    refresh: () => {},
    account: () => NOTHING_ACCEPTED,
    elapsed: () => 0,
    wall: () => 0,
    figures: () => [],
    stop: () => Promise.resolve(void asked.push('stop')),
  };
}

export interface FakePage {
  readonly server: PageServer;
  /** What runs now. */
  stage(): FakeStage;
  close(): Promise<void>;
}

export async function startFakePage(port = 0): Promise<FakePage> {
  let stage = createFakeStage('live');
  const opener =
    (mode: Mode): Opener =>
    (seed) =>
      Promise.resolve(() => Promise.resolve((stage = createFakeStage(mode, seed))));
  const runs = createRuns(stage, {
    live: opener('live'),
    virtual: opener('virtual'),
    replay: { why: 'not installed here', fix: 'use the source' },
  });
  const server = await startPageServer({ runs, port });
  return {
    server,
    stage: () => stage,
    async close() {
      await server.close();
      await runs.stop();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Ask, with headers as they are given. */
export function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** @returns the token that stands in the page. */
export async function tokenOf(port: number): Promise<string> {
  const { text } = await ask(port, 'GET', '/');
  return /name="mote-token" content="([^"]+)"/.exec(text)![1]!;
}

export interface Events {
  /** All that came, in order. */
  readonly events: PageEvent[];
  /** Settles when `done` is true of what came. */
  until(done: (events: readonly PageEvent[]) => boolean): Promise<void>;
  /** Settles when the server ended it. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  close(): void;
}

/** Listen to /events as a page does. */
export function listen(port: number): Promise<Events> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/events', agent: false }, (response) => {
      const events: PageEvent[] = [];
      const waiting = new Set<() => void>();
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        const blocks = (rest + part).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) {
          if (block.startsWith('data: ')) events.push(...(JSON.parse(block.slice(6)) as PageEvent[]));
        }
        for (const look of [...waiting]) look();
      });
      resolve({
        events,
        ended: new Promise((over) => {
          response.on('close', over);
          response.on('error', () => over());
        }),
        until: (done) =>
          new Promise((fulfil) => {
            const look = () => {
              if (!done(events)) return;
              waiting.delete(look);
              fulfil();
            };
            waiting.add(look);
            look();
          }),
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        close: () => asked.destroy(),
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}
