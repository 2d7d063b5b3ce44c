// A firmware without QoS 2, over the flash: messages that come together, and one of QoS 2 that another firmware has left.
import { expect, it, vi } from 'vitest';

const features = vi.hoisted(() => ({ QOS2: true }));
vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  get QOS2() {
    return features.QOS2;
  },
}));

const { Code } = await import('../../src/ports/codes.ts');
const { append, appendTogether, createBench, createChip, list } = await import('../power/bench.ts');

const REGION = { pages: 3, pageBytes: 512, unit: 4, ecc: false };

it('takes several at once, and each is acknowledged by itself', () => {
  features.QOS2 = false;
  const nor = createChip(REGION);
  const open = () => {
    const { outbox } = createBench(nor, REGION);
    expect(outbox.open(7)).toBe(Code.Ok);
    return outbox;
  };
  const outbox = open();
  expect(append(outbox, 'one')).toBe(1);
  expect(appendTogether(outbox, ['two', 'three'])).toBe(3);
  expect(outbox.receive(2)).toBe(Code.Unknown);
  expect(outbox.acknowledge(2)).toBe(Code.Ok);
  for (const one of [outbox, open()]) {
    expect(list(one).map(({ payload }) => payload)).toEqual(['one', 'three']);
    expect(one.restart()).toBe(0);
    expect(one.count()).toBe(2);
  }
});

it('sends what another firmware left with QoS 2 with QoS 1, and forgets none of it', () => {
  features.QOS2 = true;
  const nor = createChip(REGION);
  const former = createBench(nor, REGION).outbox;
  expect(former.open(7)).toBe(Code.Ok);
  for (const payload of ['received', 'sent']) append(former, payload, 2);
  expect(former.receive(1)).toBe(Code.Ok);
  features.QOS2 = false;
  const { outbox } = createBench(nor, REGION);
  expect(outbox.open(8)).toBe(Code.Ok);
  expect(outbox.restart()).toBe(0);
  expect(list(outbox)).toMatchObject([
    { payload: 'received', qos: 1, received: false },
    { payload: 'sent', qos: 1, received: false },
  ]);
  for (const sequence of [1, 2]) expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
  expect(outbox.count()).toBe(0);
});
