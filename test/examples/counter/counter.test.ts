import { describe, expect, it } from 'vitest';
import { createDisk, createRig, range } from './rig.ts';

describe('counting', () => {
  it('publishes 1, 2, 3, ... with QoS 1, one each period, and says so once each is safe', () => {
    const rig = createRig({ periodMs: 100 });
    rig.pass(1000);
    expect(rig.queued()).toEqual(range(1, 11));
    expect(rig.numbers).toEqual(range(1, 11));
    const publish = rig.packets.find((packet) => packet.cmd === 'publish');
    expect(publish).toMatchObject({ topic: 't/n', qos: 1, dup: false, retain: false });
  });

  it('starts at COUNTER_START', () => {
    const rig = createRig({ first: 2000000000 });
    rig.pass(100);
    expect(rig.numbers).toEqual([2000000000, 2000000001]);
  });

  it('says nothing of a number that could not be saved, and saves it when it can', () => {
    const disk = createDisk();
    const rig = createRig({}, disk);
    rig.pass(250);
    disk.full = true;
    rig.pass(5000);
    expect(rig.queued()).toEqual([1, 2, 3]);
    disk.full = false;
    rig.pass(1200);
    expect(rig.queued().slice(0, 5)).toEqual(range(1, 5));
    expect(rig.numbers).toEqual(rig.queued());
  });

  it('goes on without a broker until the outbox is full, pauses, and leaves nothing out', () => {
    const rig = createRig({ periodMs: 100 }, createDisk(), 16);
    rig.broker.accepts = false;
    rig.pass(10000);
    const paused = rig.queued();
    // One more number is safe than the outbox has room for.
    expect(paused).toEqual(range(1, 17));
    rig.broker.accepts = true;
    rig.pass(1500);
    expect(rig.numbers).toEqual(rig.queued());
    expect(rig.queued()).toEqual(range(1, rig.queued().length));
    expect(rig.queued().length).toBeGreaterThan(17);
    // The period counts from now on: the time that was missed is not made up for.
    expect(rig.queued().length).toBeLessThan(17 + 16);
  });

  it('promises nothing while nobody reads what it prints, but keeps its session', () => {
    const rig = createRig({ periodMs: 0 });
    rig.pass(5);
    rig.reader.reads = false;
    rig.pass(100);
    const said = rig.queued().length;
    rig.pass(60_000);
    expect(rig.queued()).toHaveLength(said);
    expect(rig.tries).toHaveLength(1);
    rig.reader.reads = true;
    rig.pass(100);
    expect(rig.queued().length).toBeGreaterThan(said);
  });

  it('pauses for more than half a period of the clock and goes on', () => {
    const rig = createRig({ periodMs: 1000 });
    rig.broker.accepts = false;
    rig.pass(20 * 3600_000);
    rig.broker.accepts = true;
    rig.pass(5000);
    expect(rig.queued().length).toBeGreaterThan(17);
    expect(rig.numbers).toEqual(rig.queued());
  });

  it('counts on as the clock wraps', () => {
    const rig = createRig({ periodMs: 100 }, createDisk(), 16, 0x7ffffff - 500);
    rig.pass(2000);
    expect(rig.numbers).toEqual(range(1, 21));
  });

  it('is as fast as it can without a period', () => {
    const rig = createRig({ periodMs: 0 });
    rig.broker.acknowledges = false;
    rig.pass(1);
    // As many as may be in flight, as many as the outbox holds, and one round ahead of it.
    expect(rig.numbers).toEqual(range(1, 8));
    expect(rig.queued()).toEqual(range(1, 24));
  });
});

describe('after a kill', () => {
  it('goes on with the number after the last that was promised, and sends what the broker may not have', () => {
    const disk = createDisk();
    const first = createRig({ periodMs: 100 }, disk);
    first.pass(450);
    first.broker.acknowledges = false;
    first.pass(300);
    expect(first.queued()).toEqual(range(1, 8));
    const second = createRig({ periodMs: 100, first: 1000 }, createDisk([...disk.texts]));
    second.pass(200);
    expect(second.queued()).toEqual(range(9, 11));
    expect(second.numbers).toEqual(range(6, 11));
  });

  it('takes up more than its outbox holds', () => {
    const disk = createDisk();
    const large = createRig({ periodMs: 10 }, disk, 64);
    large.broker.accepts = false;
    large.pass(10000);
    expect(large.queued()).toEqual(range(1, 65));
    const small = createRig({ periodMs: 10 }, disk, 8);
    small.pass(1000);
    expect(small.numbers.slice(0, 70)).toEqual(range(1, 70));
    expect(small.queued()[0]).toBe(66);
  });

  it('loses nothing, wherever the kill comes', () => {
    let disk = createDisk();
    const published = new Set<number>();
    let last = 0;
    for (let life = 0; life < 60; life++) {
      const rig = createRig({ periodMs: 10 }, disk);
      rig.broker.acknowledges = life % 3 !== 0;
      rig.broker.accepts = life % 5 !== 0;
      rig.pass(13 + 7 * life);
      for (const n of rig.queued()) expect(n).toBe(++last);
      for (const n of rig.numbers) published.add(n);
      disk = createDisk([...disk.texts]);
    }
    const end = createRig({ periodMs: 10 }, disk);
    end.pass(5000);
    for (const n of end.numbers) published.add(n);
    expect([...published].sort((a, b) => a - b)).toEqual(range(1, last + end.queued().length));
  });
});

