// PUBACK, PUBREC, PUBREL and PUBCOMP, ours and the broker's (MQTT 5.0 sections 3.4 to 3.7).

import { describe, expect, it } from 'vitest';
import { Event } from '../../../src/ports/codes.ts';
import { createWorld5 } from '../../mqtt/five/world.ts';
import { ack, busy, byte, expectLeft, expectRecovery, field, grant, list, packet, resume } from './rig.ts';

/** Each kind: first byte, identifier of what `busy` has under way, reasons that it may have. */
const KINDS: [string, number, number, number[]][] = [
  ['PUBACK [MQTT-3.4.2-1]', 0x40, 1, [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
  ['PUBREC [MQTT-3.5.2-1]', 0x50, 3, [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
  ['PUBREL [MQTT-3.6.2-1]', 0x62, 7, [0, 0x92]],
  ['PUBCOMP [MQTT-3.7.2-1]', 0x70, 2, [0, 0x92]],
];

describe('an acknowledgement of the broker', () => {
  it.each(KINDS)(
    '%s takes each reason that it may have, in each of its lengths',
    (_what, first, id, reasons) => {
      for (const reason of reasons) {
        const lengths = [
          ack(first, id, byte(reason)),
          ack(first, id, byte(reason), list()),
          ack(first, id, byte(reason), list(`\x1f${field('why')}`, `\x26${field('n')}${field('v')}`)),
        ];
        if (reason === 0) lengths.push(ack(first, id));
        for (const bytes of lengths) {
          const world = busy();
          const before = world.client.counters();
          const done = () => before.delivered + before.rejected!;
          world.socket.deliver(bytes);
          expect(world.client.isOnline()).toBe(true);
          world.client.counters();
          const isEnd = first === 0x40 || first === 0x70 || (first === 0x50 && reason >= 0x80);
          expect(done()).toBe(isEnd ? 1 : 0);
          expect(before.rejected).toBe(isEnd && reason >= 0x80 && first < 0x60 ? 1 : 0);
          const answer =
            first === 0x50 && reason < 0x80 ? '\x62\x02\x00\x03' : first === 0x62 ? '\x70\x02\x00\x07' : '';
          expect(world.flush()).toBe(answer);
        }
      }
    },
  );

  it.each(KINDS)('%s with any other reason is an error [MQTT-4.13.1-1]', (_what, first, id, reasons) => {
    const world = busy();
    let count = 0;
    for (let reason = 0; reason < 256; reason++) {
      if (reasons.includes(reason)) continue;
      if (count > 0) resume(world);
      world.socket.deliver(ack(first, id, byte(reason)));
      expectLeft(world, 0x82, ++count);
    }
    expectRecovery(world);
  });

  it('of nothing that is under way is counted: PUBREC and PUBREL are told that nobody knows it [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-2.2.1-5]', () => {
    const world = busy();
    for (const [first, answer] of [
      [0x40, ''],
      [0x50, '\x62\x03\x01\x02\x92'],
      [0x62, '\x70\x03\x01\x02\x92'],
      [0x70, ''],
    ] as const) {
      world.socket.deliver(ack(first, 0x102));
      expect(world.flush()).toBe(answer);
    }
    expect(world.client.counters().strays).toBe(4);
    expect(world.said.filter((line) => line === `report ${Event.StrayAck} 258`)).toHaveLength(3);
    world.socket.drop();
    world.said.length = 0;
    expectRecovery(world);
  });
});

describe('our acknowledgements', () => {
  /** A broker says what makes us say all of them, with nothing to complain of and with something. */
  function all(maximumPacketSize: number): string[] {
    const world = createWorld5();
    world.subscribe('a', 2);
    world.online({ maximumPacketSize });
    grant(world, 2);
    const said: string[] = [];
    const hear = (bytes: string) => {
      world.socket.deliver(bytes);
      said.push(world.flush());
    };
    const properties = list(`\x26${field('n')}${field('v'.repeat(60))}`, '\x02\x00\x00\x00\x00');
    hear(packet(0x32, `\x00\x01a\x00\x09${properties}x`));
    hear(packet(0x34, `\x00\x01a\x00\x09${properties}x`));
    hear(packet(0x3c, `\x00\x01a\x00\x09${properties}x`));
    hear(ack(0x62, 9, '\x00', list(`\x1f${field('why')}`)));
    hear(ack(0x62, 9));
    world.publish(world.topic('t', 2), 'x');
    world.flush();
    hear(ack(0x50, 1, '\x10', list(`\x1f${field('why')}`)));
    hear(ack(0x50, 1));
    hear(ack(0x50, 77));
    return said;
  }

  it.each([9, 0xffff])(
    'are the shortest there are: no properties, a reason only where something is wrong, to a broker that takes %i bytes [MQTT-2.1.3-1] [MQTT-2.2.1-5] [MQTT-3.4.2-1] [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-1] [MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.6.1-1] [MQTT-3.6.2-1] [MQTT-3.6.2-2] [MQTT-3.6.2-3] [MQTT-3.7.2-1] [MQTT-3.7.2-2] [MQTT-3.7.2-3]',
    (most) => {
      expect(all(most)).toEqual([
        '\x40\x02\x00\x09',
        '\x50\x02\x00\x09',
        '\x50\x02\x00\x09',
        '\x70\x02\x00\x09',
        '\x70\x03\x00\x09\x92',
        '\x62\x02\x00\x01',
        '\x62\x02\x00\x01',
        '\x62\x03\x00\x4d\x92',
      ]);
    },
  );
});
