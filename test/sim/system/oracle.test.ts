// The oracle of readings: what a torn mark may do to the sum within a boot, and what it may not.
import { expect, it } from 'vitest';
import { createOracle } from '../../../sim/system/oracle.ts';

/** @returns what is wrong with a run. */
function judge(
  run: (hands: {
    says(...lines: string[]): void;
    cut(torn: boolean): void;
    takes(number: number): void;
  }) => void,
) {
  let newest = 0;
  const last = () => newest;
  const oracle = createOracle([last, last], () => 0);
  run({
    says(...lines) {
      for (const line of lines) {
        if (line.startsWith('R')) newest = Math.max(newest, Number(line.split(' ')[2]));
        oracle.onConsole(line);
      }
    },
    cut: oracle.onPowerCut,
    takes(number) {
      const payload = `{"value":${number},"time":null}`;
      const rest = { clientId: 'mote', payload, retain: false, session: 1, time: 0 };
      oracle.onMessage({ ...rest, topic: 'mote/one/n', qos: 1 });
      oracle.onMessage({ ...rest, topic: 'mote/two/n', qos: 2 });
    },
  });
  return oracle.violations.map((what) => what.replace('0.000 s: ', ''));
}

const ACCEPTED = ['B 0 0', 'R 0 1 0', 'R 1 1 0'];
const FOUND = ['C 0 0 2 0'];
const LACKING = ['delivered 0 + finished 0 + held 0 = 0, but 1 at the start + accepted 0 = 1'];

it('lets a message whose mark was torn be found in the boot after', () => {
  const wrong = judge(({ says, takes, cut }) => {
    says(...ACCEPTED);
    takes(1);
    cut(true);
    says('B 2 1', ...FOUND);
  });
  expect(wrong).toEqual([]);
});

it('lets it be found in any boot after that, since nothing makes it stay as it reads', () => {
  const wrong = judge(({ says, takes, cut }) => {
    says(...ACCEPTED);
    takes(1);
    cut(true);
    for (let i = 0; i < 3; i++) {
      says('B 2 1', 'C 0 0 2 1');
      cut(false);
    }
    says('B 2 1', ...FOUND);
  });
  expect(wrong).toEqual([]);
});

it('lets none be missing where no write was torn', () => {
  const wrong = judge(({ says, takes, cut }) => {
    says(...ACCEPTED);
    takes(1);
    cut(false);
    says('B 2 1');
    cut(false);
    says('B 2 1', ...FOUND);
  });
  expect(wrong).toEqual(LACKING);
});

it('lets it be found once', () => {
  const wrong = judge(({ says, takes, cut }) => {
    says(...ACCEPTED);
    takes(1);
    cut(true);
    says('B 2 2', 'C 0 0 2 1');
    cut(false);
    says('B 2 1', ...FOUND);
  });
  expect(wrong).toEqual(LACKING);
});

it('lets no other take its place when the outbox has been empty', () => {
  const wrong = judge(({ says, takes, cut }) => {
    says(...ACCEPTED);
    takes(1);
    cut(true);
    says('B 2 2', 'C 2 0 2 0', 'R 0 2 0', 'R 1 2 0');
    takes(2);
    cut(false);
    says('B 4 1', 'C 0 0 4 0');
  });
  expect(wrong).toEqual(LACKING);
});

it('takes a torn write for a reading where that was kept, and for no mark', () => {
  const wrong = judge(({ says, takes, cut }) => {
    says(...ACCEPTED);
    takes(1);
    cut(true);
    says('B 3 2', 'C 0 0 3 1');
  });
  expect(wrong).toEqual(['delivered 0 + finished 0 + held 1 = 1, but 2 at the start + accepted 0 = 2']);
});
