// From power-on to a session with the broker, again and again: Wi-Fi, then TCP, then MQTT. Knows no packet and no reading.
// One deadline a stage, and one way out of every failure: say why, wait as long as backoff.ts says, try again. It never restarts the board.

import { toText, type Bytes } from '../bytes/bytes.ts';
import { LOG, V5, WIFI } from '../features.ts';
import { createClient } from '../mqtt/client.ts';
import type { Client, ClientEvents, ClientOptions } from '../mqtt/client.ts';
import { after, elapsed, remaining, sooner } from '../ports/clock.ts';
import type { Clock, WallTime } from '../ports/clock.ts';
import { Close, Code, Event } from '../ports/codes.ts';
import type { Log } from '../ports/log.ts';
import type { Outbox } from '../ports/outbox.ts';
import { PropertyId } from '../ports/properties.ts';
import type { Random } from '../ports/random.ts';
import type { Socket } from '../ports/socket.ts';
import { Stage } from '../ports/stage.ts';
import type { Wifi, WifiEvents } from '../ports/wifi.ts';
import { backoffMs, ceilingMs } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';
import { createGuide } from './guide.ts';
import { createVersions } from './version.ts';

/** A session that lasted this long proves the way: the next failure starts from the shortest wait. */
const STABLE_MS = 60000;
/** Longer than any engine takes to find out that it cannot join. */
const JOIN_TIMEOUT_MS = 60000;
/** For what was handed over to leave before DISCONNECT, and after that for DISCONNECT to leave before the radio does. */
export const LEAVE_MS = 250;
/** While it drains, between two looks at what waits. */
const DRAIN_LOOK_MS = 20;
/** Sessions in a row that end at the same message, until that is what is said. */
const SAME_MESSAGE = 3;

/** Where a broker is. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where the broker is, who we are there, and the network that leads to it. */
export interface LinkOptions extends Address {
  /** Tried in turn where the first does not answer, or refuses; each new round begins with the first. */
  readonly fallbacks?: readonly Address[] | undefined;
  readonly connect: ClientOptions;
  /** Empty: the network is always there. */
  readonly ssid: string;
  readonly wifiPassword: string;
  readonly backoff?: BackoffOptions | undefined;
  /** The socket encrypts, so a closed connection may be about the time. */
  readonly encrypted?: boolean;
  /** Begin asleep, until `start`. */
  readonly asleep?: boolean;
  /** @returns what to connect to in the place of the first broker's name: an address that is known already, or the name. */
  readonly hostOf?: ((host: string) => string) | undefined;
  /**
   * MQTT 5.0: go where the broker says that it has moved, or that others are to be used. It is given user name and password there; what was to be
   * encrypted stays so. Default: it is only reported.
   */
  readonly followServer?: boolean | undefined;
}

export interface LinkPorts {
  readonly socket: Socket<Bytes>;
  readonly clock: Clock;
  readonly random: Random;
  readonly outbox: Outbox<Bytes>;
  readonly log: Log;
  readonly wifi: Wifi;
}

export interface LinkEvents {
  /** Something happened that makes an earlier tick necessary. */
  onChange(): void;
  /**
   * Another stage has begun. With Running a session has: what the broker was told before may be lost.
   * @param why what ended the one before, Close.None for the usual way up. Called from inside of the link: only take note.
   */
  onStage(stage: Stage, why: Close): void;
  /** The network is there, and a broker is about to be tried. @returns milliseconds to wait first; then it is asked again. 0: go on. */
  onTry?(): number;
  /** MQTT 5.0: what the broker says in words, see ClientEvents. */
  readonly onProperty?: ClientEvents['onProperty'];
}

export interface Link {
  readonly client: Client;
  /** Do what is due. @returns milliseconds until the next call is needed. */
  tick(now: number): number;
  stage(): Stage;
  /** @returns why there was no connection last, Close.None before. */
  cause(): Close;
  /** @returns whether the broker knew us when the last session began: it has our subscriptions, and what it was told. */
  isResumed(): boolean;
  /** Go on after `drain`, or take it back. */
  start(): void;
  /**
   * Send what waits, then say DISCONNECT and leave the network; where there is no session yet, try to get one. Stage.Asleep follows once
   * all is acknowledged, or `deadlineMs` after this call, whatever waits then. Messages may be published meanwhile.
   */
  drain(deadlineMs: number): void;
  /**
   * Go to another broker from now on; null: to that of the options. A session ends with DISCONNECT, and the next try comes after a wait as
   * after a first failure: motes of a fleet that are told together do not arrive together. A wait that there is stays.
   * @param alone the fallbacks of the options are not tried before it was reached. @returns milliseconds until the first try.
   */
  move(address: Address | null, alone: boolean): number;
}

