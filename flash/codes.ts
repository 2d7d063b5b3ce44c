// The sentence for every number that a board prints on its console: what happened, and what to do where a person can do something.

import { Close, Code, Drop, Event } from '../src/ports/codes.ts';

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
  [Code.Refused]: 'connection refused',
  [Code.Busy]: '536 bytes are still waiting to leave',
  [Code.Closed]: 'there is no session with the broker',
  [Code.TooLong]: 'longer than the largest packet: counters() says what it needs and what there is',
  [Code.BadTopic]: 'not a prepared topic or subscription, or not a valid name',
  [Code.BadPayload]: 'no bytes, or options that no CONNECT can carry',
  [Code.BadQos]: 'a quality of service that is not built in',
  [Code.Abandoned]: 'given up by the firmware before its end',
  [Code.NoHost]: 'no name server knows the host',
  [Code.Full]: 'the outbox is full',
  [Code.Empty]: 'the outbox is empty',
  [Code.Unknown]: 'no such record',
  [Code.Foreign]: 'something else stands in the flash of the outbox: format it, if it is of no use',
  [Code.OldFormat]: 'the outbox was written by another version: let that one deliver it, or format it',
  [Code.WornOut]: 'no page of the flash takes a record any more',
};

const CLOSES: Record<number, string> = {
  [Close.None]: 'nothing ended',
  [Close.Peer]: 'the broker closed it or was shut down, or the network broke',
  [Close.ConnackTimeout]: 'no CONNACK within 10 s: is it an MQTT broker?',
  [Close.PingTimeout]:
    'no PINGRESP within 10 s: the link is dead, and the other side did not say so (half-open)',
  [Close.Refused]: 'refused',
  [Close.ProtocolError]: 'the other side sent bytes that MQTT 3.1.1 forbids',
  [Close.Local]: 'closed by the firmware',
  [Close.OpenTimeout]: 'no TCP connection within 30 s',
  [Close.SendTimeout]: 'bytes did not leave within 20 s: the link is stalled',
  [Close.TakenOver]:
    'the broker ended three sessions in a row at once: does another client use this client id?',
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
  [Close.BadVersion]: 'the broker does not speak MQTT 3.1.1',
  [Close.BadIdentifier]: 'the broker does not like the client id',
  [Close.ServerUnavailable]: 'the broker is not available',
  [Close.BadLogin]:
    'user name or password is wrong: check settings.json, or the user and password in --broker',
  [Close.NotAuthorized]: 'the broker does not authorise this client: does it want a user name and password?',
  [Close.BadSettings]: 'nothing can be sent with these settings',
  [Close.Asleep]: 'closed before a sleep',
};

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const name = (table: Record<number, string>, code: number) => table[code] ?? `unknown code ${code}`;

/** @returns the sentence for why a connection ended, or did not come about. */
export function closeText(why: number): string {
  return name(CLOSES, why);
}

/** @returns what the broker answered to a SUBSCRIBE or UNSUBSCRIBE. */
function answerText(code: number): string {
  if (code === 255) return 'ended by the broker, as asked';
  return code > 2 ? 'refused by the broker: may this client read these topics?' : `granted with QoS ${code}`;
}

const DROPS: Record<number, string> = {
  [Drop.Oldest]: 'the outbox was full, and a new one needed the room',
  [Drop.Damaged]: 'damaged in flash',
  [Drop.Overtaken]: 'the outbox was full, and a newer one of the same topic waits',
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
      ? 'settings cannot be sent to a broker: id, user name or password is too long, not UTF-8, or holds + or #'
      : `settings of sensor ${sensor - 1} are impossible: its name is too long, not UTF-8, or holds + or #, or its driver has no such channel, or a channel no such unit or total`,
  [Event.TooFast]: (index) =>
    `sensor ${index} is sampled as often as its chip can be, which is less than its intervalMs asks for`,
  [Event.BadPart]: (part) => `the options of part ${part - 1} are impossible: nothing runs`,
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
