// A mote that sleeps and takes a configuration: each wake is a start, most of them without the radio, and sessions are short.
import { describe, expect, it } from 'vitest';
import { Close, Code } from '../../../src/ports/codes.ts';
import { WakeCause } from '../../../src/ports/power.ts';
import type { Nor } from '../../../sim/nor.ts';
import {
  createFlash,
  createRig,
  forgetSessions,
  keepMessage,
  type Mode,
  type Rig,
  type RigOptions,
} from './rig.ts';

const MINUTE = 60_000;
const DESIRED = 'm/config/desired';
const NEW = '{"id":1,"host":"new.example","port":8883}';
/** The radio comes on with each wake. */
const EACH = { sendCount: 1, sendAgeMs: 0, backoff: {} };

type Brokers = Map<string, Mode>;

function createPlace(brokers: [string, Mode][] = []): { nor: Nor; brokers: Brokers } {
  return { nor: createFlash(), brokers: new Map([['own:1883', 'up'], ...brokers]) };
}

/** It starts, and sleeps before `ms` are over. */
function wake(place: { nor: Nor; brokers: Brokers }, options: RigOptions = {}, ms = 2 * MINUTE): Rig {
  const rig = createRig(
    { nor: place.nor, cause: WakeCause.Timer, sleep: EACH, minutes: 1, ...options },
    place.brokers,
  );
  expect(rig.code).toBe(Code.Ok);
  rig.pass(ms);
  expect(rig.asleep()).toBeGreaterThan(0);
  return rig;
}

const statesOf = (rig: Rig) => rig.reported().map(({ state }) => state);

