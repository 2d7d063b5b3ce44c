// A sender at work for a long time on an outbox, beside a plain queue: it appends, sends up to a window, has its messages answered
// in any order, loses sessions, starts anew, and loses its power at random operations with random tears.

import { createRandom, type SeededRandom } from '../../sim/network/random.ts';
import type { Nor, NorOperation } from '../../sim/nor.ts';
import { tornWays } from '../../sim/torn.ts';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { laterSequence, SEQUENCE_MAX, type OutboxRecord } from '../../src/ports/outbox.ts';
import {
  append,
  appendTogether,
  checkRecord,
  createBench,
  createChip,
  list,
  listState,
  PROPERTIES_ROOM,
  topics,
  type Bench,
  type Region,
} from './bench.ts';
import { afterStart, createModel, judgeList, judgeState, mayBeGone, noteState, type Model } from './model.ts';

export const WINDOW = 8;

export interface FuzzFigures {
  /** Messages that were accepted, and those of them that were acknowledged. */
  accepted: number;
  acknowledged: number;
  /** Appends that found no room. */
  full: number;
  starts: number;
  cuts: number;
  /** Most messages that were sent again after one start or lost session. */
  twiceMax: number;
}

interface Fuzz {
  readonly random: SeededRandom;
  readonly region: Region;
  readonly nor: Nor;
  readonly figures: FuzzFigures;
  readonly record: OutboxRecord<Bytes>;
  readonly hasState: boolean;
  /** Some messages are taken together. */
  readonly isTogether: boolean;
  bench: Bench;
  model: Model;
  /** Sequences that were sent and not answered, and the last one. */
  inFlight: number[];
  sent: number;
  /** Payloads that were ever sent. */
  readonly known: Set<string>;
  /** Messages that were sent again since the last start or lost session. */
  twice: number;
  /** Operations until the power goes away, -1: it stays. */
  countdown: number;
  isDark: boolean;
  isOnline: boolean;
  number: number;
}

/** A region of realistic shape. */
function randomRegion(random: SeededRandom): Region {
  const pageBytes = 512 << random.integer(0, 3);
  const unit = random.chance(0.5) ? 4 : 8;
  const ecc = unit === 8 && random.chance(0.5);
  const pages = random.integer(2, pageBytes > 1024 ? 4 : 6);
  return { pages, pageBytes, unit, ecc, recordMax: random.integer(60, 300) };
}

function interrupt(fuzz: Fuzz, operation: NorOperation) {
  if (fuzz.countdown < 0 || fuzz.countdown-- > 0) return undefined;
  const { random, region } = fuzz;
  fuzz.isDark = true;
  fuzz.figures.cuts++;
  const ways = tornWays(operation, region.unit, random);
  return ways[random.integer(0, ways.length - 1)]!.torn;
}

function connect(fuzz: Fuzz): void {
  fuzz.inFlight = [];
  fuzz.sent = 0;
  fuzz.twice = 0;
}

/** Start, as often as the power goes away meanwhile; what is there then is what may be. */
function start(fuzz: Fuzz): void {
  const { random, region, nor } = fuzz;
  for (;;) {
    fuzz.isDark = false;
    nor.powerUp();
    fuzz.bench = createBench(nor, region);
    fuzz.figures.starts++;
    const code = fuzz.bench.outbox.open(random.integer(0, 1e6));
    if (fuzz.isDark) continue;
    if (code !== Code.Ok) throw new Error(`open: ${code}`);
    const found = list(fuzz.bench.outbox);
    if (fuzz.isDark) continue;
    const state = listState(fuzz.bench.outbox);
    if (fuzz.isDark) continue;
    const wrong = judgeList(fuzz.model, found) ?? judgeState(fuzz.model, state);
    if (wrong !== undefined) throw new Error(wrong);
    fuzz.model = afterStart(fuzz.model, found, state, region.ecc);
    connect(fuzz);
    return;
  }
}

