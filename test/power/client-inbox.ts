// What a strict broker has for a client that has subscribed with QoS 2, and what the client's handler saw of it: plain data that
// outlives a power cut and can be copied. What a client must not do is thrown as an error.

import { StateKey } from '../../src/ports/outbox.ts';
import { PUBREL, ack, message } from '../mqtt/wire.ts';

/** The topic of all messages, and of the subscription. */
export const INBOX_TOPIC = 't/in';
const QOS_2 = 4;
const DUP = 8;
/** Keys of the outbox that keep identifiers of open exchanges. */
export const OPEN_KEYS = [StateKey.Open, StateKey.Open + 1];
/** Exchanges that the broker has under way: more than one key of the outbox keeps, and fewer than a client takes. */
export const WINDOW = 22;

/** An exchange of QoS 2 that the broker has begun and that is not over. */
interface Exchange {
  readonly id: number;
  readonly payload: string;
  /** PUBREC has come. */
  readonly isReceived: boolean;
}

export interface Inbox {
  /** So many messages were given a name. */
  named: number;
  /** Of this session: the broker knows the subscription, and exchanges in the order in which they began. */
  isSubscribed: boolean;
  exchanges: Exchange[];
  /** Of this connection: identifiers of SUBSCRIBEs that wait for SUBACK, of PUBLISHes and PUBRELs that are to be sent. */
  asked: number[];
  publishes: { readonly id: number; readonly isAgain: boolean }[];
  releases: number[];
  /** Of this connection: what was sent and what the client has not answered. */
  unreceived: { readonly id: number; readonly isAgain: boolean }[];
  uncompleted: number[];

  /** All messages in the order in which they were sent first. */
  order: string[];
  /** How often the handler saw each, and how often more than once it may: the power went away before flash knew of it. */
  seen: Map<string, number>;
  excused: Map<string, number>;
  /** What the handler has seen last, until flash knows of it. */
  unkept: string | undefined;
  /** What flash had no room for. */
  roomless: Set<string>;
  /** The session is lost, and these keys of the outbox do not know of it yet. */
  forgetting: Set<number>;
  /** There was no room for open identifiers in what the client does at the moment. */
  isRefused: boolean;
  /**
   * Where the power went away before they did: identifiers that no client can know to be of a session that is lost, since the
   * broker has one again. A message that comes with one of them is not seen where its first PUBLISH was lost on the way: what comes has DUP.
   */
  stale: Set<number>;
  missed: Set<string>;
  /** How often a handler saw something again: because of a cut in between, and because flash had no room. */
  twice: number;
  twiceWithoutRoom: number;
  /** Most messages that were open at a time. */
  openMost: number;
}

export function createInbox(): Inbox {
  return {
    named: 0,
    isSubscribed: false,
    exchanges: [],
    asked: [],
    publishes: [],
    releases: [],
    unreceived: [],
    uncompleted: [],
    order: [],
    seen: new Map(),
    excused: new Map(),
    unkept: undefined,
    roomless: new Set(),
    forgetting: new Set(),
    isRefused: false,
    stale: new Set(),
    missed: new Set(),
    twice: 0,
    twiceWithoutRoom: 0,
    openMost: 0,
  };
}

