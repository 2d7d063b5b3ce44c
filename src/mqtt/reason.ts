// Reason codes of MQTT 5.0 (section 2.4), and which a broker may say in which packet.

import { chr } from './packet.ts';

export const enum Reason {
  Success = 0,
  NoMatchingSubscribers = 0x10,
  NoSubscriptionExisted = 0x11,
  ContinueAuthentication = 0x18,
  ReAuthenticate = 0x19,
  Unspecified = 0x80,
  MalformedPacket = 0x81,
  ProtocolError = 0x82,
  UnsupportedVersion = 0x84,
  BadClientId = 0x85,
  BadLogin = 0x86,
  NotAuthorized = 0x87,
  ServerUnavailable = 0x88,
  BadAuthMethod = 0x8c,
  SessionTakenOver = 0x8e,
  PacketIdNotFound = 0x92,
  ReceiveMaximumExceeded = 0x93,
  TopicAliasInvalid = 0x94,
  PacketTooLarge = 0x95,
  QuotaExceeded = 0x97,
  PayloadFormatInvalid = 0x99,
  RetainNotSupported = 0x9a,
  QosNotSupported = 0x9b,
  UseAnotherServer = 0x9c,
  ServerMoved = 0x9d,
  SharedNotSupported = 0x9e,
  WildcardsNotSupported = 0xa2,
}

/** Failures are from here on. */
export const FAILURE = 0x80;

// The codes that a packet may have beside Success, each as a character: 97 added to those below FAILURE, 80 taken from the others.
export const OF_CONNACK = '0123456789:<@EGIJKLMO';
/** Of MQTT 3.1.1. */
export const OF_OLD_CONNACK = 'bcdef';
/** PUBACK and PUBREC. */
export const OF_PUBLISH = 'q037@AGI';
/** PUBREL and PUBCOMP. */
export const OF_RELEASE = 'B';
export const OF_SUBACK = 'bc037?AGNQR';
/** Of MQTT 3.1.1. */
export const OF_OLD_SUBACK = 'bc0';
export const OF_UNSUBACK = 'r037?A';
/** From a broker. */
export const OF_DISCONNECT = '012379;=>?@CDEFGHIJKLMNOPQR';

/** @returns whether `code` is Success, for which no character has to be made, or among `codes`. */
export function isAmong(codes: string, code: number): boolean {
  return code === 0 || codes.indexOf(chr(code + (code < FAILURE ? 97 : -80))) >= 0;
}
