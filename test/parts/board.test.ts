// Commands on the virtual ESP32, the very bundle: it restarts, remembers, and a flood does not keep it from its readings.
import mqttPacket from 'mqtt-packet';
import { expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { build } from '../../flash/build/build.ts';
import { decodeLogLine } from '../../flash/codes.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createBme280Chip } from '../../sim/chips/bme280.ts';
import { createConstantAir } from '../../sim/environment/environment.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { writeFirmware } from '../flash/build/fixture.ts';

const FIRMWARE = `import { openI2c, startMote } from 'mote-sdk/espruino';
import { createCommands } from 'mote-sdk/parts/commands';
import { createConfiguration } from 'mote-sdk/parts/configuration';
import { createPower } from 'mote-sdk/ports/espruino/power';
import { createBme280 } from 'mote-sdk/sensors/bme280';
declare function print(text: string, value: number): void;
startMote({
  id: 'm',
  broker: { host: 'broker', port: 1883, backoff: { windowMs: 500, maxMs: 1000 } },
  wifi: { ssid: 'home', password: 'secret' },
  sensors: [{ name: 'air', driver: createBme280(openI2c({ bus: 1, data: 21, clock: 22 })), intervalMs: 60000 }],
  spread: false,
  parts: [
    createCommands({
      identify: (ms) => print('identify', ms),
      restart: createPower().restart,
      configuration: createConfiguration({ minutes: 1 }),
    }),
  ],
});
`;

async function setUp() {
  const { code } = await build({ firmware: writeFirmware({ 'main.ts': FIRMWARE }), board: 'esp32' });
  const network = createNetwork({ delayMs: [2, 9] });
  const world = createVirtualWorld({ seed: 8, network });
  world.accessPoint.ssid = 'home';
  world.accessPoint.password = 'secret';
  const lines: string[] = [];
  const errors: unknown[] = [];
  const heard: { topic: string; payload: string }[] = [];
  const retained = new Map<string, Buffer>();
  let acknowledged = 0;
  let send: (packet: mqttPacket.Packet) => void = () => {};
  network.listen('broker', 1883, (peer) => {
    const parser = mqttPacket.parser();
    const write = (packet: mqttPacket.Packet) => peer.write(mqttPacket.generate(packet).toString('latin1'));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        send = write;
        write({ cmd: 'connack', returnCode: 0, sessionPresent: false });
      } else if (packet.cmd === 'subscribe') {
        write({ cmd: 'suback', messageId: packet.messageId!, granted: packet.subscriptions.map(() => 1) });
        for (const { topic } of packet.subscriptions) {
          const payload = retained.get(topic);
          if (payload === undefined) continue;
          write({ cmd: 'publish', topic, payload, qos: 1, messageId: 9, retain: true, dup: false });
        }
      } else if (packet.cmd === 'publish') {
        heard.push({ topic: packet.topic, payload: packet.payload.toString() });
        if (packet.qos === 1) write({ cmd: 'puback', messageId: packet.messageId! });
      } else if (packet.cmd === 'pingreq') write({ cmd: 'pingresp' });
      else if (packet.cmd === 'puback') acknowledged++;
    });
    peer.onData((bytes) => void parser.parse(Buffer.from(bytes, 'latin1')));
  });
  const board = createBoard({
    bundle: compileBundle(code, 'firmware.js'),
    world,
    board: esp32,
    i2c: {
      1: [createBme280Chip({ environment: createConstantAir(21000, 50000, 101325), address: 0x76, seed: 1 })],
    },
    onConsole: (line) => lines.push(decodeLogLine(line) ?? line),
    onError: (error) => errors.push(error),
  });
  const on = (topic: string) =>
    heard
      .filter((one) => one.topic === topic)
      .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);
  return {
    board,
    world,
    lines,
    errors,
    retained,
    acknowledged: () => acknowledged,
    command(name: string, payload: string, messageId = 5) {
      const topic = `m/cmd/${name}`;
      send({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false });
    },
    replies: () => on('m/reply'),
    reported: () => on('m/config/reported'),
    readings: () => on('m/air/temperature').length,
  };
}

it(
  'a board carries commands out, restarts when told, and remembers what it was told',
  { timeout: 300_000 },
  async () => {
    const { board, world, lines, errors, retained, ...rest } = await setUp();
    const { command, replies, reported, readings, acknowledged } = rest;
    board.powerOn();
    world.run(5000);
    expect(reported(), lines.join('\n')).toEqual([{ state: 'default', 'interval.air': 60_000 }]);
    command('interval', '{"id":1,"sensor":"air","ms":2000}');
    command('identify', '{"id":2,"ms":700}');
    world.run(20_000);
    expect(lines).toContain('identify 700');
    expect(readings()).toBeGreaterThanOrEqual(9);

    command('restart', '{"id":3}');
    world.run(5000);
    expect(board.counters.boots).toBe(2);
    expect(replies()).toEqual([
      { result: 0, command: 'interval', id: 1 },
      { result: 0, command: 'identify', id: 2 },
      { result: 0, command: 'restart', id: 3 },
    ]);
    expect(acknowledged()).toBe(3);
    world.run(5000);
    expect(reported().at(-1)).toEqual({ state: 'default', 'interval.air': 2000 });

    // A thousand within a second, and half of them nonsense.
    const before = readings();
    for (let i = 0; i < 1000; i++) {
      command('identify', i % 2 === 0 ? `{"id":${i},"ms":1}` : '{"a":'.repeat(100), 1 + (i % 60000));
      world.run(1);
    }
    world.run(20_000);
    expect(acknowledged()).toBe(1003);
    expect(readings() - before).toBeGreaterThanOrEqual(9);
    const told = replies().find(({ result }) => result === -21);
    expect(told!['refused']).toBeGreaterThan(980);
    expect(lines.filter((line) => line.endsWith('more came than perMinute allows'))).toHaveLength(1);

    // Nothing listens there, so it comes back, in spite of a loss of power.
    retained.set('m/config/desired', Buffer.from('{"id":4,"host":"nowhere","port":1,"interval.air":5000}'));
    board.powerOff('silent');
    board.powerOn();
    world.run(10_000);
    board.powerOff('silent');
    board.powerOn();
    world.run(75_000);
    expect(reported().at(-1)).toMatchObject({ state: 'rolled-back', id: 4, 'interval.air': 2000 });
    expect(lines.at(-1)).not.toMatch(/no connection/);
    expect(errors).toEqual([]);
  },
);
