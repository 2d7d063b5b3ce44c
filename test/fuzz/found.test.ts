// What the random sessions once found, each as its shortest story.

import { describe, expect, it } from 'vitest';
import { Code } from '../../src/ports/codes.ts';
import { bytes } from './bytes.ts';
import { connectPeer, online } from './peer.ts';
import { ack, createReader, publish, wordAt } from './wire.ts';

const message = { topic: 'a/b', payload: '1', retain: false, dup: false, id: 7 };

describe('found by random sessions', () => {
  it.each([0, 1, 2])('a handler of QoS %i that disconnects and then throws', (qos) => {
    const peer = connectPeer();
    peer.client.subscription('a/b', 2, () => {
      peer.client.disconnect();
      throw new Error('as a program may');
    });
    peer.say('\x20\x02\0\0');
    expect(() => peer.say(publish({ ...message, qos }))).not.toThrow();
    expect(peer.client.isOnline()).toBe(false);
    expect(peer.client.counters().postponed).toBe(1);
  });

  it('the acknowledgement of a streamed message that was given up, while the next one is streamed', () => {
    const peer = online();
    const ends: string[] = [];
    const stream = (name: string, total: number) =>
      peer.client.stream(peer.client.topic('s', 1), total, {
        read: (_offset, max) => bytes('x'.repeat(Math.min(max, 100))),
        onEnd: (code) => void ends.push(`${name} ${code}`),
      });
    expect(stream('first', 100)).toBe(Code.InFlight);
    const [first] = createReader().feed(peer.wrote());
    peer.client.abandon();
    expect(stream('second', 1000)).toBe(Code.InFlight);
    peer.say(ack(0x40, wordAt(first!.body, 3)));
    expect(ends).toEqual([`first ${Code.Abandoned}`]);
    const [second] = createReader().feed(peer.wrote());
    expect(second!.body.length).toBe(3 + 2 + 1000);
    peer.say(ack(0x40, wordAt(second!.body, 3)));
    expect(ends).toEqual([`first ${Code.Abandoned}`, `second ${Code.Ok}`]);
  });
});
