// What a model broker is to those who run one: its transport, its time, what it tells, and what can be asked of it. Types only.

import type { Properties } from '../device/properties.ts';
import type { Behaviour } from './behaviour.ts';
import type { Message } from './message.ts';

/** The way to a client. */
export interface Peer {
  write(bytes: string): void;
  end(): void;
}

/** A client's connection, as its transport sees it. */
export interface Attached {
  data(bytes: string): void;
  /** The connection is gone. */
  closed(): void;
}

/** A message that the broker has taken. */
export interface Taken extends Message {
  readonly clientId: string;
  /** Number of the session it came in. */
  readonly session: number;
  readonly time: number;
}

export interface BrokerHost {
  /** Messages of a client may be the same in topic and payload; left out: no two are, so one that comes again is known. */
  readonly areAlike?: boolean;
  /** Milliseconds. */
  now(): number;
  setTimer(ms: number, run: () => void): unknown;
}

export interface BrokerEvents {
  onMessage?(message: Taken): void;
  /** A client is logged in. */
  onLogin?(clientId: string, present: boolean): void;
  /** A client has sent something since its CONNACK, so it has that. */
  onOnline?(clientId: string): void;
  /** DISCONNECT has come. @param code reason code, 0 in 3.1.1. */
  onDisconnect?(clientId: string, code: number): void;
  /** A PUBLISH has come with DUP. */
  onDuplicate?(clientId: string): void;
  /** A PUBLISH to a client goes out with DUP. */
  onAgain?(clientId: string, message: Message): void;
  /**
   * A session is over. @param open messages of QoS 2 that the broker has taken, and whose PUBREL has not come.
   * @param lost messages to the client that it has not acknowledged, and will never have.
   */
  onSessionEnd?(clientId: string, session: number, open: readonly Message[], lost: readonly Message[]): void;
  /** @returns whether a client may be silent because of what happens on the way. */
  isDisturbed?(from: number, to: number): boolean;
}

export interface SessionBroker {
  readonly behaviour: Behaviour;
  /** What clients did against the standard: number of the statement, then words. */
  readonly violations: string[];
  connect(peer: Peer): Attached;
  /** Nothing but CONNECT is answered; afterwards what is due on connections that are still there is. */
  setDeaf(is: boolean): void;
  /** Somebody publishes. @returns whether a session wants it. */
  publish(message: Message): boolean;
  /** All connections are gone, and with `forget` all sessions; retained messages stay. */
  restart(forget: boolean): void;
  /** Another client logs in with this client identifier, and leaves at once. @param clean it ends the session. */
  intrude(clientId: string, clean: boolean): void;
  isOnline(clientId: string): boolean;
  /**
   * @returns how many packet identifiers a client may have noted of sessions of whose end it has not heard, since it has not sent anything
   * behind the CONNACK that says so.
   */
  stale(clientId: string): number;
  /** Messages that wait for a client. */
  waiting(clientId: string): number;
  /** @returns the retained message of a topic. */
  retained(topic: string): string | undefined;
  /** End a client's connection, in 5.0 with DISCONNECT. @param code reason code. */
  disconnect(clientId: string, code: number, properties?: Properties): void;
  /** Send a client whose CONNECT has come bytes as they are, whatever they are. */
  send(clientId: string, bytes: string): void;
}
