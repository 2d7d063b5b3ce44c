// "online" and "offline": said once when new, all again in a new session, and kept until there is room.

import { describe, expect, it } from 'vitest';
import { Code } from '../../src/ports/codes.ts';
import type { PacketWriter } from '../../src/ports/packet-writer.ts';
import { phaseOf } from '../../src/telemetry/phase.ts';
import { createStatus } from '../../src/telemetry/status.ts';

function createWriter() {
  const sent: string[] = [];
  let draft = '';
  const writer = {
    sent,
    answer: Code.Ok as number,
    topic: (name: string, qos?: number, retain?: boolean) =>
      name === '' ? null : { name: `${name}/${qos}/${retain}`, first: 0, head: '', size: 0 },
    begin: (topic: { name: string }) => (draft = `${topic.name} `),
    text: (text: string) => (draft += text),
    end: () => {
      if (writer.answer === 0) sent.push(draft);
      return writer.answer;
    },
    take: () => sent.splice(0),
  };
  return writer as typeof writer & PacketWriter;
}

describe('status', () => {
  it('says what is new, retained, once', () => {
    const writer = createWriter();
    const status = createStatus(writer, ['m/status', 'm/outdoor/status'])!;
    expect(status.send()).toBe(true);
    status.set(0, true);
    status.set(1, true);
    status.set(1, true);
    expect(status.send()).toBe(true);
    expect(writer.take()).toEqual(['m/status/0/true online', 'm/outdoor/status/0/true online']);
    status.set(1, false);
    status.set(0, true);
    status.send();
    expect(writer.take()).toEqual(['m/outdoor/status/0/true offline']);
  });

  it('says everything that is known again in a new session, and nothing that is not', () => {
    const writer = createWriter();
    const status = createStatus(writer, ['m/status', 'm/a/status', 'm/b/status'])!;
    status.set(0, true);
    status.set(2, false);
    status.send();
    writer.take();
    status.refresh();
    status.send();
    expect(writer.take()).toEqual(['m/status/0/true online', 'm/b/status/0/true offline']);
  });

  it('says only the first again where the broker has kept the others', () => {
    const writer = createWriter();
    const status = createStatus(writer, ['m/status', 'm/a/status', 'm/b/status'])!;
    status.set(0, true);
    status.set(1, true);
    status.set(2, false);
    let text = '';
    status.describe({ text: (bytes) => void (text += bytes) });
    expect(text).toBe('112');
    status.keep();
    status.send();
    expect(writer.take()).toEqual(['m/status/0/true online']);
    status.set(2, true);
    status.send();
    expect(writer.take()).toEqual(['m/b/status/0/true online']);
  });

  it('goes on where it found no room, and waits for the next session where there is none', () => {
    const writer = createWriter();
    const status = createStatus(writer, ['m/status', 'm/a/status'])!;
    status.set(0, true);
    writer.answer = Code.Busy;
    expect(status.send()).toBe(false);
    writer.answer = Code.Closed;
    expect(status.send()).toBe(true);
    writer.answer = Code.Ok;
    status.refresh();
    expect(status.send()).toBe(true);
    expect(writer.take()).toEqual(['m/status/0/true online']);
  });

  it('is refused for names that are no topics', () => {
    expect(createStatus(createWriter(), ['m/status', ''])).toBeNull();
  });
});

describe('phase', () => {
  it('is the same for the same serial, and within the interval', () => {
    for (const interval of [1, 1000, 60000, 3600000, 0x3ffffff]) {
      const phase = phaseOf('30c6f7-12ab34', interval);
      expect(phase).toBe(phaseOf('30c6f7-12ab34', interval));
      expect(phase).toBeGreaterThanOrEqual(0);
      expect(phase).toBeLessThan(interval);
    }
  });

  // One vendor's addresses, in order as they come from the factory.
  it('spreads 100,000 motes evenly over a minute', () => {
    const perSecond = new Array<number>(60).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const serial = `30c6f7${i.toString(16).padStart(6, '0')}`;
      perSecond[Math.floor(phaseOf(serial, 60_000) / 1000)]!++;
    }
    expect(Math.max(...perSecond)).toBeLessThan(1667 * 1.25);
    expect(Math.min(...perSecond)).toBeGreaterThan(1667 * 0.75);
  });
});
