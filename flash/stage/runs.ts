// One run after another: a page asks for another mode or another seed, and what ran before ends. Who listens hears of each new run, and of
// what happens in it.

import { ExitCode, MoteError } from '../errors.ts';
import type { HelloEvent, Mode, RunFacts, StageEvent } from './events.ts';
import type { Stage } from './stage.ts';

/**
 * Prepares a run. @param seed undefined: the usual one. @returns what begins it, when the one before has ended.
 * @throws MoteError
 */
export type Opener = (seed: number | undefined) => Promise<() => Promise<Stage>>;

export interface Runs {
  current(): Stage;
  /** Settles when it runs. @throws MoteError when it is not to be had: what ran before goes on. */
  start(mode: string, seed: number | undefined): Promise<void>;
  /** @returns all that is known, for somebody who has just come. */
  hello(): HelloEvent;
  /** @returns a function that ends this. */
  listen(listener: RunListener): () => void;
  stop(): Promise<void>;
}

export interface RunListener {
  onEvent(event: StageEvent): void;
  /** Another run has begun. */
  onRun(): void;
}

/** A mode: how it is begun, or why it is not to be had here. */
export type ModeOffer = Opener | { readonly why: string; readonly fix: string };

/** What only a look finds out is looked at so often, where somebody looks. */
const REFRESH_MS = 500;
const MODES: readonly Mode[] = ['live', 'virtual', 'replay'];
const SEED_MAX = 2 ** 31 - 1;

export function createRuns(first: Stage, offers: Readonly<Record<Mode, ModeOffer>>): Runs {
  const listeners = new Map<RunListener, () => void>();
  let stage = first;
  let run = 1;
  let isStarting = false;
  const timer = setInterval(() => stage.refresh(), REFRESH_MS);
  timer.unref();

  const attach = (listener: RunListener) => listeners.set(listener, stage.journal.listen(listener.onEvent));

  const openerOf = (mode: string): Opener => {
    if (!MODES.includes(mode as Mode)) {
      const what = `there is no mode ${JSON.stringify(mode.slice(0, 40))}`;
      throw new MoteError(what, `use one of: ${MODES.join(', ')}`, 'mode', ExitCode.Usage);
    }
    const offer = offers[mode as Mode];
    if (typeof offer === 'function') return offer;
    throw new MoteError(offer.why, offer.fix, mode, ExitCode.Environment);
  };

  return {
    current: () => stage,
    async start(mode, seed) {
      const open = openerOf(mode);
      if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX)) {
        throw new MoteError(
          'the seed is no whole number',
          `write one from 0 to ${SEED_MAX}`,
          'seed',
          ExitCode.Usage,
        );
      }
      if (isStarting) {
        throw new MoteError('another run is just beginning', 'wait for it', 'mode', ExitCode.Environment);
      }
      isStarting = true;
      try {
        // A firmware that has to be built first may fail: until then the former run goes on.
        const begin = await open(seed);
        for (const end of listeners.values()) end();
        await stage.stop();
        stage = await begin();
        run++;
        for (const listener of [...listeners.keys()]) {
          attach(listener);
          listener.onRun();
        }
        stage.refresh();
      } finally {
        isStarting = false;
      }
    },
    hello() {
      stage.refresh();
      const modes = MODES.filter((mode) => typeof offers[mode] === 'function');
      const facts: RunFacts = { ...stage.facts, run, modes };
      return { type: 'hello', facts, events: stage.journal.events() };
    },
    listen(listener) {
      attach(listener);
      return () => {
        listeners.get(listener)?.();
        listeners.delete(listener);
      };
    },
    async stop() {
      clearInterval(timer);
      await stage.stop();
    },
  };
}
