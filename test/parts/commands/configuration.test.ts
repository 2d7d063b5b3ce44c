// A configuration on trial: it stays when the broker is reached with it, and else the former one comes back, whatever happens meanwhile.
import { describe, expect, it } from 'vitest';
import { constant, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { Close, Code, Event } from '../../../src/ports/codes.ts';
import { StateKey } from '../../../src/ports/outbox.ts';
import { createSigner } from '../../../flash/signing/signer.ts';
import { createNodeDigest } from '../../../sim/node/digest.ts';
import { createInboundVerifier, type InboundVerifier } from '../../../src/signing/inbound.ts';
import { createFlash, createRig, keepMessage, startOnline, type Mode } from './rig.ts';

const MINUTE = 60_000;
const DESIRED = 'm/config/desired';
const NEW = '{"id":1,"host":"new.example","port":8883}';

describe('a configuration', () => {
  it('is reported as the firmware has it, as long as there is no other', () => {
    const rig = startOnline();
    expect(rig.said.find(({ topic }) => topic === 'm/config/reported')).toMatchObject({
      retain: true,
      qos: 0,
    });
    expect(rig.reported()).toEqual([{ state: 'default', 'interval.air': 60_000, 'interval.soil': 60_000 }]);
  });

  it('stays when the broker is reached with it', () => {
    const rig = startOnline();
    rig.brokers.set('new.example:8883', 'up');
    rig.retain(DESIRED, '{"id":1,"host":"new.example","port":8883,"interval.soil":2000}');
    rig.pass(5000);
    expect(rig.host()).toBe('new.example:8883');
    rig.pass(MINUTE);
    expect(rig.reported().map(({ state }) => state)).toEqual(['default', 'probation', 'applied']);
    expect(rig.reported().at(-1)).toEqual({
      state: 'applied',
      id: 1,
      host: 'new.example',
      port: 8883,
      'interval.air': 60_000,
      'interval.soil': 2000,
    });
    expect(rig.said.filter(({ topic }) => topic === 'm/config/reported').map(({ host }) => host)).toEqual([
      'own:1883',
      'own:1883',
      'new.example:8883',
    ]);
    expect(rig.samples.get('soil')!.length).toBeGreaterThan(25);
    expect(rig.log).toContain(`${Event.Configured} 0`);
    expect(rig.log).toContain(`${Event.Configured} 1`);
  });

  it.each<[Mode, Close]>([
    ['refuses', Close.NothingListens],
    ['unknown', Close.HostUnknown],
    ['silent', Close.ConnackTimeout],
    ['no login', Close.NotAuthorized],
  ])('is rolled back where the new broker %s, and reported with the cause', (mode, cause) => {
    const rig = startOnline({ minutes: 3 });
    if (mode !== 'unknown') rig.brokers.set('new.example:8883', mode);
    rig.retain(DESIRED, NEW);
    rig.pass(3 * MINUTE - 1000);
    expect(rig.host()).toBeUndefined();
    rig.pass(5000);
    const tries = rig.opened.filter((host) => host === 'new.example:8883').length;
    expect(tries).toBeGreaterThan(5);
    expect(rig.host()).toBe('own:1883');
    expect(rig.reported().at(-1)).toEqual({
      state: 'rolled-back',
      id: 1,
      cause,
      'interval.air': 60_000,
      'interval.soil': 60_000,
    });
    expect(rig.log).toContain(`${Event.Configured} ${2 + cause}`);
    // The broker has sent it again with the new session, and goes on doing so.
    for (let i = 0; i < 5; i++) {
      rig.drop();
      rig.pass(MINUTE);
    }
    expect(rig.host()).toBe('own:1883');
    expect(rig.opened.filter((host) => host === 'new.example:8883')).toHaveLength(tries);
  });

  it('that was rolled back is tried again once it says something else', () => {
    const rig = startOnline({ minutes: 1 });
    rig.retain(DESIRED, NEW);
    rig.pass(2 * MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'rolled-back', id: 1 });
    rig.brokers.set('new.example:8883', 'up');
    rig.pass(MINUTE);
    expect(rig.host()).toBe('own:1883');
    rig.retain(DESIRED, NEW.replace('"id":1', '"id":2'));
    rig.pass(MINUTE);
    expect(rig.host()).toBe('new.example:8883');
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', id: 2 });
  });

  it('is whole: what it does not name is as the firmware has it', () => {
    const rig = startOnline();
    rig.retain(DESIRED, '{"interval.air":2000,"interval.soil":3000}');
    rig.pass(MINUTE);
    rig.retain(DESIRED, '{"interval.soil":4000}');
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toEqual({
      state: 'applied',
      'interval.air': 60_000,
      'interval.soil': 4000,
    });
    rig.retain(DESIRED, '{}');
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toEqual({
      state: 'applied',
      'interval.air': 60_000,
      'interval.soil': 60_000,
    });
  });

  it('tries no other broker of the firmware on trial, and does so later', () => {
    const brokers = new Map<string, Mode>([
      ['own:1883', 'up'],
      ['second:1883', 'up'],
    ]);
    const fallbacks = [{ host: 'second', port: 1883 }];
    const broker = { host: 'own', port: 1883, fallbacks, backoff: { windowMs: 1000, maxMs: 2000 } };
    const rig = startOnline({ minutes: 1, mote: { broker } }, brokers);
    rig.retain(DESIRED, NEW);
    rig.pass(30_000);
    expect(rig.opened).not.toContain('second:1883');
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'rolled-back' });
    brokers.set('new.example:8883', 'up');
    rig.retain(DESIRED, NEW.replace('1', '2'));
    rig.pass(MINUTE);
    expect(rig.host()).toBe('new.example:8883');
    brokers.set('new.example:8883', 'refuses');
    rig.drop();
    rig.pass(MINUTE);
    expect(rig.host()).toBe('second:1883');
  });

  it.each([
    ['{"host":"new.example"}', Code.BadValue],
    ['{"port":1883}', Code.BadValue],
    ['{"host":"","port":1883}', Code.BadValue],
    ['{"host":"a b","port":1883}', Code.BadValue],
    ['{"host":"a/b","port":1883}', Code.BadValue],
    [`{"host":"${'a'.repeat(31)}","port":1883}`, Code.BadValue],
    ['{"host":"a","port":0}', Code.BadValue],
    ['{"host":"a","port":65536}', Code.BadValue],
    ['{"host":"a","port":"1883"}', Code.BadValue],
    ['{"host":"a","port":1883,"port":1884}', Code.BadValue],
    ['{"host":"a","host":"b","port":1884}', Code.BadValue],
    ['{"host":1,"port":1883}', Code.BadValue],
    ['{"interval.air":999}', Code.BadValue],
    ['{"interval.air":67108864}', Code.BadValue],
    ['{"interval.air":2000,"interval.air":2000}', Code.BadValue],
    ['{"interval.water":2000}', Code.BadValue],
    ['{"interval.":2000}', Code.BadValue],
    ['{"interval.air":2000,"password":"x"}', Code.BadValue],
    ['{"interval.air":2000,"interval.soil":0}', Code.BadValue],
    ['{"interval.air":2000', Code.Malformed],
    ['{"interval.air":{"ms":2000}}', Code.Malformed],
    ['[]', Code.Malformed],
    ['\0', Code.Malformed],
    [`{"id":1${' '.repeat(800)}}`, Code.TooLong],
  ])('that is not right changes nothing: %s', (document, result) => {
    const rig = startOnline({ nor: createFlash() });
    rig.retain(DESIRED, document);
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', result, 'interval.air': 60_000 });
    expect(rig.log).toContain(`${Event.CommandRefused} ${-result}`);
    expect(rig.opened).toEqual(['own:1883']);
    for (const key of [StateKey.Configuration, StateKey.AddressA, StateKey.IntervalsA]) {
      expect(rig.outbox.recall(key)).toHaveLength(0);
    }
    expect(rig.samples.get('air')!.length).toBeLessThanOrEqual(2);
  });

  it('comes from those only who can sign it, once', () => {
    let asked = 0;
    const verify = (_topic: Bytes, payload: Bytes): Bytes | number => {
      // As one that takes each counter once.
      asked++;
      return toText(payload, 0, 1) === '{' && asked === 1 ? payload : Code.Denied;
    };
    const rig = startOnline({ verify, minutes: 1 });
    rig.brokers.set('new.example:8883', 'up');
    rig.retain(DESIRED, '{"interval.air":2000}');
    rig.pass(MINUTE);
    rig.drop();
    rig.pass(MINUTE);
    expect(asked).toBe(1);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied' });
    rig.retain(DESIRED, NEW);
    rig.pass(MINUTE);
    expect(rig.host()).toBe('own:1883');
    expect(rig.reported().at(-1)).toMatchObject({
      state: 'refused',
      result: Code.Denied,
      'interval.air': 2000,
    });
  });

  it('that was passed over is asked for also where the broker has kept the session', () => {
    const rig = startOnline({ qos: 2 });
    for (let i = 1; i < 5; i++) rig.retain(DESIRED, `{"id":${i},"interval.water":1}`);
    rig.retain(DESIRED, '{"id":5,"interval.air":7000}');
    rig.pass(100);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', id: 4 });
    rig.drop();
    rig.pass(2 * MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', id: 5, 'interval.air': 7000 });
  });

  it('of several in a row the last one holds at last', () => {
    const rig = startOnline();
    for (let i = 1; i <= 40; i++) {
      rig.retain(DESIRED, `{"id":${i},"interval.air":${1000 + i}}`);
      rig.pass(500);
    }
    rig.pass(2 * MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', id: 40, 'interval.air': 1040 });
    expect(rig.opened.length).toBeLessThan(12);
  });

  it('takes no interval by command while it is on trial', () => {
    const rig = startOnline({ minutes: 1 });
    rig.retain(DESIRED, NEW);
    rig.send('m/cmd/interval', '{"sensor":"air","ms":5000}');
    expect(rig.replies()).toMatchObject([{ result: Code.Busy }]);
  });

  it.each([0, 61, NaN])('is on trial for a time that makes sense, not %d minutes', (minutes) => {
    expect(createRig({ minutes }).code).toBe(Code.BadOptions);
  });
});

