// What the story needs of a broker: that it starts, that it can be killed, and what it is known to be capable of.

import type { BrokerProfile } from '../../flash/brokers/profile.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export const LOGIN: Login = { username: 'mote', password: 'correct-horse' };
export const WRONG: Login = { username: 'mote', password: 'battery-staple' };

/** What was measured of the very version that runs here, where no profile says it. */
export interface Behaviour {
  /** Sessions, and what is queued for them, are there after a kill. */
  readonly sessionsSurvive: boolean;
  /** A retained message is there after a kill, when it was taken so long before. */
  readonly retainedWrittenMs: number;
  /** How the test makes that so, where the broker has no disk. */
  readonly keptBy?: string;
  /** CONNACK return code for a wrong password, and with MQTT 5.0, where it speaks that. */
  readonly wrongLogin: 4 | 5;
  readonly wrongLogin5?: 0x86 | 0x87;
  /** A topic that nobody may publish to, which MQTT 5.0 says. */
  readonly deniedTopic?: string;
}

/** A broker in a folder of its own, with its data, on one port of 127.0.0.1. */
export interface BrokerInstance {
  readonly port: number;
  /** Start it, the first time or again with the data that is there; resolves when it listens. */
  start(): Promise<void>;
  /** As `kill -9`: nothing is said and nothing is saved. */
  kill(): Promise<void>;
  /** As `kill -STOP` and `kill -CONT`: it does nothing, and its connections stand. Left out: it cannot be done. */
  hang?(isHanging: boolean): void;
  /**
   * Payloads of QoS 2 that it says it has passed on, in order: for a broker that loses some between itself and an observer,
   * whoever published them. Left out: an observer is sent all of them.
   */
  passedOn?(topic: string): readonly string[];
  /** End what is left of it. */
  close(): Promise<void>;
}

export interface TestedBroker {
  readonly name: string;
  /** What it is capable of: the story asks these data, not its name. */
  readonly profile: BrokerProfile;
  readonly behaviour: Behaviour;
  /** What a person has to do so that it is found. */
  readonly enable: string;
  /** From the start to the first connection, at most. */
  readonly startMs: number;
  /** @returns false where its program is not installed. */
  isThere(): boolean;
  /** @returns its version, as it says it itself. */
  version(): string;
  /** @param folder an empty one that it may fill. */
  create(folder: string): Promise<BrokerInstance>;
}
