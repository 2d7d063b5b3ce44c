// Properties of MQTT 5.0 as a firmware names them: for a topic, a will, or the connection (section 2.2.2).

/** Identifiers (section 2.2.2.2). */
export const enum PropertyId {
  PayloadFormat = 1,
  MessageExpiry = 2,
  ContentType = 3,
  ResponseTopic = 8,
  CorrelationData = 9,
  SubscriptionId = 11,
  SessionExpiry = 17,
  AssignedClientId = 18,
  ServerKeepAlive = 19,
  AuthMethod = 21,
  AuthData = 22,
  RequestProblemInformation = 23,
  WillDelay = 24,
  RequestResponseInformation = 25,
  ResponseInformation = 26,
  ServerReference = 28,
  ReasonString = 31,
  ReceiveMaximum = 33,
  TopicAliasMaximum = 34,
  TopicAlias = 35,
  MaximumQos = 36,
  RetainAvailable = 37,
  User = 38,
  MaximumPacketSize = 39,
  WildcardAvailable = 40,
  SubscriptionIdAvailable = 41,
  SharedAvailable = 42,
}

/** A property to send: its identifier and its value; of a user property its name, then its value. Strings are UTF-8 bytes, one character each. */
export type Property = readonly [id: number, value: number | string, second?: string];