function stepAppend(fuzz: Fuzz): void {
  const { random, region, model, figures, bench } = fuzz;
  const payload = `${fuzz.number++} `.padEnd(
    random.integer(1, region.recordMax! - 12 - PROPERTIES_ROOM),
    'abcdefg',
  );
  const qos = random.chance(0.4) ? 2 : 1;
  model.pending = { kind: 'append', payloads: [payload], qos };
  const sequence = append(bench.outbox, payload, qos);
  if (fuzz.isDark) return;
  model.pending = undefined;
  if (sequence === Code.Full && model.held.length > 0) figures.full++;
  else if (sequence < 0) throw new Error(`append: ${sequence}, ${model.held.length} held`);
  else {
    model.held.push({ sequence, payload, qos, received: false });
    figures.accepted++;
  }
}

function stepTogether(fuzz: Fuzz): void {
  const { random, model, figures, bench } = fuzz;
  const payloads = Array.from({ length: random.integer(2, 4) }, () => `${fuzz.number++}`);
  model.pending = { kind: 'append', payloads, qos: 1 };
  const last = appendTogether(bench.outbox, payloads);
  if (fuzz.isDark) return;
  model.pending = undefined;
  if (last === Code.Full) {
    figures.full++;
    // They stay together: only a start forgets them.
    fuzz.isDark = true;
    return;
  }
  if (last < 0) throw new Error(`append together: ${last}`);
  payloads.forEach((payload, i) => {
    const sequence = laterSequence(last, SEQUENCE_MAX - payloads.length + 1 + i);
    model.held.push({ sequence, payload, qos: 1, received: false });
  });
  figures.accepted += payloads.length;
}

function stepSend(fuzz: Fuzz): void {
  const { model, record, bench, inFlight } = fuzz;
  if (inFlight.length >= WINDOW) return;
  const code = bench.outbox.peek(fuzz.sent, record);
  if (fuzz.isDark) return;
  // What was sent and is not answered comes before what was not sent.
  const payload = toText(record.payload, 0, record.payload.length);
  if (code === Code.Ok && model.torn.has(payload) && model.held[inFlight.length]?.payload !== payload) {
    const qos = (record.topic.first >> 1) & 3;
    const { sequence, received } = record;
    model.held.splice(inFlight.length, 0, { sequence, payload, qos, received });
  }
  const want = model.held[inFlight.length];
  if (code === Code.Empty && want === undefined) return;
  if (want === undefined) throw new Error(`sequence ${record.sequence} comes from nowhere`);
  if (code !== Code.Ok || record.sequence !== want.sequence) {
    if (!mayBeGone(model, want)) throw new Error(`lost: ${want.payload}`);
    model.held.splice(inFlight.length, 1);
    return;
  }
  if (payload !== want.payload) throw new Error(`altered: ${want.payload}`);
  checkRecord(record, payload);
  inFlight.push(want.sequence);
  fuzz.sent = want.sequence;
  if (!want.received && fuzz.known.has(payload)) fuzz.twice++;
  fuzz.known.add(payload);
  fuzz.figures.twiceMax = Math.max(fuzz.figures.twiceMax, fuzz.twice);
}

function stepAnswer(fuzz: Fuzz): void {
  const { random, model, bench, inFlight, figures } = fuzz;
  if (inFlight.length === 0) return;
  const at = random.integer(0, inFlight.length - 1);
  const one = model.held[at]!;
  const isFirst = one.qos === 2 && !one.received;
  const isUnsure = mayBeGone(model, one);
  model.pending = { kind: isFirst ? 'receive' : 'acknowledge', sequence: one.sequence };
  const code = isFirst ? bench.outbox.receive(one.sequence) : bench.outbox.acknowledge(one.sequence);
  if (fuzz.isDark) return;
  model.pending = undefined;
  if (code !== Code.Ok && !isUnsure) throw new Error(`${isFirst ? 'receive' : 'acknowledge'}: ${code}`);
  if (isFirst && code === Code.Ok) {
    model.held[at] = { ...one, received: true };
    return;
  }
  model.held.splice(at, 1);
  inFlight.splice(at, 1);
  fuzz.known.delete(one.payload);
  figures.acknowledged++;
}