describe('connecting', () => {
  it('asks for a session that stays, and subscribes to cmd/# with QoS 1', () => {
    const rig = createRig();
    rig.pass(10);
    expect(rig.packets[0]).toMatchObject({
      cmd: 'connect',
      clean: false,
      clientId: 'counter',
      keepalive: 10,
    });
    expect(rig.packets).toContainEqual(
      expect.objectContaining({ cmd: 'subscribe', subscriptions: [{ topic: 'cmd/#', qos: 1 }] }),
    );
  });

  it('tries again at its pace, for ever, when nobody listens', () => {
    const rig = createRig({ reconnectMs: 200 });
    rig.socket.openResult = -20;
    rig.pass(60_000);
    expect(rig.tries.length).toBeGreaterThan(290);
    for (let i = 1; i < rig.tries.length; i++) {
      expect(rig.tries[i]! - rig.tries[i - 1]!).toBe(200);
    }
  });

  it.each([
    ['does not answer', { accepts: false }],
    ['takes the connection and says nothing', { greets: false }],
  ])('gives a try up after CONNECT_TIMEOUT_MS when the broker %s', (_, behaviour) => {
    const rig = createRig({ reconnectMs: 200, connectTimeoutMs: 1000 });
    Object.assign(rig.broker, behaviour);
    rig.pass(6100);
    expect(rig.tries).toEqual([0, 1200, 2400, 3600, 4800, 6000]);
  });

  it('tries again after each refusal, and each end', () => {
    const rig = createRig({ reconnectMs: 200 });
    rig.broker.greets = false;
    for (let code = 1; code <= 5; code++) {
      rig.pass(200);
      rig.send({ cmd: 'connack', returnCode: code, sessionPresent: false });
      rig.drop();
    }
    for (let n = 0; n < 20; n++) {
      rig.pass(200);
      rig.socket.deliver('\xf0\xff\xff\xff\xff garbage');
    }
    rig.broker.greets = true;
    rig.pass(2000);
    expect(rig.numbers).toEqual(rig.queued());
    for (let i = 1; i < rig.tries.length; i++) {
      expect(rig.tries[i]! - rig.tries[i - 1]!).toBeGreaterThanOrEqual(200);
    }
  });

  it('sends again what was not acknowledged, marked as a repetition, in the session that is present', () => {
    const rig = createRig({ periodMs: 1000 });
    rig.broker.acknowledges = false;
    rig.pass(2500);
    rig.broker.acknowledges = rig.broker.sessionPresent = true;
    rig.packets.length = 0;
    rig.drop();
    rig.pass(400);
    const again = rig.packets.filter((packet) => packet.cmd === 'publish');
    expect(again.map(({ payload, dup }) => [Number(payload), dup])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
  });

  it('makes a new connection when the broker does not acknowledge for 15 s', () => {
    const rig = createRig({ periodMs: 1000 });
    rig.pass(2500);
    rig.broker.acknowledges = false;
    rig.pass(14000);
    expect(rig.tries).toHaveLength(1);
    rig.broker.acknowledges = true;
    rig.pass(3000);
    expect(rig.tries).toHaveLength(2);
    expect(new Set(rig.numbers)).toEqual(new Set(rig.queued()));
  });

  it('stays online when there is nothing to acknowledge', () => {
    const rig = createRig({ periodMs: 60_000 });
    rig.pass(600_000);
    expect(rig.tries).toHaveLength(1);
    expect(rig.numbers).toEqual(range(1, 11));
  });

  it('says goodbye and does nothing more when it is stopped', () => {
    const rig = createRig();
    rig.pass(250);
    rig.stop();
    const said = rig.lines.length;
    expect(rig.socket.take()).toBe('\xe0\x00');
    rig.pass(10_000);
    expect(rig.lines).toHaveLength(said);
    expect(rig.tries).toHaveLength(1);
  });
});

describe('receiving', () => {
  it('prints each message and acknowledges it after that', () => {
    const rig = createRig();
    rig.pass(10);
    rig.packets.length = 0;
    rig.send({
      cmd: 'publish',
      topic: 'cmd/a/b',
      payload: 'on',
      qos: 1,
      messageId: 7,
      dup: false,
      retain: false,
    });
    expect(rig.lines).toContain('{"ev":"recv","topic":"cmd/a/b","payload":"on"}');
    expect(rig.packets).toEqual([expect.objectContaining({ cmd: 'puback', messageId: 7 })]);
  });

  it('takes in MAX_PACKET bytes, passes over more, and acknowledges both', () => {
    const rig = createRig({ receiveMax: 2048 });
    rig.pass(10);
    rig.packets.length = 0;
    const send = (bytes: number) =>
      rig.send({
        cmd: 'publish',
        topic: 'cmd',
        payload: 'x'.repeat(bytes - 10),
        qos: 1,
        messageId: bytes,
        dup: false,
        retain: false,
      });
    send(2048);
    send(2049);
    send(20_000);
    expect(rig.lines.filter((line) => line.includes('recv'))).toHaveLength(1);
    expect(rig.packets.map((packet) => packet.messageId)).toEqual([2048, 2049, 20_000]);
  });
});
