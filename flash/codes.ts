// The sentence for every number that a board prints on its console: what happened, and what to do where a person can do something.

import { Close, Code, Drop, Event, Server } from '../src/ports/codes.ts';

const CODES: Record<number, string> = {
  [Code.Ok]: 'no error',
  [Code.InFlight]: 'on its way, and not stored: its end comes as an event',
  [Code.Held]: 'held with others: accepted when they are released',
  [Code.Absent]: 'nothing answers at its address: check the wiring and the address',
  [Code.Timeout]: 'no answer in time: the bus or the chip is stuck',
  [Code.Crc]: 'checksum wrong: check the cable and the bus speed',
  [Code.NotReady]: 'the chip has no value yet',
  [Code.WrongId]: 'another kind of chip answers at its address',
  [Code.Range]: 'value outside of what the chip can measure',
  [Code.Fault]: 'the chip lost its settings or returns nonsense: check its supply',
  [Code.Overflow]: 'value too large for the chip',
  [Code.BadOptions]: 'the chip has no such setting: check the options of its driver',
  [Code.Malformed]: 'not a flat JSON object: text, integers and names only, no escapes, nothing nested',
  [Code.BadValue]:
    'a key that is not known, twice there or missing, or a value of another kind or out of range',
  [Code.Denied]: 'not carried out: without a valid signature, retained by the broker, or sent a second time',
  [Code.NoMemory]: 'too little memory',
  [Code.BadMac]: 'its signature is wrong: another key, or somebody changed it',
  [Code.Replay]: 'it was there already: its number is not greater than the last one',
  [Code.Refused]: 'connection refused',
  [Code.Busy]: '536 bytes are still waiting to leave, or more was asked for than is done at a time',
  [Code.Closed]: 'there is no session with the broker',
  [Code.TooLong]: 'longer than the largest packet: counters() says what it needs and what there is',
  [Code.BadTopic]: 'not a prepared topic or subscription, or not a valid name',
  [Code.BadPayload]:
    'no bytes, or no JSON object where payloads are signed, or options that no CONNECT can carry',
  [Code.BadQos]: 'a quality of service that is not built in',
  [Code.Abandoned]: 'given up by the firmware before its end',
  [Code.NoHost]: 'no name server knows the host',
  [Code.Rejected]: 'the broker refuses it for good: the event MessageRejected has the reason',
  [Code.Full]: 'the outbox is full',
  [Code.Empty]: 'the outbox is empty',
  [Code.Unknown]: 'no such record',
  [Code.Foreign]: 'something else stands in the flash of the outbox: format it, if it is of no use',
  [Code.OldFormat]: 'the outbox was written by another version: let that one deliver it, or format it',
  [Code.WornOut]: 'no page of the flash takes a record any more',
};

