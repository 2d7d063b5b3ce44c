import { expect, it } from 'vitest';
import { createLoop } from '../../../sim/device/loop.ts';

it('fires timers in the order of their deadlines, and of their setting where these are equal', () => {
  const loop = createLoop();
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${loop.now()}`);
  loop.set(note('c'), 30, 0);
  loop.set(note('a'), 10, 0);
  loop.set(note('b'), 10, 0);
  loop.run(20);
  expect(fired).toEqual(['a@10', 'b@10']);
  loop.run(10);
  expect(fired).toEqual(['a@10', 'b@10', 'c@30']);
  expect([loop.now(), loop.count()]).toEqual([30, 0]);
});

it('never fires in the instant a timer is set, and counts in whole milliseconds', () => {
  const loop = createLoop();
  let rounds = 0;
  const again = () => {
    rounds++;
    loop.set(again, 0, 0);
  };
  loop.set(again, -5, 0);
  loop.run(7);
  expect(rounds).toBe(7);
  let at = 0;
  loop.set(() => (at = loop.now()), 2.1, 0);
  loop.run(10);
  expect(at).toBe(10);
});

it('repeats until it is told not to', () => {
  const loop = createLoop();
  const at: number[] = [];
  const timer = loop.set(() => at.push(loop.now()), 5, 10);
  loop.run(30);
  loop.clear(timer);
  loop.run(30);
  expect(at).toEqual([5, 15, 25]);
});

it('lets a callback take back its own and another timer', () => {
  const loop = createLoop();
  const fired: string[] = [];
  const other = loop.set(() => fired.push('other'), 10, 0);
  const own = loop.set(
    () => {
      fired.push('own');
      loop.clear(own);
      loop.clear(other);
    },
    10,
    10,
  );
  loop.set(() => loop.clear(12345), 1, 0);
  loop.clear(other);
  loop.run(50);
  expect(fired).toEqual(['own']);
});
