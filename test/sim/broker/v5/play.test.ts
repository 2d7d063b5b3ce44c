// A client that does all right, on connections that break at any moment: the broker finds no fault with it, and every message arrives,
// those of QoS 2 once.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SEED, amount } from '../../../fuzz/settings.ts';
import { createBench } from '../client.ts';
import type { TestClient5 } from './client.ts';
import { createClient5 } from './client.ts';

/** A message of the client's that is not through. */
interface Exchange {
  readonly id: number;
  readonly payload: string;
  readonly qos: 1 | 2;
  /** PUBREC has come. */
  isReceived: boolean;
  /** PUBLISH went out, on any connection. */
  wasSent: boolean;
  /** On this one PUBLISH, or PUBREL. */
  isSent: boolean;
  /** On this one PUBLISH went out. */
  isCounted: boolean;
}

/** Some messages are refused, on either side. */
const isRefused = (payload: string) => Number(payload.slice(1)) % 7 === 3;

function createPlay() {
  const bench = createBench();
  const { broker } = bench;
  broker.behaviour.publishReason = ({ payload }) => (isRefused(payload) ? 0x97 : 0);
  broker.behaviour.limits = { topicAliasMaximum: 1 };
  let line: TestClient5 | undefined;
  let isIn = false;
  let maximum = 0;
  let hasAlias = false;
  let lastId = 0;
  let underWay: Exchange[] = [];
  const received = new Set<number>();
  const topics = new Map<string, string>();
  /** Payloads of what was sent, either way, and what came here. */
  const up: Exchange[] = [];
  const down: { readonly payload: string; readonly qos: number }[] = [];
  const come: string[] = [];

  const end = (id: number) => void (underWay = underWay.filter((one) => one.id !== id));

  /** Send what may be sent, in order. */
  const flush = () => {
    if (line === undefined || !isIn) return;
    for (const one of underWay) {
      if (one.isSent) continue;
      if (one.isReceived) line.ack('pubrel', one.id);
      else if (underWay.filter(({ isCounted }) => isCounted).length >= maximum) continue;
      else {
        one.isCounted = true;
        const topic = hasAlias ? '' : 'up';
        line.publish(one.id, one.payload, {
          qos: one.qos,
          dup: one.wasSent,
          topic,
          properties: { topicAlias: 1 },
        });
        hasAlias = true;
        one.wasSent = true;
      }
      one.isSent = true;
    }
  };

  const hearPublish = (packet: string) => {
    const [, id, qos, name, payload] = /^publish (\S+) q(.) (\S*)=(\S+)/.exec(packet)!;
    const alias = /"topicAlias":(\d+)/.exec(packet)?.[1] ?? '';
    if (name !== '') topics.set(alias, name);
    expect(name || topics.get(alias)).toMatch(/^down/);
    if (qos === '1' || !received.has(Number(id))) come.push(payload);
    const code = isRefused(payload) ? 0x83 : 0;
    line!.ack(qos === '1' ? 'puback' : 'pubrec', Number(id), code);
    if (qos === '2' && code === 0) received.add(Number(id));
  };

  const hearPubrec = (id: number, isNo: boolean) => {
    if (isNo) return end(id);
    const exchange = underWay.find((one) => one.id === id)!;
    if (!exchange.isReceived) exchange.isSent = false;
    exchange.isReceived = true;
  };

  const cut = () => {
    line?.die();
    line = undefined;
    isIn = false;
  };

  const hears: Record<string, (id: number, packet: string) => void> = {
    connack() {
      isIn = true;
      maximum = broker.behaviour.limits.receiveMaximum!;
    },
    puback: end,
    pubcomp: end,
    pubrec: (id, packet) => hearPubrec(id, packet.endsWith(' 151')),
    pubrel(id) {
      received.delete(id);
      line!.ack('pubcomp', id);
    },
    publish: (_, packet) => hearPublish(packet),
    suback() {},
    disconnect(code) {
      expect(code).toBe(0x8e);
      cut();
    },
  };

  const hear = (packet: string) => {
    const [cmd, id] = packet.split(' ');
    expect(cmd in hears ? cmd : packet).toBe(cmd);
    hears[cmd](Number(id), packet);
  };

  const pump = () => {
    for (let lines = line?.got() ?? []; lines.length > 0; lines = line?.got() ?? []) lines.forEach(hear);
    flush();
  };

  const connect = (number: number) => {
    if (line !== undefined) return;
    topics.clear();
    for (const one of underWay) one.isSent = one.isCounted = false;
    hasAlias = false;
    broker.behaviour.usesAliases = number % 2 === 0;
    broker.behaviour.limits.receiveMaximum = 1 + (number % 5);
    line = createClient5(broker).connect(
      { keepalive: 0 },
      { sessionExpiryInterval: 0xffffffff, receiveMaximum: 1 + (number % 3), topicAliasMaximum: number % 3 },
    );
  };

  const ops: ((number: number) => void)[] = [
    connect,
    cut,
    (number) => void (broker.behaviour.ackDelayMs = number % 100),
    (number) => bench.clock.run(number % 120),
    pump,
    () => broker.intrude('mote', false),
    (number) => {
      const id = (lastId = (lastId % 200) + 1);
      const qos = number % 2 === 0 ? 1 : 2;
      const payload = `u${up.length}`;
      const exchange = {
        id,
        payload,
        qos,
        isReceived: false,
        wasSent: false,
        isSent: false,
        isCounted: false,
      } as const;
      up.push(exchange);
      underWay.push({ ...exchange });
    },
    (number) => {
      const message = { payload: `d${down.length}`, qos: 1 + (number % 2) };
      down.push(message);
      broker.publish({ ...message, topic: `down${number % 3}`, retain: false });
    },
  ];

  connect(0);
  line!.subscribe('#', 2, { nl: true });
  pump();
  return {
    bench,
    up,
    down,
    come,
    do: (what: number, number: number) => ops[what % ops.length](number),
    finish() {
      for (let round = 0; round < 300; round++) {
        connect(1);
        pump();
        bench.clock.run(100);
      }
      return underWay.length;
    },
  };
}

const count = (all: readonly string[], one: string) => all.filter((other) => other === one).length;
const firsts = (all: readonly string[]) => [...new Set(all)];

it('a client that does all right loses nothing, and is never blamed', () => {
  console.log(`FUZZ_SEED=${SEED}`);
  const step = fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 1000 }));
  let again = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 120 }), (steps) => {
      const play = createPlay();
      for (const [what, number] of steps) play.do(what, number);
      expect(play.finish()).toBe(0);
      const { bench, up, down, come } = play;
      again += bench.duplicates;
      expect(bench.broker.violations).toEqual([]);
      expect(bench.broker.waiting('mote')).toBe(0);
      const taken = bench.taken.map(({ payload }) => payload);
      expect(bench.taken.every(({ topic }) => topic === 'up')).toBe(true);
      const wanted = up.filter(({ payload }) => !isRefused(payload));
      expect(firsts(taken)).toEqual(wanted.map(({ payload }) => payload));
      for (const { payload, qos } of wanted) if (qos === 2) expect(count(taken, payload)).toBe(1);
      expect(firsts(come)).toEqual(down.map(({ payload }) => payload));
      for (const { payload, qos } of down) {
        if (qos === 2 && !isRefused(payload)) expect(count(come, payload)).toBe(1);
      }
    }),
    amount(80),
  );
  expect(again).toBeGreaterThan(50);
});