describe('a mote that sleeps', () => {
  it.each([
    ['the same', '{"id":1,"interval.air":5000}', 'own:1883'],
    ['another', NEW, 'new.example:8883'],
  ])('takes a configuration with %s broker, and says so before it sleeps', (_what, document, host) => {
    const place = createPlace([['new.example:8883', 'up']]);
    keepMessage(place.brokers, 'own:1883', DESIRED, document);
    const first = wake(place, { cause: WakeCause.PowerOn });
    expect(statesOf(first)).toEqual(['probation', 'applied']);
    expect(first.said.at(-1)).toMatchObject({ topic: 'm/sleep', host });
    const second = wake(place, {}, 10_000);
    expect(new Set(second.opened)).toEqual(new Set([host]));
    expect(statesOf(second)).toEqual(['applied']);
  });

  it('takes one that came while it slept', () => {
    const place = createPlace([['new.example:8883', 'up']]);
    wake(place, { cause: WakeCause.PowerOn }, 10_000);
    wake(place, {}, 10_000);
    keepMessage(place.brokers, 'own:1883', DESIRED, NEW);
    expect(statesOf(wake(place))).toEqual(['probation', 'applied']);
    expect(wake(place, {}, 10_000).host()).toBeUndefined();
    expect(wake(place, {}, 10_000).opened).toEqual(['new.example:8883']);
  });

  it('takes one that came in its last moment, when it was leaving already', () => {
    let isFirst = true;
    const rig = wake(createPlace(), {
      cause: WakeCause.PowerOn,
      respond({ topic }) {
        if (topic !== 'm/sleep' || !isFirst) return undefined;
        isFirst = false;
        return [DESIRED, '{"interval.air":5000}'];
      },
    });
    expect(statesOf(rig)).toEqual(['default', 'probation', 'applied']);
    expect(rig.said.at(-1)!.topic).toBe('m/sleep');
  });

  it.each<[Mode, Close]>([
    ['refuses', Close.NothingListens],
    ['silent', Close.ConnackTimeout],
  ])('goes back to its own broker in the same wake where the new one %s', (mode, cause) => {
    const place = createPlace([['new.example:8883', mode]]);
    keepMessage(place.brokers, 'own:1883', DESIRED, NEW);
    const first = wake(place, { cause: WakeCause.PowerOn }, 3 * MINUTE);
    expect(first.clock.now()).toBeGreaterThan(MINUTE);
    expect(first.reported().at(-1)).toMatchObject({ state: 'rolled-back', id: 1, cause });
    expect(first.said.at(-1)).toMatchObject({ topic: 'm/sleep', host: 'own:1883' });
    // The broker sends it again with each session, and it is not tried again.
    for (let i = 0; i < 3; i++) {
      const next = wake(place, {}, 10_000);
      expect(next.opened).toEqual(['own:1883']);
      expect(statesOf(next)).toEqual(['rolled-back']);
    }
  });

  it('goes back in the same wake however long the link was to wait for the new one', () => {
    const place = createPlace([['new.example:8883', 'refuses']]);
    keepMessage(place.brokers, 'own:1883', DESIRED, NEW);
    const broker = { host: 'own', port: 1883, backoff: { windowMs: MINUTE, maxMs: 10 * MINUTE } };
    const options = { cause: WakeCause.PowerOn, random: [0xffff], mote: { broker } };
    const rig = wake(place, options, 3 * MINUTE);
    expect(rig.opened).toEqual(['own:1883', 'new.example:8883', 'own:1883']);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'rolled-back', id: 1 });
  });

  it('counts no wake without the radio to the starts that end a trial', () => {
    const place = createPlace([['new.example:8883', 'silent']]);
    const options = { nor: place.nor, sleep: EACH, minutes: 2 };
    let rig = createRig(options, place.brokers);
    rig.pass(100);
    rig.retain(DESIRED, NEW);
    rig.pass(5000);
    expect(statesOf(rig)).toEqual(['default', 'probation']);
    // The power goes, and what follows are wakes of a mote that is not to send yet.
    for (let i = 0; i < 5; i++) {
      rig = wake(place, { sleep: { sendCount: 1000 } }, 10_000);
      expect(rig.opened).toEqual([]);
    }
    place.brokers.set('new.example:8883', 'up');
    rig = wake(place);
    expect(rig.opened[0]).toBe('new.example:8883');
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', id: 1 });
  });

  it('is not kept awake by who goes on sending documents', () => {
    const place = createPlace();
    const rig = createRig({ nor: place.nor, sleep: EACH, minutes: 1 }, place.brokers);
    let id = 0;
    while (rig.asleep() < 0 && rig.clock.now() < 60 * MINUTE) {
      rig.retain(DESIRED, `{"id":${++id},"host":"nobody","port":1}`);
      rig.pass(1000);
    }
    expect(rig.clock.now()).toBeGreaterThan(MINUTE);
    expect(rig.clock.now()).toBeLessThan(5 * MINUTE);
  });

  it('hears in its next session of a document that it passed over', () => {
    const place = createPlace();
    wake(place, { cause: WakeCause.PowerOn }, 10_000);
    const rig = createRig(
      { nor: place.nor, sleep: { ...EACH, awakeMs: 2000 }, cause: WakeCause.Timer },
      place.brokers,
    );
    rig.pass(1000);
    for (let i = 1; i < 5; i++) rig.retain(DESIRED, `{"id":${i},"interval.water":1}`);
    rig.retain(DESIRED, '{"id":5,"interval.air":7000}');
    rig.pass(10_000);
    expect(rig.asleep()).toBeGreaterThan(0);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', id: 4 });
    expect(wake(place).reported().at(-1)).toMatchObject({ state: 'applied', id: 5, 'interval.air': 7000 });
  });

  it('keeps intervals that commands gave, although it was about to sleep', () => {
    const place = createPlace();
    const sent = new Map([
      ['m/status', '{"sensor":"soil","ms":3000}'],
      ['m/sleep', '{"sensor":"air","ms":5000}'],
    ]);
    wake(place, {
      cause: WakeCause.PowerOn,
      respond({ topic }) {
        const command = sent.get(topic);
        sent.delete(topic);
        return command === undefined ? undefined : ['m/cmd/interval', command];
      },
    });
    expect(wake(place, {}, 10_000).reported().at(-1)).toMatchObject({
      'interval.air': 5000,
      'interval.soil': 3000,
    });
  });
});

