// Commands to a mote: `<id>/cmd/interval`, `read`, `identify`, `restart`, and its configuration where it has one. Each is answered on
// `<id>/reply`. Whoever sends them is not trusted to be sane: what comes is bounded in size, in number and in what it can do, nothing is
// done twice that must not be, and no message can keep a mote from its readings.

import { standsAt, type Bytes } from '../bytes/bytes.ts';
import { INBOUND, LOG } from '../features.ts';
import { DUP, RETAIN } from '../mqtt/packet.ts';
import type { CreatePart, Mote, MotePart } from '../part.ts';
import { after, NEVER_MS, remaining, sooner } from '../ports/clock.ts';
import { Code, Event } from '../ports/codes.ts';
import { Stage } from '../ports/stage.ts';
import { createBucket } from './commands/bucket.ts';
import type { Configuration, CreateConfiguration } from './configuration.ts';
import { isInterval } from './commands/desired.ts';
import { createKeys, Kind } from './commands/flat.ts';
import { createGate, type Verify } from './commands/gate.ts';
import { orDefault } from './options.ts';

export interface CommandsOptions {
  /** Let a person see which board it is for so long: blink, beep. Left out: no such command. */
  readonly identify?: (ms: number) => void;
  /** Start the board anew: `createPower().restart`. Left out: no such command. */
  readonly restart?: () => void;
  /** `createConfiguration()`. Left out: none; intervals that commands give are forgotten at the next start then. */
  readonly configuration?: CreateConfiguration;
  /** Who may: gives back what was signed. Left out: whoever the broker lets publish there. */
  readonly verify?: Verify;
  /** Commands that are looked at, and as many at once, 1 to 6000. Default 12. */
  readonly perMinute?: number;
  /** No sensor is sampled more often because of a command, milliseconds. Default 1000. */
  readonly leastMs?: number;
}

const PER_MINUTE = 12;
const PER_MINUTE_TOP = 6000;
const LEAST_MS = 1000;
const IDENTIFY_MS = 10000;
const IDENTIFY_TOP_MS = 600000;
/** What was only counted is told so much later, once. */
const FLOOD_MS = 10000;
/** Before a restart messages may take so long to leave, and the last bytes so long. */
const DRAIN_MS = 10000;
const LEAVE_MS = 500;
/** What stands between the mote's id and the name of a command. */
const PREFIX = '/cmd/';

/** Sensors of that name would publish where commands come in, or are answered. */
const TAKEN = ['cmd', 'config', 'reply'];

const enum Command {
  Interval = 0,
  Read = 1,
  Identify = 2,
  Restart = 3,
  Unknown = 4,
}

/** In the order of Command. */
const NAMES = ['interval', 'read', 'identify', 'restart'];

/** Members of a command, as bits. */
const enum Member {
  Id = 1,
  Sensor = 2,
  Ms = 4,
}

const MEMBERS = ['id', 'sensor', 'ms'];
/** Members that a command may have, and those that it has to have. */
const ALLOWED = [
  Member.Id | Member.Sensor | Member.Ms,
  Member.Id | Member.Sensor,
  Member.Id | Member.Ms,
  Member.Id,
];
const NEEDED = [Member.Sensor | Member.Ms, 0, 0, 0];

/**
 * A mote that takes commands. Its options are impossible where no topic is, a sensor is called `cmd`, `config` or `reply`, or `INBOUND` is not
 * built in.
 */
export function createCommands(options: CommandsOptions): CreatePart {
  return function (mote) {
    return startCommands(mote, options);
  };
}

function isPossible(mote: Mote, perMinute: number): boolean {
  for (let i = 0; i < TAKEN.length; i++) if (mote.sensors.indexOf(TAKEN[i]) >= 0) return false;
  return INBOUND && perMinute >= 1 && perMinute <= PER_MINUTE_TOP;
}

