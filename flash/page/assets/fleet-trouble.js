// @ts-check
// What is wrong between this page and a broker, and what to do about it, in sentences. A password never stands in one.

/** @typedef {{ what: string, fix: string, settings?: readonly string[] }} Trouble `settings`: what to configure, broker by broker */

/** As brokers come, and how they are told to. */
const LISTENERS = [
  'Mosquitto: “listener 9001” and below it “protocol websockets” in mosquitto.conf, then ws://HOST:9001',
  'EMQX: it listens on port 8083 as it comes: ws://HOST:8083/mqtt',
  'NATS: “websocket { port: 8080, no_tls: true }” beside “mqtt { … }” in its configuration, then ws://HOST:8080/mqtt',
  'RabbitMQ: “rabbitmq-plugins enable rabbitmq_web_mqtt”, then ws://HOST:15675/ws',
];
/** Where brokers listen for MQTT without WebSocket. */
const PLAIN = ['1883', '8883'];

/** @param {string} address @returns {Trouble | undefined} undefined: an address to connect to */
export function addressTrouble(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:') || url.hostname === '') {
    // Not the address itself: it may hold a password.
    return {
      what: 'the address of the broker is none that a page can connect to',
      fix: 'give --broker ws://HOST:PORT, or wss://HOST:PORT with TLS: pages reach MQTT over WebSocket only',
    };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      what: 'the address of the broker has a user name or a password in it',
      fix: 'leave them out of --broker: this page asks for them, and keeps them in memory only',
    };
  }
  if (url.hash !== '') {
    return {
      what: 'the address of the broker has a # in it',
      fix: 'leave what begins with # out of --broker',
    };
  }
  return undefined;
}

/** @param {string} address that the browser could not open a WebSocket to @returns {Trouble} */
export function unreachable(address) {
  const { port, hostname, protocol } = new URL(address);
  const shown = port || (protocol === 'wss:' ? '443' : '80');
  const isPlain = PLAIN.includes(shown);
  return {
    what: `nothing speaks MQTT over WebSocket at ${hostname}, port ${shown}`,
    fix: isPlain
      ? `${shown} is the port of MQTT without WebSocket, which no page can use: the broker needs a listener for WebSocket on another port`
      : 'is the broker on, and has it a listener for WebSocket on this port? Is the path the one that it wants, often /mqtt? With wss://: does this browser take its certificate?',
    settings: LISTENERS,
  };
}

/** WebSocket was there, and no CONNACK came. @param {string} address @returns {Trouble} */
export function silent(address) {
  return {
    what: `what answers at ${address} speaks WebSocket, and let no session with MQTT begin`,
    fix: 'is the path right (many brokers want /mqtt)? Does it want a user name and a password, and closes instead of saying so?',
    settings: LISTENERS,
  };
}

/** Return codes of CONNACK (MQTT 3.1.1, section 3.2.2.3), but for the login. @type {Record<number, Trouble>} */
const REFUSALS = {
  1: { what: 'the broker does not speak MQTT 3.1.1', fix: 'look at which versions it is set to take' },
  2: { what: 'the broker does not like the client id', fix: 'it has to take ids that begin with mote-page-' },
  3: { what: 'the broker says that it is not available', fix: 'look at its log' },
};

/** @param {number} code of CONNACK @param {boolean} hasLogin whether a user name went with it @returns {Trouble} */
export function refused(code, hasLogin) {
  const known = REFUSALS[code];
  if (known !== undefined) return known;
  if (code !== 4 && code !== 5) {
    return { what: `the broker refuses with code ${code}`, fix: 'look at its log' };
  }
  return hasLogin
    ? {
        what: 'the broker does not take this user name and password',
        fix: 'type them again; or this user may not connect, which the broker’s access list says',
      }
    : { what: 'the broker wants a user name and a password', fix: 'type those of a user that may read' };
}