describe('a broker that has a session of a mote that sleeps', () => {
  const COMMANDS = 'm/cmd/+';

  it('is not subscribed to again, but for what it keeps', () => {
    const place = createPlace();
    expect(wake(place, { cause: WakeCause.PowerOn }, 10_000).subscribed).toEqual([`${DESIRED} ${COMMANDS}`]);
    expect(wake(place, {}, 10_000).subscribed).toEqual([DESIRED]);
    expect(wake(place, { isPlain: true }, 10_000).subscribed).toEqual([COMMANDS]);
    expect(wake(place, { isPlain: true }, 10_000).subscribed).toEqual([]);
  });

  it('is, where it may have begun another one whose CONNACK was lost', () => {
    const place = createPlace();
    const plain = { isPlain: true };
    wake(place, { ...plain, cause: WakeCause.PowerOn }, 10_000);
    expect(wake(place, plain, 10_000).subscribed).toEqual([]);
    forgetSessions(place.brokers);
    place.brokers.set('own:1883', 'silent');
    wake(place, plain);
    place.brokers.set('own:1883', 'up');
    expect(wake(place, plain, 10_000).subscribed).toEqual([COMMANDS]);
  });

  it('is told everything where that happened in the same wake', () => {
    const place = createPlace();
    const plain = { isPlain: true };
    wake(place, { ...plain, cause: WakeCause.PowerOn }, 10_000);
    expect(wake(place, plain, 10_000).said.filter(({ topic }) => topic === 'm/air/status')).toEqual([]);
    const rig = createRig(
      {
        nor: place.nor,
        cause: WakeCause.Timer,
        sleep: EACH,
        ...plain,
        mote: { broker: { host: 'own', port: 1883, fallbacks: [{ host: 'own', port: 1883 }] } },
      },
      place.brokers,
    );
    forgetSessions(place.brokers);
    place.brokers.set('own:1883', 'silent');
    rig.pass(5000);
    place.brokers.set('own:1883', 'up');
    rig.pass(MINUTE);
    expect(rig.subscribed).toEqual([COMMANDS]);
    expect(rig.said.filter(({ topic }) => topic === 'm/air/status')).toHaveLength(1);
  });

  it('is, where the firmware wants something else, although it woke from its sleep', () => {
    const place = createPlace();
    const plain = { isPlain: true };
    wake(place, { ...plain, cause: WakeCause.PowerOn }, 10_000);
    expect(wake(place, plain, 10_000).subscribed).toEqual([]);
    const more = (qos: number): RigOptions => ({
      ...plain,
      parts: [
        (mote) => {
          mote.link.client.subscription('news', qos, () => {});
          return { run: () => 0x3ffffff };
        },
      ],
    });
    expect(wake(place, more(1), 10_000).subscribed).toEqual([`${COMMANDS} news`]);
    expect(wake(place, more(1), 10_000).subscribed).toEqual([]);
    expect(wake(place, more(0), 10_000).subscribed).toEqual([`${COMMANDS} news`]);
  });

  it('is, after any start that is no wake', () => {
    const place = createPlace();
    const plain = { isPlain: true };
    wake(place, { ...plain, cause: WakeCause.PowerOn }, 10_000);
    expect(wake(place, { ...plain, cause: WakeCause.Pin }, 10_000).subscribed).toEqual([]);
    expect(wake(place, { ...plain, cause: WakeCause.Other }, 10_000).subscribed).toEqual([COMMANDS]);
  });

  it('hears of a sensor that is back, although it was gone only for a moment of a session', () => {
    const place = createPlace();
    const plain = { isPlain: true };
    let isGone = false;
    const poll = () => (isGone ? Code.Fault : 0);
    wake(place, { ...plain, poll, cause: WakeCause.PowerOn }, 10_000);
    const rig = createRig(
      { nor: place.nor, poll, ...plain, cause: WakeCause.Timer, sleep: { ...EACH, awakeMs: 2000 } },
      place.brokers,
    );
    rig.pass(1000);
    isGone = true;
    rig.send('m/cmd/read', '{"sensor":"air"}');
    rig.pass(10_000);
    const status = (of: Rig) =>
      of.said.filter(({ topic }) => topic === 'm/air/status').map(({ payload }) => payload);
    expect(status(rig)).toEqual(['offline']);
    isGone = false;
    expect(status(wake(place, { ...plain, poll }, 10_000))).toEqual(['online']);
  });
});
