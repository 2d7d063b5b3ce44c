// Listens on connections between motes and a broker, where these leave the simulated network: who is online, and how long a PUBLISH of
// QoS 1 or 2 waits for its acknowledgement. MQTT 3.1.1. It changes no byte, and keeps none but those of a packet that is not whole yet.

import type { Network, PeerConnection } from '../../sim/network/network.ts';

export interface TapEvents {
  /** Milliseconds. */
  now(): number;
  /** CONNACK with this code has come. */
  onConnack(code: number): void;
  /** A connection that was let in is gone. */
  onGone(): void;
  onPublish(): void;
  /** PUBACK or PUBREC has come. */
  onAcknowledged(topic: string, payload: string, ms: number): void;
}

/** Longer packets than any that a mote sends or wants: nothing more is looked at on such a connection. */
const PACKET_MAX = 0x10000;
const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const PUBREC = 5;

/** @returns what takes bytes, cut anywhere, and gives whole packets on. */
function createCutter(onPacket: (first: number, body: string) => void): (bytes: string) => void {
  let pending = '';
  let isLost = false;
  return (bytes) => {
    if (isLost) return;
    const text = pending + bytes;
    let at = 0;
    for (;;) {
      let length = 0;
      let body = at + 1;
      let byte = 0x80;
      for (let shift = 0; byte >= 0x80 && shift < 28; shift += 7) {
        byte = text.charCodeAt(body++);
        length |= (byte & 127) << shift;
      }
      if (length > PACKET_MAX) isLost = true;
      // A byte that is not there yet is no number.
      if (Number.isNaN(byte) || body + length > text.length) break;
      onPacket(text.charCodeAt(at), text.slice(body, body + length));
      at = body + length;
    }
    pending = isLost ? '' : text.slice(at);
  };
}

const word = (text: string, at: number) => (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);

interface UnderWay {
  readonly topic: string;
  readonly payload: string;
  readonly at: number;
}

/** @returns a connection that is listened on. */
function tap(peer: PeerConnection, events: TapEvents): PeerConnection {
  const underWay = new Map<number, UnderWay>();
  let isOnline = false;

  const gone = () => {
    if (isOnline) events.onGone();
    isOnline = false;
  };
  const fromMote = createCutter((first, body) => {
    const type = first >> 4;
    if (type !== PUBLISH) return;
    events.onPublish();
    if ((first & 6) === 0) return;
    const nameEnd = 2 + word(body, 0);
    const topic = body.slice(2, nameEnd);
    underWay.set(word(body, nameEnd), { topic, payload: body.slice(nameEnd + 2), at: events.now() });
  });
  const toMote = createCutter((first, body) => {
    const type = first >> 4;
    if (type === CONNACK) {
      isOnline = body.charCodeAt(1) === 0;
      events.onConnack(body.charCodeAt(1));
    }
    if (type !== PUBACK && type !== PUBREC) return;
    const message = underWay.get(word(body, 0));
    if (message === undefined) return;
    underWay.delete(word(body, 0));
    events.onAcknowledged(message.topic, message.payload, events.now() - message.at);
  });

  return {
    ...peer,
    onData: (handler) =>
      peer.onData((bytes) => {
        fromMote(bytes);
        handler(bytes);
      }),
    onClose: (handler) =>
      peer.onClose((how) => {
        gone();
        handler(how);
      }),
    write(bytes) {
      toMote(bytes);
      peer.write(bytes);
    },
    end() {
      gone();
      peer.end();
    },
    reset() {
      gone();
      peer.reset();
    },
  };
}

/** @returns a network whose listeners are listened on. */
export function tapNetwork(network: Network, events: TapEvents): Network {
  return {
    ...network,
    listen: (host, port, onConnection) =>
      network.listen(host, port, (peer) => onConnection(tap(peer, events))),
  };
}