/** Reason codes of MQTT 5.0 that are failures (section 2.4): what they mean, for a connection and for a message. */
const REASONS: Record<number, string> = {
  [Close.Unspecified]: 'the broker refuses, and says no reason',
  [Close.MalformedPacket]: 'the broker cannot read a packet: report it to the authors of Mote',
  [Close.ForbiddenPacket]:
    'the broker takes a packet for forbidden by MQTT: report it to the authors of Mote',
  [Close.Implementation]: 'the broker does not take this, although MQTT allows it: its log may say why',
  0x84: 'the broker does not speak this version of MQTT',
  0x85: 'the broker does not like the client id',
  0x86: 'user name or password is wrong: check settings.json, or the user and password in --broker',
  0x87: 'the broker does not authorise this client: may it publish to, or read, these topics?',
  0x88: 'the broker is not available',
  [Close.ServerBusy]: 'the broker is busy',
  [Close.Banned]: 'the broker has banned this client: only who runs it can lift that',
  [Close.ShuttingDown]: 'the broker is shutting down',
  [Close.BadAuthMethod]: 'the broker does not take this way to authenticate',
  [Close.KeepAliveTimeout]: 'the broker heard nothing for one and a half times the keep alive',
  0x8e: 'another client took the session over: does one use the same client id?',
  [Close.BadTopicFilter]: 'the broker does not take a topic filter: may this client read these topics?',
  [Close.BadTopicName]:
    'the broker does not take a topic name: check id and names, and what the broker allows',
  0x91: 'the broker has a message of that packet identifier under way',
  0x92: 'the broker does not know that packet identifier',
  [Close.ReceiveMaximum]: 'more messages were under way than the broker takes at a time',
  [Close.BadTopicAlias]: 'the broker does not take a topic alias',
  [Close.PacketTooLarge]: 'a packet is larger than the broker takes: shorten payloads, or raise its limit',
  [Close.RateTooHigh]: 'more messages came than the broker takes in a time: raise intervalMs, or its limit',
  [Close.QuotaExceeded]:
    'a quota of the broker is exceeded: messages, bytes or connections of this client or account',
  [Close.Administrative]: 'somebody who runs the broker ended the connection',
  [Close.BadPayloadFormat]: 'the payload is not what its properties say: UTF-8',
  [Close.NoRetain]: 'the broker keeps no messages (retain)',
  [Close.QosNotSupported]: 'the broker does not take this quality of service: use a lower qos',
  [Close.UseAnotherServer]:
    'the broker says to use another server for now: set host in settings.json, or followServer in the options',
  [Close.ServerMoved]:
    'the broker says that it has moved for good: set host in settings.json, or followServer in the options',
  [Close.NoShared]: 'the broker has no shared subscriptions',
  [Close.ConnectionRate]:
    'more connections came than the broker takes in a time: raise windowMs of the backoff',
  [Close.ConnectTime]: 'the time that the broker grants to a connection is over',
  [Close.NoSubscriptionIds]: 'the broker has no subscription identifiers',
  [Close.NoWildcards]: 'the broker has no subscriptions with wildcards',
};

const CLOSES: Record<number, string> = {
  [Close.None]: 'nothing ended',
  [Close.Peer]: 'the broker closed it or was shut down, or the network broke',
  [Close.ConnackTimeout]: 'no CONNACK within 10 s: is it an MQTT broker?',
  [Close.PingTimeout]:
    'no PINGRESP within 10 s: the link is dead, and the other side did not say so (half-open)',
  [Close.Refused]: 'refused',
  [Close.ProtocolError]: 'the other side sent bytes that MQTT forbids',
  [Close.Local]: 'closed by the firmware',
  [Close.OpenTimeout]: 'no TCP connection within 30 s',
  [Close.SendTimeout]: 'bytes did not leave within 20 s: the link is stalled',
  [Close.TakenOver]:
    'another client took the session over, or the broker ended three in a row at once: does one use the same client id?',
  [Close.WifiLost]: 'the access point is gone',
  [Close.NoAccessPoint]: 'no access point of that name: check ssid in settings.json, and the distance',
  [Close.WifiPassword]: 'the access point does not take the password: check password in settings.json',
  [Close.NoAddress]: 'the access point gives no address: is its DHCP server on, and not exhausted?',
  [Close.WifiTimeout]: 'Wi-Fi was not joined within 60 s',
  [Close.HostUnknown]: "no name server knows the broker's name: check host in settings.json",
  [Close.NothingListens]: "nothing answers at the broker's address: check host and port in settings.json",
  [Close.TlsMemory]: 'there is not enough memory for TLS',
  [Close.NotMqtt]:
    'what answers is no MQTT broker: a captive portal, a web server, or a broker that wants TLS?',
  [Close.MessageRefused]:
    'the broker closed three sessions in a row at the same message: it is too large for it, or this client may not publish it',
  [Close.ClockUnset]:
    'closed before the login while the time is not known: to the other side certificates or tokens look expired',
  [Close.BadVersion]: 'the broker does not speak this version of MQTT',
  [Close.BadIdentifier]: 'the broker does not like the client id',
  [Close.ServerUnavailable]: 'the broker is not available',
  [Close.BadLogin]:
    'user name or password is wrong: check settings.json, or the user and password in --broker',
  [Close.NotAuthorized]: 'the broker does not authorise this client: does it want a user name and password?',
  [Close.BadSettings]: 'nothing can be sent with these settings',
  [Close.Asleep]: 'closed before a sleep',
  [Close.Disconnected]: 'the broker ended the connection, and said no reason',
};

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const name = (table: Record<number, string>, code: number) => table[code] ?? `unknown code ${code}`;

