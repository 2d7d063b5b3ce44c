// The oracle of the account: each count has a bound on either side, and each side can fail.
import { describe, expect, it } from 'vitest';
import { createAccountOracle } from '../../../sim/system/account.ts';

const IN_FLIGHT = 8;
const RIGHT = {
  boots: 1,
  sampled: 20,
  refused: 4,
  stored: 16,
  sent: 18,
  acknowledged: 16,
  waiting: 0,
  oldest: 0,
  damaged: 0,
  overtaken: 0,
  duplicates: 2,
  connects: 3,
};

/** @returns what is wrong with an account, after 20 readings, 16 of them kept and taken, 2 twice, and 3 logins of 4 that were heard of. */
function judge(account: object, then: (oracle: ReturnType<typeof createAccountOracle>) => void = () => {}) {
  let now = 0;
  const blamed: string[] = [];
  const oracle = createAccountOracle(
    IN_FLIGHT,
    () => now,
    (what) => void blamed.push(what.replace('the account at the end: ', '')),
  );
  for (let i = 0; i < 20; i++) {
    now += 1000;
    oracle.note('sampled');
    if (i < 4) oracle.note('refused');
    else oracle.note('taken');
  }
  oracle.noteSeen('repeated', now - 1000);
  oracle.noteSeen('repeated', now - 1000);
  for (let i = 0; i < 4; i++) oracle.noteLogin();
  for (let i = 0; i < 3; i++) oracle.noteSeen('connects', now);
  then(oracle);
  oracle.take(JSON.stringify({ ...RIGHT, ...account }));
  oracle.finish(16, 0);
  return blamed;
}

it('has nothing against one that is right', () => {
  expect(judge({})).toEqual([]);
});

it.each([
  [{ sampled: 19 }, 'sampled 19, not within 20 and 20'],
  [{ sampled: 21 }, 'sampled 21, not within 20 and 20'],
  [{ refused: 3 }, 'refused 3, not within 4 and 4'],
  [{ refused: 5 }, 'refused 5, not within 4 and 4'],
  [{ stored: 17 }, 'stored 17, not within 16 and 16'],
  [{ acknowledged: 15 }, 'acknowledged 15, not within 16 and 16'],
  [{ waiting: 1 }, 'waiting 1, not within 0 and 0'],
  [{ sent: 17 }, 'sent less duplicates 15, not within 16 and 16'],
  [{ sent: 19 }, 'sent less duplicates 17, not within 16 and 16'],
  [{ sent: 17, duplicates: 1 }, 'duplicates 1, not within 2 and 32'],
  [{ sent: 49, duplicates: 33 }, 'duplicates 33, not within 2 and 32'],
  [{ connects: 2 }, 'connects 2, not within 3 and 4'],
  [{ connects: 5 }, 'connects 5, not within 3 and 4'],
])('sees %j', (account, expected) => {
  expect(judge(account)).toEqual([expected]);
});

it('lets a count be short by what went with the power, when it says so', () => {
  const short = { sampled: 12, refused: 0, sent: 10, duplicates: 0, connects: 0 };
  const cut = (oracle: ReturnType<typeof createAccountOracle>) => oracle.onPowerCut();
  expect(judge({ ...short, since: 1 }, cut)).toEqual([]);
  expect(judge(short, cut)).toEqual(['short, and does not say since when']);
  expect(judge({ sent: 18 + IN_FLIGHT + 1 }, cut)).toEqual(['sent less duplicates 25, not within 0 and 24']);
});

describe('a full flash', () => {
  const FULL_MS = 1_000_000;
  const SAVED_MS = 311_000;
  const RETRY_MS = 11_000;
  /** Readings before it is full, in each of which the account was written. */
  const BEFORE = 4;

  /** @returns what is wrong where no reading behind the first was counted and the power goes `thenMs` after `then`, 400 s after flash was full. */
  function judgeFull(
    thenMs: number,
    then: (note: (what: 'sampled' | 'taken', count: number) => void) => void,
  ) {
    let now = 0;
    const blamed: string[] = [];
    const oracle = createAccountOracle(
      IN_FLIGHT,
      () => now,
      (what) => void blamed.push(what),
    );
    for (let i = 0; i < BEFORE; i++) {
      oracle.note('sampled');
      now += 100_000;
    }
    now = FULL_MS;
    oracle.noteFull();
    oracle.note('sampled');
    oracle.note('refused');
    now += 400_000;
    then((what, count) => {
      for (let i = 0; i < count; i++) oracle.note(what);
    });
    now += thenMs;
    oracle.onPowerCut();
    const none = { sent: 0, duplicates: 0, connects: 0, stored: 0, acknowledged: 0, refused: 0 };
    oracle.take(JSON.stringify({ ...RIGHT, ...none, sampled: BEFORE, since: 1 }));
    oracle.finish(0, 0);
    return blamed.filter((what) => what.includes('sampled'));
  }
  const lacking = expect.arrayContaining([expect.stringMatching(/sampled 4, not within/)]) as string[];

  it('takes no account, also where nothing more is sampled', () => {
    expect(judgeFull(0, () => {})).toEqual([]);
  });

  it('has room when all of a page is acknowledged, not before', () => {
    expect(judgeFull(2 * SAVED_MS, (note) => note('taken', 5))).toEqual([]);
    expect(judgeFull(2 * SAVED_MS, (note) => note('taken', 93))).toEqual([]);
    expect(judgeFull(2 * SAVED_MS, (note) => note('taken', 94))).toEqual(lacking);
  });

  it('has room when two readings are accepted, one of which may have fitted behind the one that was refused', () => {
    expect(judgeFull(2 * SAVED_MS, (note) => note('sampled', 1))).toEqual([]);
    expect(judgeFull(2 * SAVED_MS, (note) => note('sampled', 2))).toEqual(lacking);
  });

  it('takes the account no sooner than it is tried again', () => {
    expect(judgeFull(RETRY_MS - 1, (note) => note('taken', 94))).toEqual([]);
    expect(judgeFull(RETRY_MS, (note) => note('taken', 94))).toEqual(lacking);
  });
});

it('lets a message be counted in the life in which its acknowledgement comes', () => {
  expect(judge({ sent: 15 }, (oracle) => oracle.noteMoved(3))).toEqual([]);
  expect(judge({ sent: 14 }, (oracle) => oracle.noteMoved(3))).toEqual([
    'sent less duplicates 12, not within 13 and 16',
  ]);
});

it('wants one', () => {
  const blamed: string[] = [];
  createAccountOracle(
    IN_FLIGHT,
    () => 0,
    (what) => void blamed.push(what),
  ).finish(0, 0);
  expect(blamed).toEqual(['the mote never published its account']);
});
