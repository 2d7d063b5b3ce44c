// DISCONNECT, ours and the broker's (MQTT 5.0 section 3.14).

import { describe, expect, it } from 'vitest';
import { Close, Code } from '../../../src/ports/codes.ts';
import { createWorld5 } from '../../mqtt/five/world.ts';
import { busy, byte, expectLeft, expectRecovery, field, list, packet, resume } from './rig.ts';

const TAKEN_OVER = 0x8e;
/** What a broker may say. */
const REASONS = [
  0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
];

describe('our DISCONNECT', () => {
  it('is the shortest there is: flags 0, no reason, no properties; nothing follows, and the connection is closed [MQTT-2.1.3-1] [MQTT-3.14.1-1] [MQTT-3.14.2-1] [MQTT-3.14.2-3] [MQTT-3.14.2-4] [MQTT-3.14.4-1] [MQTT-3.14.4-2]', () => {
    const world = busy();
    world.client.disconnect();
    expect(world.socket.isOpen()).toBe(false);
    expect(world.client.publish(world.topic('t'), world.topic('t').name)).toBe(Code.Closed);
    world.publish(world.topic('t', 1), 'x');
    world.client.disconnect();
    world.client.tick(world.clock.now());
    expect(world.flush()).toBe('\xe0\x00');
    expect(world.said).toEqual([]);
  });

  it('with a reason has nothing else, is the last, and the connection is closed [MQTT-3.14.1-1] [MQTT-3.14.2-1] [MQTT-3.14.2-3] [MQTT-3.14.2-4] [MQTT-3.14.4-1] [MQTT-3.14.4-2]', () => {
    const world = busy({ maximumPacketSize: 12 });
    world.socket.deliver('\xd0\x01\x00' + '\x32\x07\x00\x01a\x00\x09\x00x');
    expectLeft(world, 0x81);
    expectRecovery(world);
  });

  it('is not put into the middle of another packet: then the connection just ends [MQTT-3.14.4-2]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t', 1), 'x'.repeat(900));
    const begun = world.socket.take();
    expect(begun).toHaveLength(536);
    world.socket.deliver('\xd0\x01\x00');
    expect(world.socket.take()).toBe('');
    expect(world.socket.isOpen()).toBe(false);
    expect(world.said).toEqual([`offline ${Close.ProtocolError} 0`]);
  });
});

describe('DISCONNECT of the broker', () => {
  it.each(REASONS)(
    'with reason %i ends the connection, and says why; all goes on with the next [MQTT-4.13.2-1]',
    (reason) => {
      for (const body of [
        byte(reason),
        `${byte(reason)}\x00`,
        byte(reason) + list(`\x1f${field('why')}`, `\x26${field('n')}${field('v')}`),
      ]) {
        const world = busy();
        world.socket.deliver(packet(0xe0, body) + '\x30\x05\x00\x01a\x00x');
        const why = reason === TAKEN_OVER ? Close.TakenOver : reason;
        expect(world.said).toEqual([`offline ${why} ${reason}`]);
        expect(world.socket.take()).toBe('');
        expect(world.socket.isOpen()).toBe(false);
        expect(world.client.counters().violations).toBe(0);
        expectRecovery(world);
      }
    },
  );

  it('without a reason ends the connection', () => {
    for (const bytes of ['\xe0\x00', '\xe0\x01\x00', '\xe0\x02\x00\x00']) {
      const world = busy();
      world.socket.deliver(bytes);
      expect(world.said).toEqual([`offline ${Close.Disconnected} 0`]);
      expect(world.socket.take()).toBe('');
      expectRecovery(world);
    }
  });

  it('with a reason that a broker may not have is an error [MQTT-3.14.2-1] [MQTT-4.13.1-1]', () => {
    const world = busy();
    let count = 0;
    for (let reason = 1; reason < 256; reason++) {
      if (REASONS.includes(reason)) continue;
      if (count > 0) resume(world);
      world.socket.deliver(`\xe0\x01${byte(reason)}`);
      expectLeft(world, 0x82, ++count);
    }
    expectRecovery(world);
  });
});
