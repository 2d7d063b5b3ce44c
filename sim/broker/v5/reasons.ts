// Reason codes of MQTT 5.0 (section 2.4) as data: names, the one for a broken statement, and the return codes of 3.1.1 that mean the same.
// No logic but looking up. Which a client may send is judged in sim/device/judge5.ts.

export const Reason = {
  Success: 0,
  DisconnectWithWill: 0x04,
  NoMatchingSubscribers: 0x10,
  NoSubscriptionExisted: 0x11,
  ContinueAuthentication: 0x18,
  Reauthenticate: 0x19,
  Unspecified: 0x80,
  Malformed: 0x81,
  ProtocolError: 0x82,
  UnsupportedVersion: 0x84,
  KeepAliveTimeout: 0x8d,
  BadAuthenticationMethod: 0x8c,
  SessionTakenOver: 0x8e,
  FilterInvalid: 0x8f,
  TopicInvalid: 0x90,
  IdentifierNotFound: 0x92,
  ReceiveMaximumExceeded: 0x93,
  TopicAliasInvalid: 0x94,
  PacketTooLarge: 0x95,
  PayloadFormatInvalid: 0x99,
  RetainNotSupported: 0x9a,
  QosNotSupported: 0x9b,
  SharedNotSupported: 0x9e,
  IdentifiersNotSupported: 0xa1,
  WildcardNotSupported: 0xa2,
} as const;

/** By statement; all others are protocol errors. */
const REASONS: Readonly<Record<string, number>> = {
  '1.5.4-1': Reason.Malformed,
  '1.5.4-2': Reason.Malformed,
  '1.5.5-1': Reason.Malformed,
  '1.5.7-1': Reason.Malformed,
  '2.1.3-1': Reason.Malformed,
  '2.1.4': Reason.Malformed,
  '2.2.2.1': Reason.Malformed,
  '3.1.2-1': Reason.UnsupportedVersion,
  '3.1.2-3': Reason.Malformed,
  '3.1.2-11': Reason.Malformed,
  '3.1.2-12': Reason.Malformed,
  '3.1.2-13': Reason.Malformed,
  '3.1.2-22': Reason.KeepAliveTimeout,
  '3.1.3-1': Reason.Malformed,
  '3.2.2.3.11': Reason.WildcardNotSupported,
  '3.2.2.3.12': Reason.IdentifiersNotSupported,
  '3.2.2.3.13': Reason.SharedNotSupported,
  '3.2.2-11': Reason.QosNotSupported,
  '3.2.2-14': Reason.RetainNotSupported,
  '3.2.2-15': Reason.PacketTooLarge,
  '3.2.2-18': Reason.TopicAliasInvalid,
  '3.3.1-2': Reason.Malformed,
  '3.3.1-4': Reason.Malformed,
  '3.3.2-2': Reason.TopicInvalid,
  '3.3.2-8': Reason.TopicAliasInvalid,
  '3.3.2-9': Reason.TopicAliasInvalid,
  '3.3.2.3.2': Reason.PayloadFormatInvalid,
  '3.3.4-7': Reason.ReceiveMaximumExceeded,
  '3.6.1-1': Reason.Malformed,
  '3.8.1-1': Reason.Malformed,
  '3.8.3-5': Reason.Malformed,
  '3.10.1-1': Reason.Malformed,
  '3.14.1-1': Reason.Malformed,
  '3.15.1-1': Reason.Malformed,
  '4.7.1-1': Reason.FilterInvalid,
  '4.7.1-2': Reason.FilterInvalid,
  '4.7.3-1': Reason.TopicInvalid,
  '4.8.2-1': Reason.FilterInvalid,
  '4.8.2-2': Reason.FilterInvalid,
};

/** By the words of a fault whose statement does not tell. */
const BY_WORDS: readonly (readonly [start: string, code: number])[] = [
  ['the packet ends', Reason.Malformed],
  ['4.7.3-1 empty topic filter', Reason.FilterInvalid],
];

/** @returns the reason code for a fault. */
export const reasonOf = (fault: string): number =>
  BY_WORDS.find(([start]) => fault.startsWith(start))?.[1] ??
  REASONS[fault.split(' ')[0]] ??
  Reason.ProtocolError;

/** Reason codes of the return codes of 3.1.1, in their order. */
const RETURN_CODES = [Reason.Success, Reason.UnsupportedVersion, 0x85, 0x88, 0x86, 0x87];
const UNAVAILABLE = 3;

/** @returns the reason code for a CONNACK. @param code of 3.1.1, or a reason code already. */
export const toReason = (code: number) => RETURN_CODES[code] ?? code;

/** @returns the return code of 3.1.1 for a CONNACK. @param code such, or a reason code. */
export function toReturnCode(code: number): number {
  if (code < 0x80) return code;
  const index = RETURN_CODES.indexOf(code);
  return index < 0 ? UNAVAILABLE : index;
}
