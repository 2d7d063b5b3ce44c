// What a page can ask for by POST: each as a table entry that says what its body holds, and does it.

import { ExitCode, MoteError } from '../errors.ts';
import type { Runs } from '../stage/runs.ts';

export type Body = Readonly<Record<string, unknown>>;

/** @returns what is answered. @throws MoteError */
export type Action = (runs: Runs, body: Body) => Promise<object>;

const TOPIC_MAX = 1000;
const PAYLOAD_MAX = 16_000;

const wrong = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

function textIn(body: Body, name: string, most: number): string {
  const value = body[name];
  if (typeof value !== 'string') throw wrong(`"${name}" is no text`, `write {"${name}": "…"}`, name);
  if (Buffer.byteLength(value) > most) {
    throw wrong(`"${name}" has more than ${most} bytes`, 'make it shorter', name);
  }
  return value;
}

function argsIn({ args }: Body): Body {
  if (args === undefined) return {};
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args as Body;
  throw wrong('"args" is no object', 'write {"args": {"seconds": 5}}', 'args');
}

/** A topic name to which somebody can publish (MQTT 3.1.1, section 4.7). */
function topicIn(body: Body): string {
  const topic = textIn(body, 'topic', TOPIC_MAX);
  if (topic === '') throw wrong('the topic is empty', 'name the one that the mote subscribes to', 'topic');
  if (/[+#\0]/.test(topic)) {
    throw wrong('a topic that is published to has no +, # or zero', 'write it out', 'topic');
  }
  return topic;
}

export const ACTIONS: Readonly<Record<string, Action>> = {
  '/api/fault': (runs, body) =>
    Promise.resolve({ fault: runs.current().fault(textIn(body, 'name', TOPIC_MAX), argsIn(body)) }),
  '/api/clock'(runs, { speed, step }) {
    if (step === true && speed === undefined) runs.current().step();
    else if (typeof speed === 'number' && step === undefined) runs.current().setSpeed(speed);
    else throw wrong('neither a speed nor a step', 'write {"speed": 10} or {"step": true}', 'clock');
    runs.current().refresh();
    return Promise.resolve({});
  },
  async '/api/run'(runs, body) {
    const { seed } = body;
    if (seed !== undefined && typeof seed !== 'number') {
      throw wrong('"seed" is no number', 'write {"mode": "virtual", "seed": 17}', 'seed');
    }
    await runs.start(textIn(body, 'mode', TOPIC_MAX), seed);
    return {};
  },
  '/api/command'(runs, body) {
    runs.current().command(topicIn(body), textIn(body, 'payload', PAYLOAD_MAX));
    return Promise.resolve({});
  },
};
