// An independent client of the model broker, with a session of its own: it subscribes to everything with QoS 1, acknowledges, and comes back
// when the broker does, so that it misses nothing. It shares no code with the mote's client.

import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import type { Attached, SessionBroker } from '../../sim/broker/api.ts';

const ID = 'observer';
const AGAIN_MS = 500;
/** From the broker to it, and back. */
const WAY_MS = 1;

export interface ModelObserver {
  /** The broker is there now, or it is not. */
  setUp(isUp: boolean): void;
}

const bytesOf = (packet: Packet) => mqttPacket.generate(packet).toString('latin1');

/** @param setTimer of the world. @param onMessage told of each message, also of those that come again. */
export function openModelObserver(
  broker: SessionBroker,
  setTimer: (ms: number, run: () => void) => unknown,
  onMessage: (topic: string, payload: Buffer) => void,
): ModelObserver {
  let attached: Attached | undefined;
  let isUp = true;

  const send = (to: Attached, packet: Packet) =>
    setTimer(WAY_MS, () => {
      if (attached === to) to.data(bytesOf(packet));
    });

  const take = (to: Attached, packet: Packet) => {
    if (packet.cmd === 'connack' && !packet.sessionPresent) {
      send(to, { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
    }
    if (packet.cmd !== 'publish') return;
    onMessage(packet.topic, Buffer.from(packet.payload));
    if (packet.qos > 0) send(to, { cmd: 'puback', messageId: packet.messageId! });
  };

  const connect = () => {
    if (!isUp || attached !== undefined) return;
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => take(mine, packet));
    const mine: Attached = broker.connect({
      write: (bytes) =>
        void setTimer(WAY_MS, () => attached === mine && parser.parse(Buffer.from(bytes, 'latin1'))),
      end() {
        if (attached !== mine) return;
        attached = undefined;
        setTimer(AGAIN_MS, connect);
      },
    });
    attached = mine;
    mine.data(
      bytesOf({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId: ID,
        clean: false,
        keepalive: 0,
      }),
    );
  };

  connect();
  return {
    setUp(next) {
      isUp = next;
      connect();
    },
  };
}
