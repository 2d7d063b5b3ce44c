import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../sim/network/random.ts';
import { tornWays } from '../../../sim/torn.ts';
import { IN_FLIGHT_MAX } from '../../../src/mqtt/client.ts';
import { createKept, createRig, range } from './rig.ts';

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

  it('goes on without a broker until the outbox is full, pauses, and leaves nothing out', () => {
    const rig = createRig({ periodMs: 100 });
    rig.broker.accepts = false;
    rig.pass(10_000);
    const paused = rig.queued();
    rig.pass(60_000);
    expect(rig.queued()).toEqual(paused);
    expect(paused).toEqual(range(1, paused.length));
    expect(paused.length).toBeGreaterThan(20);
    rig.broker.accepts = true;
    rig.pass(1300);
    expect(rig.numbers).toEqual(rig.queued());
    expect(rig.queued()).toEqual(range(1, rig.queued().length));
    expect(rig.queued().length).toBeGreaterThan(paused.length);
    // The period counts from now on: the time that was missed is not made up for.
    expect(rig.queued().length).toBeLessThan(paused.length + 16);
  });

  it('lets no more than 64 wait, however large its flash is', () => {
    const rig = createRig({ periodMs: 100 }, createKept(20));
    rig.broker.accepts = false;
    rig.pass(30_000);
    expect(rig.queued()).toEqual(range(1, 64));
  });

  it('says nothing of a number that a worn out flash does not take', () => {
    const kept = createKept();
    const rig = createRig({ periodMs: 10 }, kept);
    for (let page = 0; page < 4; page++) kept.nor.wearOut(page * 256, 'deaf');
    rig.pass(5000);
    const taken = rig.queued();
    expect(taken.length).toBeGreaterThan(5);
    expect(taken.length).toBeLessThan(50);
    expect(rig.numbers).toEqual(taken);
    rig.pass(60_000);
    expect(rig.queued()).toEqual(taken);
    expect(rig.tries).toHaveLength(1);
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
    expect(rig.queued().length).toBeGreaterThan(20);
    expect(rig.numbers).toEqual(rig.queued());
  });

  it('counts on as the clock wraps', () => {
    const rig = createRig({ periodMs: 100 }, createKept(), 0x7ffffff - 500);
    rig.pass(2000);
    expect(rig.numbers).toEqual(range(1, 21));
  });

  it('is as fast as it can without a period', () => {
    const rig = createRig({ periodMs: 0 });
    rig.broker.acknowledges = false;
    rig.pass(5);
    // As many as may be in flight.
    expect(rig.numbers).toEqual(range(1, IN_FLIGHT_MAX));
    expect(rig.queued()).toEqual(range(1, IN_FLIGHT_MAX));
    rig.send({ cmd: 'puback', messageId: 1 });
    rig.pass(5);
    expect(rig.queued()).toEqual(range(1, IN_FLIGHT_MAX + 1));
  });
});