function stepLostSession(fuzz: Fuzz): void {
  const { model, bench } = fuzz;
  model.pending = { kind: 'restart' };
  bench.outbox.restart();
  if (fuzz.isDark) return;
  const found = list(bench.outbox);
  if (fuzz.isDark) return;
  const wrong = judgeList(model, found);
  if (wrong !== undefined) throw new Error(wrong);
  const left = found.find((one) => one.received && !model.unsure.has(one.sequence));
  if (left !== undefined) throw new Error(`not forgotten: ${left.payload}`);
  model.pending = undefined;
  fuzz.figures.acknowledged += model.held.length - found.length;
  model.held = found;
  connect(fuzz);
}

function stepState(fuzz: Fuzz): void {
  const { random, model, bench, number } = fuzz;
  const key = random.integer(0, 15);
  const value = random.chance(0.1) ? '' : `${number} `.padEnd(random.integer(1, 32), 'xyz');
  model.pending = { kind: 'remember', key, value };
  const code = bench.outbox.remember(key, constant(value));
  if (!fuzz.isDark) noteState(model, key, value, code);
}

function step(fuzz: Fuzz): void {
  const { random } = fuzz;
  if (random.chance(fuzz.isOnline ? 0.005 : 0.02)) fuzz.isOnline = !fuzz.isOnline;
  if (random.chance(0.02)) fuzz.countdown = random.integer(0, 5);
  fuzz.bench.patience = 100_000;
  const draw = random.next();
  // Every other run is without state.
  if (fuzz.hasState && random.chance(0.05)) stepState(fuzz);
  else if (draw < 0.002) fuzz.isDark = true;
  else if (draw < 0.005) stepLostSession(fuzz);
  else if (draw < 0.15) fuzz.bench.outbox.idle();
  else if (fuzz.isTogether && draw < 0.2) stepTogether(fuzz);
  else if (draw < 0.34) stepAppend(fuzz);
  else if (!fuzz.isOnline) return;
  else if (draw < 0.62) stepSend(fuzz);
  else stepAnswer(fuzz);
  if (fuzz.isDark) start(fuzz);
}

/** Take `steps` steps. @returns what was done, and what is wrong. */
export function runFuzz(
  seed: number,
  steps: number,
  create?: Region['create'],
): { region: Region; figures: FuzzFigures; violation: string | undefined } {
  const random = createRandom(seed);
  const shape = randomRegion(random);
  const region = create === undefined ? shape : { ...shape, create };
  const nor = createChip(region);
  const fuzz: Fuzz = {
    random,
    region,
    nor,
    figures: { accepted: 0, acknowledged: 0, full: 0, starts: 0, cuts: 0, twiceMax: 0 },
    record: { sequence: 0, topic: topics[1]!, payload: EMPTY, received: false },
    hasState: seed % 2 === 0,
    // Four of them have to fit into one record.
    isTogether: seed % 4 > 1 && shape.recordMax! > 7 * PROPERTIES_ROOM,
    bench: createBench(nor, region),
    model: createModel(region.ecc),
    inFlight: [],
    sent: 0,
    known: new Set(),
    twice: 0,
    countdown: -1,
    isDark: false,
    isOnline: true,
    number: 0,
  };
  nor.interrupt = (operation) => interrupt(fuzz, operation);
  let number = 0;
  try {
    start(fuzz);
    for (; number < steps; number++) step(fuzz);
    return { region, figures: fuzz.figures, violation: undefined };
  } catch (error) {
    const violation = `seed ${seed}, step ${number}: ${(error as Error).message}`;
    return { region, figures: fuzz.figures, violation };
  }
}
