// What a person sees while a board runs: a table of topics with their last values and how they moved. Pure: state in, lines out.

import pc from 'picocolors';
import { moteAccountText } from '../account.ts';
import { historyText } from '../history.ts';
import type { Observation } from './observer.ts';

/** Values kept for each sparkline. */
const HISTORY = 30;
/** Transitions of the link shown. */
const TRANSITIONS = 3;
/** Console sentences kept. */
const NOTES = 5;
const BARS = '▁▂▃▄▅▆▇█';

interface TopicState {
  last: Observation;
  count: number;
  history: number[];
}

/** Figures of the running board, as far as its engine can tell. */
export interface BoardFigures {
  label: string;
  value: string;
}

export interface ViewState {
  title: string;
  broker: string;
  topics: Map<string, TopicState>;
  messages: number;
  notes: string[];
  startedAt: number;
  /** What time it is where the board is, milliseconds since 1970. */
  now: () => number;
  /** Where the page is, undefined: there is none. */
  page?: string;
  /** A key cuts the power. */
  hasPowerKey: boolean;
}

export function createViewState(
  title: string,
  broker: string,
  startedAt: number,
  now: () => number = Date.now,
): ViewState {
  return { title, broker, topics: new Map(), messages: 0, notes: [], startedAt, now, hasPowerKey: false };
}

export function addObservation(state: ViewState, observation: Observation): void {
  const topic = state.topics.get(observation.topic) ?? { last: observation, count: 0, history: [] };
  topic.last = observation;
  topic.count++;
  if (typeof observation.value === 'number') {
    topic.history.push(observation.value);
    if (topic.history.length > HISTORY) topic.history.shift();
  }
  state.topics.set(observation.topic, topic);
  state.messages++;
}

export function addNote(state: ViewState, time: number, text: string): void {
  state.notes.push(`${clockText(time)} ${text}`);
  if (state.notes.length > NOTES) state.notes.shift();
}

/** What a mote tells of itself in messages that are no readings: a sentence each, undefined for all others. */
function sentencesOf({ last }: TopicState): string[] | undefined {
  const payload = String(last.value);
  const account = last.topic.endsWith('/account') ? moteAccountText(payload) : undefined;
  if (account !== undefined) return [account];
  const history = last.topic.endsWith('/history') ? historyText(payload) : [];
  return history.length > 0 ? history.slice(-TRANSITIONS) : undefined;
}

/** @returns one bar a value, lowest to highest. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value) => BARS[span === 0 ? 3 : Math.round(((value - low) / span) * (BARS.length - 1))])
    .join('');
}

/** @returns local time, hh:mm:ss. */
export function clockText(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

function messages(state: ViewState): string {
  return state.messages === 1 ? '1 message' : `${state.messages} messages`;
}

/** Cut to `width` columns; all characters that we print are one column wide. */
function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** Cut in front: the end of a topic tells more than its beginning. */
function fitTail(text: string, width: number): string {
  return text.length > width ? `…${text.slice(1 - width)}` : text.padEnd(width);
}

function topicLine(topic: TopicState, topicWidth: number, columns: number, now: number): string {
  const value = String(topic.last.value).padStart(10);
  const age = Math.max(0, now - topic.last.time);
  const ageText = `${(age / 1000).toFixed(0)} s`.padStart(6);
  const count = String(topic.count).padStart(6);
  const room = columns - topicWidth - 38;
  const spark = room > 3 ? sparkline(topic.history.slice(-room)) : '';
  const line = `  ${fitTail(topic.last.topic, topicWidth)} ${pc.bold(fit(value, 10))} ${fit(topic.last.unit, 5)}`;
  return `${line} ${pc.dim(count)} ${pc.dim(ageText)}  ${pc.cyan(spark)}`;
}

/**
 * Draw the whole picture.
 * @param columns width of the terminal. @param figures what the engine tells of itself.
 */
export function drawView(
  state: ViewState,
  figures: readonly BoardFigures[],
  columns: number,
  now: number,
): string[] {
  const all = [...state.topics.values()].sort((a, b) => a.last.topic.localeCompare(b.last.topic));
  const topics = all.filter((topic) => sentencesOf(topic) === undefined);
  const sentences = all.flatMap((topic) => sentencesOf(topic) ?? []);
  const longest = Math.max(5, ...topics.map((topic) => topic.last.topic.length));
  const topicWidth = Math.min(longest, Math.max(12, columns - 50));
  const head = `  ${'topic'.padEnd(topicWidth)} ${'value'.padStart(10)} ${'unit'.padEnd(5)} ${'count'.padStart(6)} ${'age'.padStart(6)}`;
  const keys = state.hasPowerKey ? 'p cuts the power, ' : '';
  const lines = [
    `${pc.bold('mote sim')}  ${state.title}`,
    pc.dim(`broker ${state.broker}`),
    ...(state.page === undefined ? [] : [`page   ${pc.cyan(state.page)}`]),
    '',
    pc.dim(head),
    ...topics.map((topic) => topicLine(topic, topicWidth, columns, now)),
    ...(topics.length === 0 ? [pc.yellow('  waiting for the first message')] : []),
    '',
    ...sentences.map((text) => `  ${fit(text, Math.max(10, columns - 3)).trimEnd()}`),
    ...(sentences.length === 0 ? [] : ['']),
    `  ${figures.map(({ label, value }) => `${pc.dim(label)} ${value}`).join('   ')}`,
    '',
    ...state.notes.map((note) => pc.dim(`  ${fit(note, Math.max(10, columns - 3)).trimEnd()}`)),
    '',
    pc.dim(`  ${((now - state.startedAt) / 1000).toFixed(0)} s, ${messages(state)}. ${keys}Ctrl-C ends.`),
  ];
  return lines;
}

/** @returns the last line of a run. */
export function closingLine(state: ViewState, now: number): string {
  const ran = `after ${((now - state.startedAt) / 1000).toFixed(1)} s`;
  if (state.messages === 0) return `stopped ${ran}: no telemetry arrived`;
  const topics = state.topics.size === 1 ? '1 topic' : `${state.topics.size} topics`;
  return `stopped ${ran}: ${messages(state)} on ${topics} reached ${state.broker}`;
}
