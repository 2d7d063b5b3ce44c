// A client that speaks MQTT 5.0, and its broker's packets: both in the words of mqtt-packet, which knows nothing of our code.

import mqttPacket, { type Packet } from 'mqtt-packet';
import { Code } from '../../../src/ports/codes.ts';
import { createWorld, type Setup } from '../client.ts';

/** @returns a packet of a broker, one character a byte. */
export function fromBroker(packet: object): string {
  return mqttPacket.generate(packet as Packet, { protocolVersion: 5 }).toString('latin1');
}

/** @returns what the client wrote. Throws when bytes are left over, or no packet can be made of them. */
export function read(bytes: string): Packet[] {
  const found: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (packet) => found.push(packet));
  parser.on('error', (error) => {
    throw error;
  });
  if (parser.parse(Buffer.from(bytes, 'latin1')) > 0) {
    throw new Error(`unfinished packet in ${JSON.stringify(bytes)}`);
  }
  return found;
}

export function connack(properties: object = {}, reasonCode = 0, sessionPresent = false): string {
  return fromBroker({ cmd: 'connack', reasonCode, sessionPresent, properties });
}

export type World5 = ReturnType<typeof createWorld5>;

export function createWorld5(setup: Setup = {}) {
  const world = createWorld(setup);
  const { client, socket } = world;
  const world5 = {
    ...world,
    /** @returns the CONNECT of a new connection. */
    open(): Packet {
      if (client.connect('broker', 1883) !== Code.Ok) throw new Error('not connected');
      socket.accept();
      for (let i = 0; i < 3; i++) socket.drain();
      return read(socket.take())[0]!;
    },
    /** Up to a session; what was said and written on the way is forgotten, but for what follows CONNACK. */
    online(properties: object = {}, present = false): void {
      world5.open();
      socket.deliver(connack(properties, 0, present));
      if (!client.isOnline()) throw new Error(`not online: ${world.said.join(', ')}`);
      world.said.length = 0;
    },
    /** The connection breaks, and there is another one. */
    reconnect(properties: object = {}, present = true): void {
      socket.drop();
      world5.online(properties, present);
    },
    /** The broker sends a packet. */
    deliver: (packet: object) => socket.deliver(fromBroker(packet)),
    /** What the client has written, after the socket has sent it all. */
    sent: (): Packet[] => read(world.flush()),
    /** The same as bytes. */
    bytesSent: (): string => world.flush(),
  };
  return world5;
}
