// What a broker says of itself in CONNACK (MQTT 5.0, section 3.2.2.3): what it takes, how much of it, and how long we may be silent.
// Of one connection each. Bytes and numbers only.

import type { Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { REMAINING_LENGTH_MAX } from './packet.ts';
import { IN_CONNACK, readProperties, type OnProperty } from './properties.ts';

export interface Limits {
  /** Longest packet that it takes, and that we send. */
  packetMax: number;
  /** Messages of QoS 1 and 2 that may be in flight. */
  receiveMaximum: number;
  aliasMax: number;
  qosMax: number;
  retains: boolean;
  /** -1: ours. */
  keepAliveSec: number;
  hasWildcards: boolean;
  hasShared: boolean;
  hasIds: boolean;
}

export interface LimitsReader {
  readonly limits: Limits;
  /** Nothing is known of the broker: what 3.1.1 has. */
  reset(): void;
  /** Read the properties at `at` of a CONNACK. @returns the place behind them, or a negative reason code. */
  read(bytes: Bytes, at: number, end: number): number;
}

/** @param onText told of properties that are no limits. */
export function createLimits(onText: OnProperty): LimitsReader {
  const limits: Limits = {
    packetMax: REMAINING_LENGTH_MAX,
    receiveMaximum: 65535,
    aliasMax: 0,
    qosMax: 2,
    retains: true,
    keepAliveSec: -1,
    hasWildcards: true,
    hasShared: true,
    hasIds: true,
  };

  function reset(): void {
    limits.packetMax = REMAINING_LENGTH_MAX;
    limits.receiveMaximum = 65535;
    limits.aliasMax = 0;
    limits.qosMax = 2;
    limits.keepAliveSec = -1;
    limits.retains = limits.hasWildcards = limits.hasShared = limits.hasIds = true;
  }

  function onProperty(id: number, value: number, bytes: Bytes, from: number, to: number): void {
    if (id === PropertyId.MaximumPacketSize) limits.packetMax = value;
    else if (id === PropertyId.ReceiveMaximum) limits.receiveMaximum = value;
    else if (id === PropertyId.TopicAliasMaximum) limits.aliasMax = value;
    else if (id === PropertyId.MaximumQos) limits.qosMax = value;
    else if (id === PropertyId.RetainAvailable) limits.retains = value > 0;
    else if (id === PropertyId.ServerKeepAlive) limits.keepAliveSec = value;
    else if (id === PropertyId.WildcardAvailable) limits.hasWildcards = value > 0;
    else if (id === PropertyId.SharedAvailable) limits.hasShared = value > 0;
    else if (id === PropertyId.SubscriptionIdAvailable) limits.hasIds = value > 0;
    else onText(id, value, bytes, from, to);
  }

  function read(bytes: Bytes, at: number, end: number): number {
    return readProperties(bytes, at, end, IN_CONNACK, onProperty);
  }

  return { limits, reset, read };
}