export function copyInbox(inbox: Inbox): Inbox {
  return {
    ...inbox,
    exchanges: [...inbox.exchanges],
    asked: [...inbox.asked],
    publishes: [...inbox.publishes],
    releases: [...inbox.releases],
    unreceived: [...inbox.unreceived],
    uncompleted: [...inbox.uncompleted],
    order: [...inbox.order],
    seen: new Map(inbox.seen),
    excused: new Map(inbox.excused),
    roomless: new Set(inbox.roomless),
    forgetting: new Set(inbox.forgetting),
    stale: new Set(inbox.stale),
    missed: new Set(inbox.missed),
  };
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const withId = (inbox: Inbox, id: number) => inbox.exchanges.find((one) => one.id === id);

/** All that was in the client's RAM is gone. @param kept identifiers that it finds in flash. */
export function restartInbox(inbox: Inbox, kept: readonly number[]): void {
  const { unkept, roomless, excused } = inbox;
  const again = unkept === undefined ? [...roomless] : [...new Set([...roomless, unkept])];
  for (const payload of again) excused.set(payload, (excused.get(payload) ?? 0) + 1);
  inbox.unkept = undefined;
  if (inbox.forgetting.size > 0) inbox.stale = new Set(kept);
  inbox.forgetting.clear();
}

/** A connection begins. @param isPresent the broker goes on with the session that it has. */
export function connectInbox(inbox: Inbox, isPresent: boolean): void {
  if (!isPresent) {
    inbox.exchanges = [];
    inbox.isSubscribed = false;
    inbox.forgetting = new Set(OPEN_KEYS);
    inbox.stale.clear();
  }
  inbox.asked = [];
  inbox.unreceived = [];
  inbox.uncompleted = [];
  const { exchanges } = inbox;
  inbox.publishes = exchanges.filter((one) => !one.isReceived).map(({ id }) => ({ id, isAgain: true }));
  inbox.releases = exchanges.filter((one) => one.isReceived).map(({ id }) => id);
}

/** Somebody publishes to the client. @returns whether the broker takes it: it knows the subscription, and has room. */
export function offer(inbox: Inbox, length: number): boolean {
  if (!inbox.isSubscribed || inbox.exchanges.length === WINDOW) return false;
  // The lowest identifier that is free: each comes again as soon as it may.
  let id = 1;
  while (withId(inbox, id) !== undefined) id++;
  const payload = `i${inbox.named++} `.padEnd(length, 'abcdefghij');
  inbox.exchanges.push({ id, payload, isReceived: false });
  inbox.publishes.push({ id, isAgain: false });
  inbox.order.push(payload);
  return true;
}

/** @returns the next PUBLISH that is to be sent, as bytes; undefined when there is none. */
export function nextPublish(inbox: Inbox): string | undefined {
  const next = inbox.publishes.shift();
  if (next === undefined) return undefined;
  inbox.unreceived.push(next);
  return message(INBOX_TOPIC, withId(inbox, next.id)!.payload, QOS_2 | (next.isAgain ? DUP : 0), next.id);
}

/** @returns the next PUBREL that is to be sent, as bytes; undefined when there is none. */
export function nextRelease(inbox: Inbox): string | undefined {
  const id = inbox.releases.shift();
  if (id === undefined) return undefined;
  inbox.uncompleted.push(id);
  return ack(PUBREL, id);
}

/** The client's handler is given a message. */
export function noteSeen(inbox: Inbox, payload: string): void {
  const exchange = inbox.exchanges.find((one) => one.payload === payload);
  demand(exchange !== undefined, `a handler sees what was not sent: ${payload}`);
  demand(!exchange!.isReceived, `a handler sees what PUBREC has come for: ${payload}`);
  const times = (inbox.seen.get(payload) ?? 0) + 1;
  inbox.seen.set(payload, times);
  demand(times <= 1 + (inbox.excused.get(payload) ?? 0), `a handler sees it twice: ${payload}`);
  if (times > 1) {
    if (inbox.roomless.has(payload)) inbox.twiceWithoutRoom++;
    else inbox.twice++;
  } else {
    const later = [...inbox.seen.keys()].find(
      (one) => inbox.order.indexOf(one) > inbox.order.indexOf(payload),
    );
    demand(later === undefined, `a handler sees it after ${later}: ${payload}`);
  }
  inbox.unkept = payload;
  const isOpen = (one: Exchange) => inbox.seen.has(one.payload);
  inbox.openMost = Math.max(inbox.openMost, inbox.exchanges.filter(isOpen).length);
}

/** The client has kept open identifiers in flash under `key`, or there was no room for them. */
export function noteKept(inbox: Inbox, key: number, isRoom: boolean): void {
  if (isRoom) inbox.forgetting.delete(key);
  else inbox.isRefused = true;
  const { unkept, roomless } = inbox;
  if (unkept !== undefined && isRoom) roomless.delete(unkept);
  else if (unkept !== undefined) roomless.add(unkept);
  inbox.unkept = undefined;
}

/** The client has had its time to forget a session that is lost: what it has not forgotten, flash had no room for. */
export function noteForgotten(inbox: Inbox): void {
  if (!inbox.isRefused) inbox.forgetting.clear();
  inbox.isRefused = false;
}

/** The client has handed PUBREC or PUBCOMP to its socket: it may arrive or not. */
export function handAnswer(inbox: Inbox, cmd: 'pubrec' | 'pubcomp', id: number): void {
  if (cmd === 'pubrec') {
    const sent = inbox.unreceived.shift();
    demand(sent?.id === id, `PUBREC ${id} out of turn`);
    const { payload } = withId(inbox, id)!;
    const isStale = inbox.stale.delete(id);
    if (!inbox.seen.has(payload) && isStale && sent!.isAgain) inbox.missed.add(payload);
    demand(inbox.seen.has(payload) || inbox.missed.has(payload), `PUBREC, and no handler saw it: ${payload}`);
  } else {
    const at = inbox.uncompleted.indexOf(id);
    demand(at >= 0, `PUBCOMP ${id} without PUBREL`);
    inbox.uncompleted.splice(at, 1);
  }
}

/** PUBREC or PUBCOMP has come to the broker. */
export function takeAnswer(inbox: Inbox, cmd: 'pubrec' | 'pubcomp', id: number): void {
  const exchange = withId(inbox, id);
  demand(exchange !== undefined, `${cmd} ${id} of no exchange`);
  demand(exchange!.isReceived === (cmd === 'pubcomp'), `${cmd} ${id} at another step`);
  if (cmd === 'pubrec') {
    inbox.exchanges = inbox.exchanges.map((one) => (one.id === id ? { ...one, isReceived: true } : one));
    inbox.releases.push(id);
  } else {
    inbox.exchanges = inbox.exchanges.filter((one) => one.id !== id);
    inbox.roomless.delete(exchange!.payload);
  }
}

/** @returns whether all that the broker has to send was sent and answered. */
export function isInboxDone({ exchanges, asked }: Inbox): boolean {
  return exchanges.length === 0 && asked.length === 0;
}
