// Where `mote sim` writes: a live picture on a terminal, plain lines into a pipe, or JSON lines.

import pc from 'picocolors';
import { accountText, type Account } from './account.ts';
import type { Observation } from './observer.ts';
import { addNote, addObservation, clockText, closingLine, drawView } from './view.ts';
import type { BoardFigures, ViewState } from './view.ts';

/** Between two pictures. */
const FRAME_MS = 200;

export interface Screen {
  /** A step of the way to a running board. */
  progress(text: string): void;
  /** The board runs: from here on messages and notes come. */
  begin(state: ViewState, figures: () => BoardFigures[]): void;
  message(observation: Observation): void;
  /** Something that happened, as a sentence. */
  note(text: string): void;
  /** @param account where the power was cut. */
  end(account?: Account): void;
}

/** One JSON object a message on stdout; everything else on stderr. */
export function createJsonScreen(): Screen {
  let state: ViewState | undefined;
  return {
    progress: (text) => process.stderr.write(`${text}\n`),
    begin(viewState) {
      state = viewState;
    },
    message(observation) {
      if (state !== undefined) addObservation(state, observation);
      const { topic, value, unit, time } = observation;
      process.stdout.write(`${JSON.stringify({ topic, value, unit, time })}\n`);
    },
    note: (text) => process.stderr.write(`${text}\n`),
    end(account) {
      if (account !== undefined) process.stdout.write(`${JSON.stringify({ account })}\n`);
      if (state !== undefined) process.stderr.write(`${closingLine(state, state.now())}\n`);
    },
  };
}

/** Lines in order, for a pipe or a log file. */
export function createPlainScreen(): Screen {
  let state: ViewState | undefined;
  const line = (text: string) => process.stdout.write(`${text}\n`);
  return {
    progress: line,
    begin(viewState) {
      state = viewState;
      line(`${viewState.title}, broker ${viewState.broker}`);
    },
    message(observation) {
      if (state !== undefined) addObservation(state, observation);
      const { topic, value, unit, time } = observation;
      line(`${clockText(time)} ${topic} ${value}${unit === '' ? '' : ` ${unit}`}`);
    },
    note: (text) => line(`${clockText(state?.now() ?? Date.now())} ${text}`),
    end(account) {
      if (state !== undefined) line(closingLine(state, state.now()));
      if (account !== undefined) line(accountText(account));
    },
  };
}

/** A picture that is drawn over itself. */
export function createLiveScreen(): Screen {
  let state: ViewState | undefined;
  let figures: () => BoardFigures[] = () => [];
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;

  function erase(): void {
    if (drawn > 0) process.stdout.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  }

  function draw(): void {
    if (state === undefined) return;
    const { columns = 80, rows = 24 } = process.stdout;
    const lines = drawView(state, figures(), columns, state.now()).slice(0, rows - 1);
    erase();
    process.stdout.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  }

  return {
    progress(text) {
      erase();
      process.stdout.write(`${pc.dim(text)}\n`);
      drawn = 1;
    },
    begin(viewState, boardFigures) {
      state = viewState;
      figures = boardFigures;
      draw();
      timer = setInterval(draw, FRAME_MS);
    },
    message(observation) {
      if (state !== undefined) addObservation(state, observation);
    },
    note(text) {
      if (state !== undefined) addNote(state, state.now(), text);
    },
    end(account) {
      clearInterval(timer);
      if (state === undefined) return;
      draw();
      // Over the line that told how to end.
      process.stdout.write(`\x1b[1A\x1b[0J${closingLine(state, state.now())}\n`);
      if (account !== undefined) process.stdout.write(`${accountText(account)}\n`);
    },
  };
}