/** @returns the sentence for why a connection ended, or did not come about. */
export function closeText(why: number): string {
  return REASONS[why] ?? name(CLOSES, why);
}

/** @returns the sentences of closeText, by number. */
export const closeTexts = (): Readonly<Record<number, string>> => ({ ...CLOSES, ...REASONS });

/** @returns the sentences of codeText, by number. */
export const codeTexts = (): Readonly<Record<number, string>> => ({ ...CODES });

const SERVERS: Record<number, string> = {
  [Server.Once]: 'it is tried next, for one session',
  [Server.Moved]: 'it is tried first as long as the board runs',
  [Server.Unreadable]: 'not followed: none is named as host, host:port or [IPv6]:port',
  [Server.Circle]: 'not followed: servers send from one to another; it goes on with its own after a wait',
};

/** @returns what the broker answered to a SUBSCRIBE or UNSUBSCRIBE. */
function answerText(code: number): string {
  if (code === 255) return 'ended by the broker, as asked';
  if (code > 0x80 && code in REASONS) return `refused: ${REASONS[code]}`;
  return code > 2 ? 'refused by the broker: may this client read these topics?' : `granted with QoS ${code}`;
}

const DROPS: Record<number, string> = {
  [Drop.Oldest]: 'the outbox was full, and a new one needed the room',
  [Drop.Damaged]: 'damaged in flash',
  [Drop.Overtaken]: 'the outbox was full, and a newer one of the same topic waits',
};

function configuredText(detail: number): string {
  if (detail === 0) return 'a configuration is on probation: it stays if the broker is reached with it';
  if (detail === 1) return 'the configuration stays: the broker was reached with it';
  return `the configuration was rolled back, the broker was not reached with it: ${closeText(detail - 2)}`;
}
/** Why payloads cannot be signed, where that says more than the sentence of the code. */
const UNSIGNED: Record<number, string> = {
  [Code.Absent]: 'this engine has no SHA-256',
  [Code.BadOptions]: 'the key has fewer than 16 bytes: give a longer one in secrets.json or the environment',
  [Code.Unknown]:
    'nothing keeps their numbers over a loss of power: build with FLASH and STATE, for a board with flash for the outbox',
};

