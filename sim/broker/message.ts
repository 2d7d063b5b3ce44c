// What a broker holds of a message. Text and payload are one character a byte.

import type { Properties } from '../device/properties.ts';

/** Properties of MQTT 5.0 that go with a message to whoever has subscribed to it. */
export type MessageProperties = Pick<
  Properties,
  | 'payloadFormat'
  | 'messageExpirySec'
  | 'contentType'
  | 'responseTopic'
  | 'correlationData'
  | 'userProperties'
>;

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly properties?: MessageProperties;
}

/** A message on its way to one session. */
export interface Delivery extends Message {
  /** When it is worth nothing any more, milliseconds. */
  readonly expiresAt?: number;
  /** Subscription identifiers of those subscriptions that it fits. */
  readonly identifiers?: readonly number[];
}

/** @returns what of a packet's properties goes with its message. */
export function messageProperties(all: Properties): Pick<Message, 'properties'> {
  const { payloadFormat, messageExpirySec, contentType, responseTopic } = all;
  const { correlationData, userProperties } = all;
  const properties = Object.fromEntries(
    Object.entries({
      payloadFormat,
      messageExpirySec,
      contentType,
      responseTopic,
      correlationData,
      userProperties,
    }).filter(([, value]) => value !== undefined),
  );
  return Object.keys(properties).length === 0 ? {} : { properties };
}
