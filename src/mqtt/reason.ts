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

// The codes that a packet may have beside Success, each as a printable character of its own, see `isAmong`.
export const OF_CONNACK = "%')+-/13579=EOSWY[]_c";
/** Of MQTT 3.1.1. */
export const OF_OLD_CONNACK = '(*,.0';
/** PUBACK and PUBREC. */
export const OF_PUBLISH = 'F%+3EGSW';
/** PUBREL and PUBCOMP. */
export const OF_RELEASE = 'I';
export const OF_SUBACK = '(*%+3CGSagi';
/** Of MQTT 3.1.1. */
export const OF_OLD_SUBACK = '(*%';
export const OF_UNSUBACK = 'H%+3CG';
/** From a broker. */
export const OF_AUTH = 'V';
export const OF_DISCONNECT = "%')+37;?ACEKMOQSUWY[]_acegi";

/**
 * First bytes of packets that a broker has no business to send in a session, each and one as a character of the same kind: CONNECT, CONNACK,
 * SUBSCRIBE, UNSUBSCRIBE, PINGREQ, AUTH.
 */
export const OUT_OF_PLACE = 'Hh+k\xa7\x06';

/** @returns whether `code` is Success, for which no character has to be made, or among `codes`. No two codes have the same character. */
export function isAmong(codes: string, code: number): boolean {
  return code === 0 || codes.indexOf(chr((2 * code + 38) % 257)) >= 0;
}