function startCommands(mote: Mote, options: CommandsOptions): MotePart | null {
  const link = mote.link;
  const client = link.client;
  const clock = mote.ports.clock;
  const scheduler = mote.scheduler;
  const perMinute = orDefault(options.perMinute, PER_MINUTE);
  const gate = createGate(orDefault(options.leastMs, LEAST_MS), options.verify);
  const reader = gate.reader;
  const member = reader.member;
  const names = createKeys(NAMES);
  const keys = createKeys(MEMBERS);
  const sensors = createKeys(mote.sensors);
  const nameAt = mote.id.length + PREFIX.length;
  const reply = client.topic(mote.id + '/reply', 1);
  if (reply === null || !isPossible(mote, perMinute)) return null;
  const bucket = createBucket(perMinute, clock.now());
  // What the command that is looked at says; -1: nothing.
  let id = -1;
  let sensor = -1;
  let ms = -1;
  let seen = 0;
  /** The last command that was carried out under an id. */
  let doneId = -1;
  let done = Command.Unknown;
  /** Commands since the start that were not carried out, and those of them that were only counted and not told yet. */
  let refused = 0;
  let uncounted = 0;
  /** When they are told. */
  let floodEnd = -1;
  let isRestarting = false;
  let isDraining = false;
  /** When the board restarts, once all has left; -1 before. */
  let restartAt = -1;

  function say(event: Event, detail: number): void {
    if (LOG) mote.ports.log.write(event, detail);
  }

  /** @returns which command it is that the last level of a topic names, and this firmware can do. */
  function find(topic: Bytes): Command {
    for (let i = 0; i < names.length; i++) {
      if (topic.length !== nameAt + names[i].length || !standsAt(topic, names[i], nameAt)) continue;
      if (i === Command.Identify && options.identify === undefined) return Command.Unknown;
      return i === Command.Restart && options.restart === undefined ? Command.Unknown : i;
    }
    return Command.Unknown;
  }

  /** @returns place of what the text of the member is, -1: none of these. */
  function choose(texts: readonly Bytes[]): number {
    for (let i = 0; i < texts.length; i++) if (reader.isText(texts[i])) return i;
    return -1;
  }

  /** Take a member in. @returns whether it may be there. */
  function take(allowed: number): boolean {
    let bit = 0;
    for (let i = 0; i < keys.length; i++) if (reader.isKey(keys[i])) bit = 1 << i;
    if ((bit & allowed) === 0 || (bit & seen) > 0) return false;
    seen |= bit;
    if (bit === Member.Sensor) {
      sensor = choose(sensors);
      return sensor >= 0;
    }
    if (member.kind !== Kind.Integer || member.value < 0) return false;
    if (bit === Member.Id) id = member.value;
    else ms = member.value;
    return true;
  }

  /** Read what stands behind the gate. @returns 0, or what is wrong with it. */
  function read(command: Command): number {
    let more = reader.next();
    while (more > 0) {
      if (!take(ALLOWED[command])) return Code.BadValue;
      more = reader.next();
    }
    if (more < 0) return more;
    return (seen & NEEDED[command]) === NEEDED[command] ? Code.Ok : Code.BadValue;
  }

  function changeInterval(): number {
    if (configuration !== null) return configuration.changeInterval(sensor, ms);
    return isInterval(scheduler, sensor, ms, gate.leastMs)
      ? scheduler.changeInterval(sensor, ms)
      : Code.BadValue;
  }

  function sample(): number {
    for (let i = 0; i < sensors.length; i++) if (sensor < 0 || sensor === i) scheduler.sampleNow(i);
    return Code.Ok;
  }

  function identify(): number {
    if (ms > IDENTIFY_TOP_MS) return Code.BadValue;
    try {
      options.identify!(ms < 0 ? IDENTIFY_MS : ms);
    } catch {
      // What a firmware does to be seen must not stop the mote.
      return Code.Fault;
    }
    return Code.Ok;
  }

  function execute(command: Command): number {
    if (command === Command.Interval) return changeInterval();
    if (command === Command.Read) return sample();
    if (command === Command.Identify) return identify();
    isRestarting = true;
    return Code.Ok;
  }

  /** Read a command. @returns 0, or what is wrong with it. */
  function understand(command: Command, payload: Bytes, topic: Bytes): number {
    const code = gate.open(topic, payload, false);
    if (code < 0) return code;
    if (gate.inner().length > 0) return read(command);
    // Nothing says as much as no members.
    return NEEDED[command] > 0 ? Code.BadValue : Code.Ok;
  }

  /** Do what was understood, unless it was done before. @param first byte of its PUBLISH. */
  function obey(command: Command, first: number): number {
    if (id >= 0 && id === doneId && command === done) return Code.Ok;
    if (command === Command.Restart && (first & DUP) > 0) return Code.Denied;
    const code = execute(command);
    if (code === Code.Ok) {
      doneId = id;
      done = command;
    }
    return code;
  }

  /** @returns what becomes of a command. */
  function judge(command: Command, payload: Bytes, topic: Bytes, first: number): number {
    // One that the broker keeps would come again with each session.
    if ((first & RETAIN) > 0) return Code.Denied;
    if (command === Command.Unknown) return Code.BadTopic;
    const code = understand(command, payload, topic);
    return code < 0 ? code : obey(command, first);
  }

  function writeNumber(key: string, value: number): void {
    client.text(key);
    client.integer(value);
  }

  /** @param at where a document was not understood, -1: it was. */
  function answer(command: Command, code: number, at: number): void {
    client.begin(reply!);
    writeNumber('{"result":', code);
    if (command !== Command.Unknown) {
      client.text(',"command":"');
      client.text(NAMES[command]);
      client.text('"');
    }
    if (id >= 0) writeNumber(',"id":', id);
    if (at >= 0) writeNumber(',"at":', at);
    if (code < 0) writeNumber(',"refused":', refused);
    client.text('}');
    // An outbox that is full has more important things to say.
    client.end();
  }

  function countFlood(now: number): void {
    refused++;
    uncounted++;
    if (floodEnd >= 0) return;
    floodEnd = after(now, FLOOD_MS);
    mote.wake();
  }

  function onCommand(payload: Bytes, topic: Bytes, first: number): void {
    const now = clock.now();
    if (!bucket.take(now)) {
      countFlood(now);
      return;
    }
    id = sensor = ms = -1;
    seen = 0;
    const command = find(topic);
    const code = judge(command, payload, topic, first);
    if (code < 0) {
      refused++;
      say(Event.CommandRefused, -code);
    }
    const isUnread = code === Code.Malformed || code === Code.BadValue;
    answer(command, code, isUnread ? reader.place() : -1);
    mote.wake();
  }

  /** @returns milliseconds until what was only counted is told. */
  function tellFlood(now: number): number {
    if (floodEnd < 0) return NEVER_MS;
    const left = remaining(now, floodEnd);
    if (left > 0) return left;
    floodEnd = id = -1;
    say(Event.CommandFlood, uncounted);
    uncounted = 0;
    answer(Command.Unknown, Code.Busy, -1);
    return NEVER_MS;
  }

  /** Send what waits, then start anew. @returns milliseconds until there is more to do for it. */
  function restart(now: number): number {
    if (!isRestarting) return NEVER_MS;
    const stage = link.stage();
    if (!isDraining) {
      // Also where the session is gone by now: the board restarts all the same.
      isDraining = true;
      link.drain(DRAIN_MS);
      say(Event.Restarting, 0);
    } else if (stage === Stage.Asleep || stage === Stage.Stopped) {
      if (restartAt < 0) restartAt = after(now, LEAVE_MS);
      if (remaining(now, restartAt) > 0) return remaining(now, restartAt);
      isRestarting = isDraining = false;
      restartAt = -1;
      options.restart!();
      // The engine cannot.
      link.start();
    }
    return LEAVE_MS;
  }

  function run(now: number): number {
    const wait = sooner(tellFlood(now), restart(now));
    return configuration === null ? wait : sooner(wait, configuration.run(now));
  }

  function onStage(stage: Stage): void {
    if (configuration !== null) configuration.onStage(stage);
  }

  function isBusy(): boolean {
    return configuration !== null && configuration.isBusy();
  }

  let configuration: Configuration | null = null;
  if (options.configuration !== undefined) {
    configuration = options.configuration(mote, gate);
    if (configuration === null) return null;
  }
  // One level only: answers do not come back.
  if (client.subscription(mote.id + PREFIX + '+', 1, onCommand) === null) return null;
  return { onStage, isBusy, run };
}