describe('a configuration in flash', () => {
  const flash = () => ({ nor: createFlash() });

  it('holds at the next start, and so do intervals that commands gave', () => {
    const where = flash();
    const rig = startOnline(where);
    rig.brokers.set('new.example:8883', 'up');
    rig.retain(DESIRED, '{"id":9,"host":"new.example","port":8883,"interval.air":2000}');
    rig.pass(MINUTE);
    rig.send('m/cmd/interval', '{"sensor":"soil","ms":3000}');
    rig.pass(MINUTE);
    const again = startOnline(where, rig.brokers);
    again.pass(MINUTE);
    expect(again.opened).toEqual(['new.example:8883']);
    expect(again.reported().at(-1)).toEqual({
      state: 'applied',
      id: 9,
      host: 'new.example',
      port: 8883,
      'interval.air': 2000,
      'interval.soil': 3000,
    });
    expect(again.samples.get('soil')!.length).toBeGreaterThan(15);
  });

  it('holds an interval that a command gave where there was no configuration', () => {
    const where = flash();
    const rig = startOnline(where);
    rig.send('m/cmd/interval', '{"sensor":"soil","ms":3000}');
    rig.send('m/cmd/interval', '{"sensor":"air","ms":4000}');
    rig.pass(20_000);
    const again = startOnline(where, rig.brokers);
    expect(again.reported().at(-1)).toEqual({
      state: 'default',
      'interval.air': 4000,
      'interval.soil': 3000,
    });
    expect(again.opened).toEqual(['own:1883']);
  });

  it('keeps no intervals for a firmware with other sensors, but the broker', () => {
    const where = flash();
    const rig = startOnline(where);
    rig.brokers.set('new.example:8883', 'up');
    rig.retain(DESIRED, '{"host":"new.example","port":8883,"interval.air":2000}');
    rig.pass(MINUTE);
    const again = startOnline({ ...where, sensors: ['soil', 'air'] }, rig.brokers);
    expect(again.opened).toEqual(['new.example:8883']);
    expect(again.reported().at(-1)).toMatchObject({ 'interval.air': 60_000, 'interval.soil': 60_000 });
  });

  it('goes on with its trial when the power goes away, and is rolled back when that happens too often', () => {
    const where = { ...flash(), minutes: 2 };
    let rig = startOnline(where);
    rig.brokers.set('new.example:8883', 'silent');
    rig.retain(DESIRED, NEW);
    rig.pass(5000);
    for (let start = 1; start <= 2; start++) {
      rig = startOnline(where, rig.brokers);
      rig.pass(30_000);
      expect(new Set(rig.opened)).toEqual(new Set(['new.example:8883']));
    }
    rig = startOnline(where, rig.brokers);
    rig.pass(30_000);
    expect(new Set(rig.opened)).toEqual(new Set(['own:1883']));
    expect(rig.reported().at(-1)).toMatchObject({ state: 'rolled-back', id: 1, cause: 0 });
    rig = startOnline(where, rig.brokers);
    rig.pass(MINUTE);
    expect(new Set(rig.opened)).toEqual(new Set(['own:1883']));
    expect(rig.reported().at(-1)).toMatchObject({ state: 'rolled-back', id: 1 });
  });

  it('stays after a start in the middle of its trial, if the broker is there then', () => {
    const where = flash();
    let rig = startOnline(where);
    rig.brokers.set('new.example:8883', 'refuses');
    rig.retain(DESIRED, NEW);
    rig.pass(5000);
    rig.brokers.set('new.example:8883', 'up');
    rig = startOnline(where, rig.brokers);
    rig.pass(30_000);
    expect(rig.host()).toBe('new.example:8883');
    rig = startOnline(where, rig.brokers);
    expect(rig.host()).toBe('new.example:8883');
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', id: 1 });
  });

  it('that is signed is tried although the power went as soon as its number was kept', () => {
    const where = flash();
    const key = 'a key of more than sixteen bytes';
    const brokers = new Map<string, Mode>([['own:1883', 'up']]);
    const signer = createSigner({ key });
    keepMessage(brokers, 'own:1883', DESIRED, signer.sign(DESIRED, { 'interval.air': 2000 }));
    const start = () => {
      let verifier: InboundVerifier | undefined;
      const rig = createRig(
        {
          ...where,
          verify(topic, payload, isKept) {
            verifier ??= createInboundVerifier(createNodeDigest(), rig.outbox, { key }) as InboundVerifier;
            const code = verifier.verify(topic, payload, isKept);
            return code === Code.Ok ? verifier.inner() : code;
          },
        },
        brokers,
      );
      return rig;
    };
    const before = start();
    for (let passed = 0; before.outbox.recall(StateKey.Signing).length === 0; passed++) {
      expect(passed).toBeLessThan(1000);
      before.tick();
    }
    expect(before.outbox.recall(StateKey.Configuration)).toHaveLength(0);
    const rig = start();
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', 'interval.air': 2000 });
    // What was done is known by its bytes, and what is older is not done.
    rig.send('m/cmd/read', signer.sign('m/cmd/read', {}));
    rig.retain(DESIRED, createSigner({ key, now: () => 5 }).sign(DESIRED, { 'interval.air': 3000 }));
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({
      state: 'refused',
      result: Code.Replay,
      'interval.air': 2000,
    });
  });

  it('is not tried where the flash has no room to know of it', () => {
    const rig = startOnline({
      ...flash(),
      region: { pages: 4, pageBytes: 1024, unit: 4, ecc: false, recordMax: 200 },
    });
    // A firmware that keeps a lot of its own leaves too little.
    for (const key of [3, 4, 5, 6, 7, 8, 11, 12]) {
      rig.outbox.remember(key, constant('x'.repeat(32)));
    }
    rig.retain(DESIRED, NEW);
    rig.pass(MINUTE);
    expect(rig.opened).toEqual(['own:1883']);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', result: Code.TooLong });
  });
});
