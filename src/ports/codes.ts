// Every error and event that device code can name, as small integers. The sentence for each is in flash/codes.ts.

/** Result of a call: 0 or more is success, every error is negative. */
export const enum Code {
  Ok = 0,
  /** A streamed publish is on its way, and not stored: its end comes as an event. */
  InFlight = 1,
  /** With others that are to be taken together: accepted when those are. */
  Held = 2,
  // What a bus or a chip did (src/sensors).
  Absent = -1,
  Timeout = -2,
  Crc = -3,
  NotReady = -4,
  WrongId = -5,
  Range = -6,
  Fault = -7,
  Overflow = -8,
  BadOptions = -9,
  // What was wrong with a command (src/parts).
  /** Not a flat document. */
  Malformed = -13,
  /** A key that is not known, twice there or missing, or a value that it cannot have. */
  BadValue = -14,
  /** Not from somebody who may, or kept by the broker, or a repetition. */
  Denied = -15,
  /** The engine has too little memory. */
  NoMemory = -10,
  // What a signature did (src/signing).
  BadMac = -11,
  Replay = -12,
  // What a connection or the protocol did (src/mqtt, src/link).
  Refused = -20,
  Busy = -21,
  Closed = -22,
  TooLong = -23,
  BadTopic = -24,
  BadPayload = -25,
  BadQos = -26,
  Abandoned = -27,
  /** No name server knows the host. */
  NoHost = -28,
  /** The broker does not take it, and never will. */
  Rejected = -29,
  // What a store did (src/outbox).
  Full = -40,
  Empty = -41,
  Unknown = -42,
  Foreign = -43,
  OldFormat = -44,
  WornOut = -45,
}

/** What a board reports on its console; `detail` in brackets. */
export const enum Event {
  /** Firmware runs [0]. */
  Started = 1,
  /** Wi-Fi joined [0]. */
  WifiUp = 2,
  /** What comes next is another try [ms until then]. */
  NextTry = 3,
  /** The connection ended, or did not come about [why, see Close]. */
  LinkLost = 5,
  /** The broker took the session [0]. */
  Online = 6,
  /** A sensor could not be read; said once until it answers again [index * 100 - Code]. */
  SensorFailed = 8,
  /** A sensor answers again [index]. */
  SensorBack = 9,
  /** A reading was not accepted for publishing; said once until one is accepted again [-Code]. */
  ReadingRefused = 10,
  /** The settings are impossible: id, user name or password [0], or the name, channels, steps or format of a sensor [its number, from 1]. */
  BadSettings = 11,
  /** A message larger than the limit was not taken in [its bytes, header included]. */
  Oversize = 12,
  /** An acknowledgement for nothing that was sent on this connection [its packet identifier]. */
  StrayAck = 13,
  /** A message handler threw [number of the subscription]. */
  HandlerFailed = 14,
  /** The broker answered a SUBSCRIBE or UNSUBSCRIBE [number of the subscription * 256 + QoS granted; 128: refused; 255: unsubscribed]. */
  Subscribed = 15,
  /** The flash of the outbox was not opened, so nothing is accepted with QoS 1 and 2 [-Code]. */
  OutboxClosed = 16,
  /** Messages that had been accepted were given up [how many * 4 + why, see Drop]. */
  Dropped = 17,
  /** A sensor is to be sampled more often than its chip can be: it is sampled as often as that [index]. */
  TooFast = 18,
  /** Readings are accepted again [how many were refused since the last that was]. */
  ReadingAccepted = 19,
  /** Something of what the mote tells of itself cannot be said [-Code]. */
  Untold = 20,
  /** What a firmware does with readings threw [index]. */
  ListenerFailed = 21,
  /** The connection will be encrypted, and nobody will know with whom: the engine verifies no certificate [0]. */
  Unverified = 22,
  /** Not connected: too little memory for a TLS handshake [KB that it needs * 1024 + KB that are free]. */
  TlsMemory = 23,
  /** Payloads are to be signed, and cannot be: nothing runs [-Code]. */
  Unsigned = 24,
  /** The engine has no TLS: nothing is sent without [0]. */
  NoTls = 25,
  /** The options of a part are impossible, so nothing runs [its number, from 1]. */
  BadPart = 26,
  /** A command was not carried out, or a configuration not tried [-Code]. */
  CommandRefused = 38,
  /** More commands came than are taken: those were only counted [how many]. */
  CommandFlood = 39,
  /** The configuration is another one [0: on probation; 1: the broker was reached with it; 2 + Close: rolled back, and why]. */
  Configured = 40,
  /** The board restarts, as it was told to [0]. */
  Restarting = 41,
  /** The wall clock was set back by more than the 15 minutes that are waited for: times go backwards this once [minutes]. */
  ClockSetBack = 34,
  /** It sleeps now [seconds until it wakes]. */
  Sleeps = 30,
  /** It goes to sleep with messages that the broker does not have yet; they are kept [how many]. */
  LeftOver = 31,
  /** A sensor had no reading before the time for it was over [index]. */
  SensorLate = 32,
  /** The board cannot sleep: the mote stays awake [0]. */
  CannotSleep = 33,
  /** A message was given up, because the broker will never take it [its sequence * 256 + reason code of MQTT 5.0]. */
  MessageRejected = 42,
  /** A message was given up, because its message expiry interval passed before it could be sent [its sequence * 256]. */
  MessageExpired = 43,
  /** The broker refuses MQTT 5.0: the next connection tries 3.1.1 [0]. */
  OldVersion = 44,
  /** The broker said to use another server [see Server]. */
  ServerNamed = 45,
}

