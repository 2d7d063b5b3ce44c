// What is delivered of what comes faster than it can be delivered.
import { describe, expect, it } from 'vitest';
import { createNewest } from '../../../flash/upload/newest.ts';

function createRig() {
  const begun: number[] = [];
  let finish = () => {};
  const newest = createNewest<number>((item) => {
    begun.push(item);
    return new Promise((resolve) => (finish = resolve));
  });
  const settle = async () => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, newest, settle };
}

describe('the newest', () => {
  it('is delivered when the one before is, and what lay between is not', async () => {
    const { begun, newest, settle } = createRig();
    for (const item of [1, 2, 3]) newest.offer(item);
    expect(begun).toEqual([1]);
    await settle();
    expect(begun).toEqual([1, 3]);
    await settle();
    newest.offer(4);
    expect(begun).toEqual([1, 3, 4]);
  });

  it('is not delivered once it is stopped, which waits for the delivery under way', async () => {
    const { begun, newest, settle } = createRig();
    newest.offer(1);
    newest.offer(2);
    let isOver = false;
    const stopped = newest.stop().then(() => (isOver = true));
    newest.offer(3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await settle();
    await stopped;
    expect(begun).toEqual([1]);
    await createNewest(() => Promise.resolve()).stop();
  });
});