const NO_BACKOFF: BackoffOptions = {};

/** @returns why a login failed. @param reason reason code of MQTT 5.0: what 3.1.1 knows has one name. */
function closeOf(reason: number): Close {
  return reason > 0x83 && reason < 0x89 ? '\x15\x16\x18\x19\x17'.charCodeAt(reason - 0x84) : reason;
}

/** Start-up only. */
export function createLink(ports: LinkPorts, options: LinkOptions, events: LinkEvents): Link {
  const hasWifi = WIFI && options.ssid.length > 0;
  const backoff = options.backoff === undefined ? NO_BACKOFF : options.backoff;
  const clock = ports.clock;
  const wall: WallTime = { day: -1, ms: 0 };
  let wifiIsUp = !hasWifi;
  let current = options.asleep === true ? Stage.Asleep : Stage.Waiting;
  let lastCause = Close.None;
  /** Of Waiting and Joining; the client has its own. */
  let deadline = clock.now();
  /** The wait before this try, 0 after a stable session. */
  let waited = 0;
  /** When this try began, Wi-Fi included. */
  let triedAt = deadline;
  let isTrying = false;
  /** 0: the first broker, else a fallback. */
  let broker = 0;
  /** Where `move` sent us, and whether nothing else is to be tried. */
  let moved: Address | null = null;
  let isAlone = false;
  /** When the present session will have proved the way; -1 without one. */
  let stableAt = -1;
  /** When draining ends at the latest; -1: not draining. */
  let restAt = -1;
  /** When DISCONNECT is due at the latest, as draining is over; -1: it is not. */
  let closeAt = -1;
  /** When the radio goes off, after DISCONNECT; -1: not now. */
  let leaveAt = -1;
  /** Messages delivered when the session began, and sessions in a row in which that did not change. */
  let deliveredBefore = 0;
  let stuckSessions = 0;
  let resumed = false;
  const versions = V5 ? createVersions(ports, options.asleep === true) : null!;
  const guide = V5 && options.followServer === true ? createGuide(ports.log, options.port) : null;
  /** The next try is at once, of the same broker. */
  let isAtOnce = false;

  function say(event: Event, detail: number): void {
    if (LOG) ports.log.write(event, detail);
  }

  function enter(stage: Stage, why: Close): void {
    current = stage;
    if (why !== Close.None) {
      lastCause = why;
      say(Event.LinkLost, why);
    }
    events.onStage(stage, why);
  }

  /** @returns whether there is another broker to try at once. */
  function turn(fallbacks: readonly Address[]): boolean {
    const isUnreached = current === Stage.Opening || current === Stage.Login;
    broker = isUnreached && broker < fallbacks.length ? broker + 1 : 0;
    return broker > 0;
  }

  /** @returns whether there is a session. @inline */
  function hasSession(): boolean {
    return current === Stage.Running || current === Stage.Draining;
  }

  /** @returns whether the next try comes without a wait: of another version, or where the broker sends us. */
  function goesAtOnce(why: Close): boolean {
    if (!V5) return false;
    const isNow = isAtOnce;
    isAtOnce = false;
    if (guide === null || !guide.end(why, hasSession())) return isNow;
    broker = 0;
    return true;
  }

  /** Wait before the next try. */
  function fail(why: Close): void {
    const now = clock.now();
    let wait = 1;
    if (!goesAtOnce(why) && (options.fallbacks === undefined || isAlone || !turn(options.fallbacks))) {
      // A session that ends was no failing try, however long ago it began.
      const rest = isTrying ? ceilingMs(elapsed(triedAt, now), backoff) : 0;
      isTrying = false;
      waited = backoffMs(waited, backoff, ports.random);
      wait = waited > rest ? waited : rest;
    }
    if (hasWifi && backoff.ceilingUa !== undefined && wait > 1) {
      ports.wifi.leave();
      wifiIsUp = false;
    }
    stableAt = -1;
    deadline = after(now, wait);
    enter(Stage.Waiting, why);
    say(Event.NextTry, wait);
    events.onChange();
  }

  /** @returns whether the session that ends has got nothing through, as those before it. */
  function isStuck(): boolean {
    const isSame = ports.outbox.count() > 0 && client.counters().delivered === deliveredBefore;
    stuckSessions = isSame ? stuckSessions + 1 : 0;
    return stuckSessions >= SAME_MESSAGE;
  }

  /** @returns what the end of a session comes to. */
  function explainEnd(why: Close): Close {
    const isOther = why === Close.Peer || why === Close.TakenOver;
    if (isOther && isStuck()) return Close.MessageRefused;
    if (!isOther) stuckSessions = 0;
    return why;
  }

  /** @returns why there is no session. @param code CONNACK return code, or reason code of MQTT 5.0. */
  function explainFailure(why: Close, code: number): Close {
    stuckSessions = 0;
    if (V5 && why === Close.Refused && code > 5) return closeOf(code);
    if (why === Close.Refused) return Close.BadVersion - 1 + code;
    if (why === Close.ProtocolError) return Close.NotMqtt;
    if (why !== Close.Peer || options.encrypted !== true) return why;
    clock.wall(wall);
    return wall.day < 0 ? Close.ClockUnset : why;
  }

  function onProperty(first: number, id: PropertyId, value: Bytes): void {
    if (guide !== null && id === PropertyId.ServerReference) guide.name(toText(value, 0, value.length));
    if (events.onProperty !== undefined) events.onProperty(first, id, value);
  }

  const client = createClient(ports, options.connect, {
    onOpen(): void {
      enter(Stage.Login, Close.None);
      events.onChange();
    },
    onOnline(present): void {
      resumed = present;
      stableAt = after(clock.now(), STABLE_MS);
      broker = 0;
      isAlone = false;
      isTrying = false;
      deliveredBefore = client.counters().delivered;
      if (V5) versions.succeed();
      say(Event.Online, 0);
      enter(restAt < 0 ? Stage.Running : Stage.Draining, Close.None);
      events.onChange();
    },
    onOffline(why: Close, detail: number): void {
      const wasOnline = hasSession();
      if (V5 && current === Stage.Login) isAtOnce = versions.fail(why, detail);
      // What the broker has said needs no guess.
      if (V5 && wasOnline && detail > 0) {
        stuckSessions = 0;
        fail(why);
      } else fail(wasOnline ? explainEnd(why) : explainFailure(why, detail));
    },
    onReport: say,
    onProperty: V5 && (guide !== null || events.onProperty !== undefined) ? onProperty : undefined,
  });

  const wifiEvents: WifiEvents = {
    onUp(): void {
      wifiIsUp = true;
      say(Event.WifiUp, 0);
      // The engine may come back by itself in the middle of a wait.
      if (current === Stage.Waiting || current === Stage.Joining) {
        if (current === Stage.Joining) current = Stage.Waiting;
        deadline = clock.now();
        events.onChange();
      }
    },
    onDown(why: Close): void {
      wifiIsUp = false;
      if (current === Stage.Asleep || current === Stage.Stopped) return;
      client.disconnect();
      fail(why);
    },
  };

  function join(): void {
    deadline = after(clock.now(), JOIN_TIMEOUT_MS);
    enter(Stage.Joining, Close.None);
    ports.wifi.join(options.ssid, options.wifiPassword, wifiEvents);
  }

  /** @param name of the broker, where that is not `host`. */
  function connectTo(host: string, port: number, name?: string): void {
    if (V5) client.speak!(versions.choose(name === undefined ? host : name, port));
    enter(Stage.Opening, Close.None);
    const result = client.connect(host, port);
    if (result === Code.Refused) fail(Close.NothingListens);
    else if (result === Code.NoHost) fail(Close.HostUnknown);
    else if (result === Code.NoMemory) fail(Close.TlsMemory);
    else if (result !== Code.Ok) {
      // No try will mend settings that cannot be sent: say so once and stay.
      say(Event.BadSettings, 0);
      enter(Stage.Stopped, Close.BadSettings);
    }
  }

  function connect(): void {
    if (V5 && guide !== null && guide.leads(broker === 0)) {
      connectTo(guide.to.host, guide.to.port);
    } else if (options.fallbacks !== undefined && broker > 0) {
      connectTo(options.fallbacks[broker - 1].host, options.fallbacks[broker - 1].port);
    } else if (moved !== null) {
      connectTo(moved.host, moved.port);
    } else {
      const host = options.hostOf === undefined ? options.host : options.hostOf(options.host);
      connectTo(host, options.port, V5 ? options.host : undefined);
    }
  }

  /** The wait, or the time to join, is over. */
  function advance(now: number): void {
    if (current === Stage.Joining) {
      const why = ports.wifi.missing();
      ports.wifi.leave();
      fail(why);
      return;
    }
    if (!isTrying) triedAt = now;
    isTrying = true;
    const rest = wifiIsUp && events.onTry !== undefined ? events.onTry() : 0;
    if (rest > 0) deadline = after(now, rest);
    else if (wifiIsUp) connect();
    else join();
  }

  function leave(): void {
    restAt = closeAt = -1;
    client.disconnect();
    stableAt = -1;
    waited = broker = 0;
    isTrying = false;
    leaveAt = after(clock.now(), LEAVE_MS);
    enter(Stage.Asleep, Close.Asleep);
    events.onChange();
  }

  /** @returns milliseconds until draining is over, if it is not. */
  function tickDrain(now: number, wait: number): number {
    const left = remaining(now, restAt);
    if (closeAt < 0) {
      if (left > 0 && current !== Stage.Draining) return sooner(wait, left);
      // Of an acknowledgement nobody tells.
      if (left > 0 && ports.outbox.count() > 0) return sooner(wait, sooner(left, DRAIN_LOOK_MS));
      closeAt = after(now, LEAVE_MS);
    }
    // Without DISCONNECT the broker publishes the will.
    const rest = client.quiet(true) ? 0 : remaining(now, closeAt);
    if (rest > 0) return sooner(wait, sooner(rest, DRAIN_LOOK_MS));
    leave();
    return 0;
  }

  /** @returns whether `deadline` is what comes next. */
  function isTimed(): boolean {
    return current === Stage.Waiting || current === Stage.Joining;
  }

  /** @returns milliseconds until the session has proved the way, if that is still to come. */
  function tickStable(now: number, wait: number): number {
    const left = remaining(now, stableAt);
    if (left > 0) return sooner(wait, left);
    waited = 0;
    stableAt = -1;
    if (V5 && guide !== null) guide.settle();
    return wait;
  }

  /** @returns milliseconds until the radio may go off, if that is still to come. */
  function tickLeave(now: number, wait: number): number {
    const left = remaining(now, leaveAt);
    if (left > 0) return sooner(wait, left);
    leaveAt = -1;
    if (hasWifi) {
      ports.wifi.leave();
      wifiIsUp = false;
    }
    return wait;
  }

  function tick(now: number): number {
    if (V5) versions.pass(now);
    if (isTimed() && remaining(now, deadline) === 0) advance(now);
    let wait = client.tick(now);
    if (isTimed()) wait = sooner(wait, remaining(now, deadline));
    if (stableAt >= 0) wait = tickStable(now, wait);
    if (restAt >= 0) wait = tickDrain(now, wait);
    return leaveAt >= 0 ? tickLeave(now, wait) : wait;
  }

  function start(): void {
    restAt = leaveAt = closeAt = -1;
    client.quiet(false);
    if (current === Stage.Draining) enter(Stage.Running, Close.None);
    if (current !== Stage.Asleep) return;
    deadline = clock.now();
    enter(Stage.Waiting, Close.None);
    events.onChange();
  }

  function drain(deadlineMs: number): void {
    if (current === Stage.Stopped) return;
    start();
    restAt = after(clock.now(), deadlineMs);
    if (current === Stage.Running) enter(Stage.Draining, Close.None);
    events.onChange();
  }

  function move(address: Address | null, alone: boolean): number {
    moved = address;
    isAlone = alone;
    if (V5 && guide !== null) guide.forget();
    waited = broker = 0;
    isTrying = false;
    // Nothing to leave: it goes on from there.
    if (isTimed() || current === Stage.Asleep) return isTimed() ? remaining(clock.now(), deadline) : 0;
    client.disconnect();
    stableAt = -1;
    waited = backoffMs(0, backoff, ports.random);
    deadline = after(clock.now(), waited);
    enter(Stage.Waiting, Close.Local);
    events.onChange();
    return waited;
  }

  return {
    client,
    tick,
    stage: () => current,
    cause: () => lastCause,
    isResumed: () => resumed,
    start,
    drain,
    move,
  };
}
