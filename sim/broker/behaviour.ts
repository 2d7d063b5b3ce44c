// What a broker can be told to do. All of it is data that a test may change while the broker runs; nothing here does anything.

import type { Properties } from '../device/properties.ts';
import type { Message } from './message.ts';

/** What CONNACK announces to a client of 5.0, and what it is then held to. What is left out is the default of the standard. */
export type Limits = Pick<
  Properties,
  | 'receiveMaximum'
  | 'maximumQos'
  | 'retainAvailable'
  | 'maximumPacketSize'
  | 'topicAliasMaximum'
  | 'wildcardAvailable'
  | 'sharedAvailable'
  | 'subscriptionIdentifiersAvailable'
  | 'serverKeepAliveSec'
  /** At most; a client that asks for less gets that. */
  | 'sessionExpirySec'
  /** For clients that ask for it. */
  | 'responseInformation'
>;

/** An answer of enhanced authentication: 0 success, 0x18 go on, 0x80 and above: refused. */
export interface AuthAnswer {
  readonly code: number;
  readonly data?: string;
}

/** What the broker does; each may be changed while it runs. */
export interface Behaviour {
  /** CONNACK return code of 3.1.1, or reason code of 5.0: a client gets what means the same in its version. 0: accepted. */
  returnCode: number;
  /** CONNECT is not answered. */
  isSilent: boolean;
  /** From a PUBLISH to its acknowledgement, milliseconds. */
  ackDelayMs: number;
  /** 3.1.1 only: CONNECT of 5.0 gets CONNACK return code 1, CONNACK 0x84, or an end. Undefined: 5.0 is spoken. */
  refuses5?: 'returnCode' | 'reasonCode' | 'close' | undefined;
  /** Each holds for connections from then on. */
  limits: Limits;
  /** More that CONNACK, accepted or not, says to a client of 5.0, such as a server reference. */
  connack: Properties;
  /** Reason string and user properties of all answers in 5.0, where the client wants them and has room. */
  remarks: Pick<Properties, 'reasonString' | 'userProperties'>;
  /** Messages go to clients of 5.0 under topic aliases, as far as the client allows. */
  usesAliases: boolean;
  /** Reason code for a message of a client of 5.0; 0x80 and above: it is not taken. Undefined: all are. */
  publishReason?: ((message: Message, clientId: string) => number) | undefined;
  /** Reason code for a filter, undefined: the QoS that was asked for. In 3.1.1 all from 0x80 on are 0x80. */
  subscribeReason?: ((filter: string, clientId: string) => number | undefined) | undefined;
  /** Enhanced authentication. @param round 0 for CONNECT or a new authentication. Undefined: no method is known. */
  authenticate?: ((method: string, data: string, round: number) => AuthAnswer) | undefined;
}

export const createBehaviour = (): Behaviour => ({
  returnCode: 0,
  isSilent: false,
  ackDelayMs: 0,
  limits: {},
  connack: {},
  remarks: {},
  usesAliases: false,
});