const EVENTS: Record<number, (detail: number) => string> = {
  [Event.Started]: () => 'firmware started',
  [Event.WifiUp]: () => 'Wi-Fi joined',
  [Event.NextTry]: (ms) => `next try in ${seconds(ms)}`,
  [Event.LinkLost]: (why) => `no connection: ${closeText(why)}`,
  [Event.Online]: () => 'online: the broker took the session',
  [Event.SensorFailed]: (detail) =>
    `sensor ${Math.floor(detail / 100)} failed: ${name(CODES, -(detail % 100))}`,
  [Event.SensorBack]: (index) => `sensor ${index} answers again`,
  [Event.ReadingRefused]: (code) => `a reading was not published: ${name(CODES, -code)}`,
  [Event.BadSettings]: (sensor) =>
    sensor === 0
      ? 'settings cannot be sent to a broker: id, user name or password is too long, not UTF-8, or holds + or #; or a property of MQTT 5.0 is impossible'
      : `settings of sensor ${sensor - 1} are impossible: its name is too long, not UTF-8, or holds + or #, or its driver has no such channel, or a channel no such unit or total, or one of its properties of MQTT 5.0 cannot be`,
  [Event.TooFast]: (index) =>
    `sensor ${index} is sampled as often as its chip can be, which is less than its intervalMs asks for`,
  [Event.BadPart]: (part) => `the options of part ${part - 1} are impossible: nothing runs`,
  [Event.CommandRefused]: (code) => `a command was refused: ${name(CODES, -code)}`,
  [Event.CommandFlood]: (count) =>
    `${count} ${count === 1 ? 'command was' : 'commands were'} not looked at: more came than perMinute allows`,
  [Event.Configured]: configuredText,
  [Event.Restarting]: () => 'restarts, as a command asked for',
  [Event.Sleeps]: (sec) => `asleep for ${sec} s`,
  [Event.LeftOver]: (count) =>
    `${count} ${count === 1 ? 'message waits' : 'messages wait'} for the next session, kept in flash`,
  [Event.SensorLate]: (index) => `sensor ${index} had no reading in time: the mote sleeps without`,
  [Event.CannotSleep]: () => 'this board cannot sleep: the mote stays awake',
  [Event.ListenerFailed]: (index) => `the firmware's own onReading of sensor ${index} threw an error`,
  [Event.Untold]: (code) =>
    `something that Home Assistant should know cannot be said: ${name(CODES, -code)}; shorten names, or build with STREAM`,
  [Event.ReadingAccepted]: (count) =>
    `readings are accepted again; ${count} ${count === 1 ? 'was' : 'were'} refused`,
  [Event.Oversize]: (bytes) => `a message of ${bytes} bytes was passed over: it is larger than receiveMax`,
  [Event.StrayAck]: (id) => `the broker acknowledged packet ${id}, which is not in flight`,
  [Event.HandlerFailed]: (index) =>
    `the handler of subscription ${index} threw: its message comes again on the next connection`,
  [Event.Dropped]: (detail) =>
    `${detail >> 2} accepted ${detail >> 2 === 1 ? 'message was' : 'messages were'} given up: ${DROPS[detail % 4] ?? `reason ${detail % 4}`}`,
  [Event.OutboxClosed]: (detail) => `the outbox takes nothing: ${name(CODES, -detail)}`,
  [Event.ClockSetBack]: (minutes) =>
    `the clock was set back by ${minutes} minutes: the times of readings go backwards this once; was the time server wrong before, or is it now?`,
  [Event.Unverified]: () =>
    'encrypted, but the broker is not verified: who stands between can read and change everything',
  [Event.TlsMemory]: (detail) =>
    `not connected: a TLS handshake needs ${detail >> 10} KB of memory, and ${detail & 1023} KB are free; trying again`,
  [Event.NoTls]: () =>
    'this engine has no TLS, and nothing is sent without: use a build that has it, or take encryptedButUnverified away',
  [Event.Unsigned]: (code) => `payloads cannot be signed: ${UNSIGNED[-code] ?? name(CODES, -code)}`,
  [Event.MessageRejected]: (detail) =>
    `message ${detail >> 8} was given up, and is counted as rejected: ${name(REASONS, detail & 255)}`,
  [Event.MessageExpired]: (detail) =>
    `message ${detail >> 8} was given up, and is counted as expired: its message expiry interval passed before it could be sent`,
  [Event.OldVersion]: () => 'the broker refuses MQTT 5.0: 3.1.1 is tried next',
  [Event.ServerNamed]: (what) =>
    `the broker names another server: ${SERVERS[what] ?? `unknown outcome ${what}`}`,
  [Event.Subscribed]: (detail) => `subscription ${detail >> 8} ${answerText(detail & 255)}`,
};

/** @returns the sentence for event `event` with its `detail`. */
export function eventText(event: number, detail: number): string {
  return EVENTS[event]?.(detail) ?? `unknown event ${event} (${detail})`;
}

/** @returns the sentence for a console line that `Log` wrote (`#<event> <detail>`), or undefined when it is something else. */
export function decodeLogLine(line: string): string | undefined {
  const match = /^#(\d+) (-?\d+)$/.exec(line.trim());
  return match === null ? undefined : eventText(Number(match[1]), Number(match[2]));
}

/** @returns the sentence for a result of device code. */
export function codeText(code: number): string {
  return name(CODES, code);
}