/** What becomes of it that a broker said to use another server. */
export const enum Server {
  /** It is tried next, for one session. */
  Once = 0,
  /** It is tried first, as long as the board runs. */
  Moved = 1,
  /** No place is named, or not in a form that can be followed. */
  Unreadable = 2,
  /** Servers send from one to another: none of them is followed before the next wait. */
  Circle = 3,
}

/** Why a message is given up that was accepted. */
export const enum Drop {
  /** It was among the oldest, and a new one needed the room. */
  Oldest = 1,
  /** More than one bit of it is wrong. */
  Damaged = 2,
  /** There was a newer one with the same topic, and a new one needed the room. */
  Overtaken = 3,
}

/** Why a connection ended, or did not come about: the one list of all reasons. */
export const enum Close {
  /** Nothing ended. */
  None = 0,
  /** The other side closed, or the network broke. */
  Peer = 1,
  /** No CONNACK in time. */
  ConnackTimeout = 2,
  /** No PINGRESP in time: the link is half-open. */
  PingTimeout = 3,
  /** CONNACK with a return code other than 0; the link says which. */
  Refused = 4,
  /** Bytes that MQTT forbids. */
  ProtocolError = 5,
  /** We asked for it. */
  Local = 6,
  /** No connection in time. */
  OpenTimeout = 7,
  /** Bytes handed over did not leave in time. */
  SendTimeout = 8,
  /** Another client uses this client identifier: the broker said so, or closed soon after CONNACK several times in a row. */
  TakenOver = 9,
  /** The access point is gone. */
  WifiLost = 10,
  /** No access point of that name. */
  NoAccessPoint = 11,
  /** The access point does not take the password. */
  WifiPassword = 12,
  /** The access point gives no address (DHCP). */
  NoAddress = 13,
  /** Wi-Fi says nothing. */
  WifiTimeout = 14,
  /** No name server knows the broker's name. */
  HostUnknown = 15,
  /** Nothing listens at the broker's address. */
  NothingListens = 16,
  /** Not enough memory for TLS. */
  TlsMemory = 17,
  /** What answers is no MQTT broker: a captive portal, a web server. */
  NotMqtt = 18,
  /** The other side closes whenever the oldest message is sent: it is too large for it, or not allowed. */
  MessageRefused = 19,
  /** Closed before CONNACK over TLS while nobody has told the time: certificates and tokens look expired, or not yet valid. */
  ClockUnset = 20,
  /** CONNACK return codes 1 to 5 (section 3.2.2.3), in that order. */
  BadVersion = 21,
  BadIdentifier = 22,
  ServerUnavailable = 23,
  BadLogin = 24,
  NotAuthorized = 25,
  /** Nothing can be sent with these settings. */
  BadSettings = 26,
  /** Before a sleep. */
  Asleep = 27,
  /** The broker said goodbye (DISCONNECT), and no reason. Its reasons are reason codes of MQTT 5.0, which are greater than 127. */
  Disconnected = 28,
  // Reason codes of MQTT 5.0 themselves, of CONNACK and DISCONNECT. Those that 3.1.1 knows and 0x8E stand above.
  Unspecified = 0x80,
  MalformedPacket = 0x81,
  ForbiddenPacket = 0x82,
  Implementation = 0x83,
  ServerBusy = 0x89,
  Banned = 0x8a,
  ShuttingDown = 0x8b,
  BadAuthMethod = 0x8c,
  KeepAliveTimeout = 0x8d,
  BadTopicFilter = 0x8f,
  BadTopicName = 0x90,
  ReceiveMaximum = 0x93,
  BadTopicAlias = 0x94,
  PacketTooLarge = 0x95,
  RateTooHigh = 0x96,
  QuotaExceeded = 0x97,
  Administrative = 0x98,
  BadPayloadFormat = 0x99,
  NoRetain = 0x9a,
  QosNotSupported = 0x9b,
  UseAnotherServer = 0x9c,
  ServerMoved = 0x9d,
  NoShared = 0x9e,
  ConnectionRate = 0x9f,
  ConnectTime = 0xa0,
  NoSubscriptionIds = 0xa1,
  NoWildcards = 0xa2,
}
