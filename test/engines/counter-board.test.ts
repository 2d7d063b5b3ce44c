// The counter's bundle with MQTT 5.0 on the virtual board, in virtual time, over power cuts: what a firmware with V5 and a flash outbox
// is from source to socket. The broker's words are mqtt-packet's.

import { join } from 'node:path';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { beforeAll, expect, it } from 'vitest';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import type { CounterOptions } from '../../examples/counter/counter.ts';
import { build } from '../../flash/build/build.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createNetwork, type PeerConnection } from '../../sim/network/network.ts';
import { COUNTER_OPTIONS, range } from '../examples/counter/rig.ts';

const OPTIONS: CounterOptions = { ...COUNTER_OPTIONS, version: 5 };
const FIVE = { protocolVersion: 5 };

let bundle = '';
beforeAll(async () => {
  const firmware = join(PACKAGE_ROOT, 'examples/counter');
  const { code } = await build({ firmware, board: 'espruino-linux', features: { V5: true } });
  bundle = `counterOptions=${JSON.stringify(OPTIONS)};${code}`;
}, 60_000);

it('speaks 5.0, tells what is refused, and counts on over power cuts', () => {
  const seed = Date.now() % 0x7fffffff;
  const network = createNetwork();
  const world = createVirtualWorld({ seed, network });
  const lines: string[] = [];
  const connects: Packet[] = [];
  /** Topic names as they came, and numbers. */
  const names: string[] = [];
  const numbers: number[] = [];

  function serve(peer: PeerConnection): void {
    const parser = mqttPacket.parser(FIVE);
    const send = (packet: object) =>
      peer.write(mqttPacket.generate(packet as Packet, FIVE).toString('latin1'));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        connects.push(packet);
        send({
          cmd: 'connack',
          reasonCode: 0,
          sessionPresent: connects.length > 1,
          properties: { topicAliasMaximum: 1, receiveMaximum: 2 },
        });
      } else if (packet.cmd === 'subscribe') {
        send({ cmd: 'suback', messageId: packet.messageId, granted: [1] });
      } else if (packet.cmd === 'publish') {
        const n = Number(packet.payload);
        names.push(packet.topic);
        numbers.push(n);
        const properties = { reasonString: 'seven' };
        if (n % 7 > 0) send({ cmd: 'puback', messageId: packet.messageId });
        else send({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0x97, properties });
      }
    });
    peer.onData((bytes) => parser.parse(Buffer.from(bytes, 'latin1')));
  }

  network.listen('broker', 1883, serve);
  const board = createBoard({
    bundle: compileBundle(bundle, 'counter.js'),
    world,
    board: espruinoLinux,
    onConsole: (line) => line !== '~' && lines.push(line),
  });
  for (let life = 0; life < 3; life++) {
    board.powerOn();
    world.run(1500);
    board.powerOff();
    world.run(100);
  }
  expect(
    connects.map((packet) => packet.cmd === 'connect' && [packet.protocolVersion, packet.clean]),
  ).toEqual([
    [5, true],
    [5, false],
    [5, false],
  ]);
  const said = lines.map((line) => JSON.parse(line) as { ev: string; n: number; reason?: number });
  const last = Math.max(...numbers);
  expect(last, `seed ${seed}`).toBeGreaterThan(40);
  // Each of them came, once more at most for each power cut.
  expect([...new Set(numbers)]).toEqual(range(1, last));
  expect(numbers.length - last).toBeLessThanOrEqual(2 * 2);
  // A name that is as short as an alias goes without one.
  expect(new Set(names)).toEqual(new Set(['t/n']));
  const rejected = said.filter(({ ev }) => ev === 'rejected');
  expect([...new Set(rejected.map(({ n }) => n))]).toEqual(range(1, last).filter((n) => n % 7 === 0));
  expect(new Set(rejected.map(({ reason }) => reason))).toEqual(new Set([0x97]));
  expect(said).toContainEqual({ ev: 'property', packet: 0x40, id: 31, value: 'seven' });
});
