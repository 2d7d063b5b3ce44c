// What a broker is capable of and where it draws lines, as data: one file a broker. No logic, no import but this.
// Every limit has its source in `sources`, with what could not be read at its source said there.

/** Limits that a firmware can run into. `null`: none beyond those of MQTT 3.1.1 itself. */
export interface Limits {
  /** Highest QoS of a publish. */
  readonly qosMax: 1 | 2;
  /** What becomes of a publish above it; null where there is none above. */
  readonly beyondQos: BeyondQos | null;
  /** Keeps retained messages for later subscribers. */
  readonly retain: boolean;
  /** Sends retained messages to a subscription with wildcards too. */
  readonly retainedByWildcard: boolean;
  /** Publishes the will of a client that vanishes. */
  readonly will: boolean;
  /** Keeps subscriptions and what waits for them while a client is away (clean session 0). */
  readonly persistentSessions: boolean;
  /** Most bytes of a payload. */
  readonly payloadMax: number | null;
  /** Most bytes of a packet. */
  readonly packetMax: number | null;
  /** Most bytes of a topic name. */
  readonly topicMaxBytes: number | null;
  /** Most levels of a topic name: one more than it has slashes. */
  readonly topicLevelsMax: number | null;
  /** The topic names that may be published to. */
  readonly topicShape: TopicShape | null;
  /** Characters that topics must not have. */
  readonly topicForbids: string | null;
  /** Most bytes of a client identifier. */
  readonly clientIdMaxBytes: number | null;
  /** What a client may ask for; 0, no keep alive, only where `min` is 0. */
  readonly keepAliveSec: { readonly min: number; readonly max: number };
  /** Plain TCP is refused. */
  readonly tlsRequired: boolean;
}

/** closed: the connection ends; downgraded: taken as the highest there is; unanswered: it is never acknowledged. */
export type BeyondQos = 'closed' | 'downgraded' | 'unanswered';

export interface TopicShape {
  /** A regular expression over the whole name, in which CLIENT_ID stands for the client identifier. */
  readonly pattern: string;
  /** The same for a person. */
  readonly shown: string;
}

export interface BrokerProfile extends Limits {
  /** Name on the command line and in settings.json. */
  readonly id: string;
  readonly name: string;
  /** Which versions or editions this description holds for, and whether its limits can be configured. */
  readonly versions: string;
  readonly sources: Readonly<Record<keyof Limits, string>>;
}

/** Where MQTT itself draws the line: a keep alive is 16 bits, 0 switches it off (section 3.1.2.10). */
export const ANY_KEEP_ALIVE = { min: 0, max: 65535 } as const;
