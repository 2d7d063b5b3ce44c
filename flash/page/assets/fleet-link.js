// @ts-check
// The connection of a page to a broker: MQTT 3.1.1 over WebSocket, QoS 0, a clean session, and by itself again after a loss. User
// name and password live in it as long as it does, and nowhere else. It publishes nothing but what `publish` is told.

import mqtt from '/vendor/mqtt.js';
import { refused, silent, unreachable } from './fleet-trouble.js';

/** @typedef {import('./fleet-trouble.js').Trouble} Trouble */
/** @typedef {{ username: string, password: string }} Login */
/**
 * connecting · online · lost: there was a session, and it tries again · away: there was none yet, and it tries again ·
 * login: it waits for another login · refused: it waits for a person
 * @typedef {'connecting' | 'online' | 'lost' | 'away' | 'login' | 'refused'} LinkState
 */
/**
 * @typedef {object} LinkEvents
 * @property {(state: LinkState, trouble: Trouble | undefined) => void} state
 * @property {() => void} session a new one, without a subscription
 * @property {(topic: string, payload: Uint8Array, isKept: boolean) => void} message
 * @property {(filters: readonly string[]) => void} unreadable filters that the broker refuses
 */

/** @type {mqtt.IClientOptions} */
const OPTIONS = {
  clean: true,
  resubscribe: false,
  reconnectPeriod: 2000,
  connectTimeout: 10_000,
  // Browsers let timers of hidden pages run once a minute: half of this, and half as much again, is what there is time for.
  keepalive: 90,
  // Timers of a worker would need a blob: URL, which the page's policy forbids.
  timerVariant: 'native',
};
/** Filters in one SUBSCRIBE; the next one waits for its SUBACK. */
const FILTERS = 100;
const FAILURE = 0x80;

const clientId = () => `mote-page-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

/** @param {string} address @param {LinkEvents} events */
export function createLink(address, events) {
  /** @type {mqtt.MqttClient | undefined} */
  let client;
  /** @type {string[]} */
  let queue = [];
  let isSubscribing = false;
  let hadSession = false;
  /** Of this try. */
  let isOpen = false;
  let isRefused = false;
  /** @type {Set<(error: Error) => void>} */
  const publishing = new Set();

  function subscribeNext() {
    const one = client;
    if (one === undefined || !one.connected || isSubscribing || queue.length === 0) return;
    isSubscribing = true;
    const filters = queue.splice(0, FILTERS);
    one.subscribe(filters, { qos: 0 }, (_error, _granted, packet) => {
      if (one !== client) return;
      isSubscribing = false;
      const codes = /** @type {number[]} */ (packet?.granted ?? []);
      const denied = filters.filter((_, at) => Number(codes[at]) >= FAILURE);
      if (denied.length > 0) events.unreadable(denied);
      subscribeNext();
    });
  }

  function onConnect() {
    hadSession = true;
    queue = [];
    isSubscribing = false;
    events.state('online', undefined);
    events.session();
  }

  function onClose() {
    failPublishing();
    if (isRefused) return;
    if (hadSession) events.state('lost', undefined);
    else events.state('away', isOpen ? silent(address) : unreachable(address));
    isOpen = false;
  }

  /** @param {Error & { code?: unknown }} error with the return code of a CONNACK, or of the socket @param {boolean} hasLogin */
  function onError({ code }, hasLogin) {
    if (!(Number(code) > 0)) return;
    isRefused = true;
    events.state(code === 4 || code === 5 ? 'login' : 'refused', refused(Number(code), hasLogin));
  }

  /** @param {string} url @param {string[]} protocols */
  function openSocket(url, protocols) {
    const socket = new WebSocket(url, protocols);
    socket.addEventListener('open', () => (isOpen = true));
    return socket;
  }

  /** What becomes of it now nobody knows. */
  function failPublishing() {
    const failing = [...publishing];
    publishing.clear();
    for (const fail of failing) fail(new Error('the connection broke: nobody knows whether it arrived'));
  }

  function stop() {
    const one = client;
    client = undefined;
    failPublishing();
    one?.end(true);
  }

  return {
    /** @param {Login} [login] */
    start(login) {
      stop();
      [isRefused, isOpen, hadSession] = [false, false, false];
      events.state('connecting', undefined);
      const one = mqtt.connect(address, {
        ...OPTIONS,
        clientId: clientId(),
        createWebsocket: openSocket,
        ...login,
      });
      client = one;
      // One that was stopped may still have something to say.
      one.on('connect', () => one === client && onConnect());
      one.on('close', () => one === client && onClose());
      one.on(
        'message',
        (topic, payload, { retain }) => one === client && events.message(topic, payload, retain),
      );
      one.on('error', (error) => one === client && onError(error, login !== undefined));
    },
    stop,
    /** @param {Iterable<string>} filters */
    subscribe(filters) {
      for (const filter of filters) queue.push(filter);
      subscribeNext();
    },
    /** @param {readonly string[]} filters */
    unsubscribe(filters) {
      const dropped = new Set(filters);
      queue = queue.filter((filter) => !dropped.has(filter));
      for (let at = 0; at < filters.length; at += FILTERS) {
        if (client?.connected) client.unsubscribe(filters.slice(at, at + FILTERS), () => {});
      }
    },
    /**
     * QoS 1, not retained. @param {string} topic @param {string} payload
     * @returns {Promise<void>} when the broker has it. @throws Error where there is no session, or it breaks
     */
    async publish(topic, payload) {
      const one = client;
      // What is kept for a later session would be carried out when nobody expects it.
      if (!one?.connected) throw new Error('there is no session with the broker');
      await new Promise((resolve, reject) => {
        one.publish(topic, payload, { qos: 1, retain: false }, (error) => {
          publishing.delete(fail);
          if (error) reject(error);
          else resolve(undefined);
        });
        const id = one.getLastMessageId();
        /** @param {Error} error */
        const fail = (error) => {
          reject(error);
          one.removeOutgoingMessage(id);
        };
        publishing.add(fail);
      });
    },
  };
}

/** @typedef {ReturnType<typeof createLink>} Link */
