// The counter program on Node with MQTT_VERSION=5, against a broker in the words of mqtt-packet.

import type { Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { startPeer } from './broker.ts';
import { gaps, startProgram, stateDirectory } from './program.ts';

const BASE = { CLIENT_ID: 'counter-test', PERIOD_MS: 20, RECONNECT_MS: 0, KEEPALIVE: 5 };

/** A broker that speaks what CONNECT says, keeps one session, and refuses every seventh number in 5.0. */
function createBroker() {
  const connects: IConnectPacket[] = [];
  const numbers: number[] = [];
  const sockets: Socket[] = [];

  function treat(socket: Socket): void {
    sockets.push(socket);
    const parser = mqttPacket.parser();
    let version = 4;
    const send = (packet: object) =>
      void socket.write(mqttPacket.generate(packet as Packet, { protocolVersion: version }));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        version = packet.protocolVersion!;
        const sessionPresent = connects.push(packet) > 1 && !packet.clean;
        send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent });
      } else if (packet.cmd === 'subscribe') {
        send({ cmd: 'suback', messageId: packet.messageId, granted: [1] });
      } else if (packet.cmd === 'publish') {
        const n = Number(packet.payload);
        numbers.push(n);
        send({ cmd: 'puback', messageId: packet.messageId, reasonCode: n % 7 === 0 ? 0x97 : 0 });
      }
    });
    socket.on('data', (bytes) => parser.parse(bytes));
  }

  return {
    treat,
    connects,
    numbers,
    sockets,
    send: (packet: object) =>
      void sockets.at(-1)!.write(mqttPacket.generate(packet as Packet, { protocolVersion: 5 })),
  };
}

it('counts without a gap over kills, first in 3.1.1 and then in 5.0, and prints the reasons of 5.0', async () => {
  const broker = createBroker();
  const peer = await startPeer(broker.treat);
  const directory = stateDirectory();
  const queued: number[] = [];
  // What was counted in 5.0 a build without it does not read.
  for (const version of [4, 5, 5]) {
    const counter = startProgram({ ...BASE, PORT: peer.port, STATE_DIR: directory, MQTT_VERSION: version });
    const end = Math.max(0, ...broker.numbers) + 20;
    await counter.until(() => broker.numbers.includes(end));
    const ended = broker.connects.length;
    if (version === 5) {
      broker.send({ cmd: 'disconnect', reasonCode: 0x8b, properties: { reasonString: 'back soon' } });
      await counter.until(() => broker.connects.length > ended && broker.numbers.includes(end + 10));
    }
    await counter.kill('SIGKILL');
    expect(counter.errors()).toBe('');
    queued.push(...counter.queued());
    const said = counter.lines.filter(({ ev }) => ev !== 'queued' && ev !== 'rejected');
    expect(said).toEqual(
      version === 4
        ? []
        : [
            { ev: 'property', packet: 0xe0, id: 31, value: 'back soon' },
            { ev: 'closed', reason: 0x8b },
          ],
    );
    const rejected = counter.lines.flatMap((line) => (line.ev === 'rejected' ? [line] : []));
    expect(rejected.every(({ n, reason }) => n % 7 === 0 && reason === 0x97)).toBe(true);
    expect(rejected.length > 1).toBe(version === 5);
  }
  const older = startProgram({ ...BASE, PORT: peer.port, STATE_DIR: directory });
  expect(await older.done).toEqual({ code: 3, signal: null });
  expect(older.errors()).toContain('set MQTT_VERSION=5 if that has counted there');
  expect(broker.connects.map(({ protocolVersion, clean }) => [protocolVersion, clean])).toEqual([
    [4, false],
    [5, false],
    [5, false],
    [5, false],
    [5, false],
  ]);
  expect(queued).toEqual(Array.from(queued, (_, index) => index + 1));
  expect(gaps(broker.numbers)).toEqual([]);
});