describe('after a kill', () => {
  it('goes on with the number after the last that was queued, and sends what the broker may not have', () => {
    const kept = createKept();
    const first = createRig({ periodMs: 100 }, kept);
    first.pass(450);
    first.broker.acknowledges = false;
    first.pass(300);
    expect(first.queued()).toEqual(range(1, 8));
    const second = createRig({ periodMs: 100, first: 1000 }, kept);
    second.pass(200);
    expect(second.queued()).toEqual(range(9, 11));
    expect(second.numbers).toEqual(range(6, 11));
  });

  it('knows where it was when everything is acknowledged, and sends nothing again', () => {
    const kept = createKept();
    createRig({ periodMs: 100 }, kept).pass(450);
    kept.printed = 2;
    const second = createRig({ periodMs: 100 }, kept);
    second.broker.sessionPresent = true;
    second.pass(250);
    // Also what the first had no time to say is said.
    expect(second.queued()).toEqual(range(3, 8));
    expect(second.numbers).toEqual(range(6, 8));
    const publishes = second.packets.filter((packet) => packet.cmd === 'publish');
    expect(publishes.map(({ dup }) => dup)).toEqual([false, false, false]);
  });

  it('counts on from what it said where the flash was lost', () => {
    const rig = createRig({ periodMs: 100 }, { ...createKept(), printed: 41 });
    rig.pass(250);
    expect(rig.queued()).toEqual(range(42, 44));
    expect(rig.numbers).toEqual(range(42, 44));
  });

  it('says no number again where the flash holds an earlier one', () => {
    const kept = createKept();
    createRig({ periodMs: 100 }, kept).pass(450);
    kept.printed = 70;
    const second = createRig({ periodMs: 100 }, kept);
    second.pass(50);
    expect(second.queued()).toEqual([71]);
  });

  it('takes up all that waits', () => {
    const kept = createKept();
    const first = createRig({ periodMs: 10 }, kept);
    first.broker.accepts = false;
    first.pass(10_000);
    const held = first.queued().length;
    const second = createRig({ periodMs: 10 }, kept);
    second.pass(1000);
    expect(second.numbers.slice(0, held + 5)).toEqual(range(1, held + 5));
    expect(second.queued()[0]).toBe(held + 1);
  });

  it('counts on over the end of the sequences of the outbox', () => {
    const kept = createKept();
    let last = 0;
    // A kill just before 32640, just behind it, and just behind 1, while some wait, and before the last line was printed.
    for (const ms of [32_637 * 10, 10, 5, 5, 200]) {
      if (last > 0) kept.printed = --last;
      const rig = createRig({ periodMs: 10 }, kept);
      rig.broker.acknowledges = ms > 100;
      rig.pass(ms);
      for (const n of rig.queued()) expect(n).toBe(++last);
      expect(rig.numbers.at(-1)).toBe(last);
    }
    expect(last).toBe(32_642 + 21);
  });

  it('loses nothing, wherever the kill comes', () => {
    const kept = createKept();
    const arrived: number[] = [];
    let last = 0;
    for (let life = 0; life < 60; life++) {
      const rig = createRig({ periodMs: 10 }, kept);
      rig.broker.acknowledges = life % 3 !== 0;
      rig.broker.accepts = life % 5 !== 0;
      rig.pass(13 + 7 * life);
      for (const n of rig.queued()) expect(n).toBe(++last);
      arrived.push(...rig.numbers);
    }
    const end = createRig({ periodMs: 10 }, kept);
    end.pass(5000);
    arrived.push(...end.numbers);
    expect([...new Set(arrived)]).toEqual(range(1, last + end.queued().length));
  });

  it('loses nothing, in whatever operation of the flash the power goes away', () => {
    const seed = 7;
    const random = createRandom(seed);
    const kept = createKept();
    const arrived: number[] = [];
    let last = 0;
    for (let life = 0; life < 400; life++) {
      const why = `seed ${seed}, life ${life}`;
      let left = random.integer(0, 60);
      let isCut = false;
      kept.nor.interrupt = (operation) => {
        if (left-- > 0) return undefined;
        isCut = true;
        const ways = tornWays(operation, 4, random.fork());
        return ways[random.integer(0, ways.length - 1)]!.torn;
      };
      const rig = createRig({ periodMs: 10 }, kept);
      rig.broker.acknowledges = life % 3 !== 0;
      for (let round = 0; round < 50 && !isCut; round++) rig.pass(20);
      for (const n of rig.queued()) expect(n, why).toBe(++last);
      for (const n of rig.numbers) expect(n, why).toBeLessThanOrEqual(last + 1);
      arrived.push(...rig.numbers);
      kept.nor.interrupt = undefined;
      kept.nor.powerUp();
    }
    const end = createRig({ periodMs: 10 }, kept);
    end.pass(5000);
    arrived.push(...end.numbers);
    expect(end.numbers.at(-1)).toBe(last + end.queued().length);
    expect([...new Set(arrived)]).toEqual(range(1, last + end.queued().length));
    expect(last).toBeGreaterThan(1000);
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

  it('sends what was acknowledged no second time on a new connection', () => {
    const rig = createRig({ periodMs: 60_000 });
    rig.pass(60_500);
    rig.broker.sessionPresent = true;
    rig.drop();
    rig.pass(1000);
    expect(rig.tries).toHaveLength(2);
    expect(rig.numbers).toEqual([1, 2]);
  });

  it('makes a new connection when the broker leaves out one acknowledgement', () => {
    const rig = createRig({ periodMs: 1000 });
    rig.pass(2500);
    rig.broker.acknowledges = false;
    rig.pass(1000);
    rig.broker.acknowledges = true;
    rig.pass(14_000);
    expect(rig.tries).toHaveLength(1);
    rig.pass(2500);
    expect(rig.tries).toHaveLength(2);
    expect(rig.numbers.filter((n) => n === 4)).toHaveLength(2);
  });

  it('stays online while the broker acknowledges, though something always waits', () => {
    const rig = createRig({ periodMs: 1000 });
    rig.broker.acknowledges = false;
    for (let id = 1; id <= 60; id++) {
      rig.pass(1000);
      rig.send({ cmd: 'puback', messageId: id });
    }
    expect(rig.tries).toHaveLength(1);
    expect(rig.numbers).toEqual(range(1, 61));
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
