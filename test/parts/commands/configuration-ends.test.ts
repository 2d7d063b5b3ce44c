// A configuration at its ends: documents that come again, late, or say what cannot be; reports that find no room; sensors beyond those
// that can be told; and flash that has no room to know what is tried.
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/bytes/bytes.ts';
import type { Link } from '../../../src/link/link.ts';
import type { CreatePart } from '../../../src/part.ts';
import { createConfiguration } from '../../../src/parts/configuration.ts';
import { Code, Event } from '../../../src/ports/codes.ts';
import { createFlash, createRig, keepMessage, startOnline, type Mode } from './rig.ts';

const MINUTE = 60_000;
const DESIRED = 'm/config/desired';
const NEW = '{"id":1,"host":"new.example","port":8883}';

describe('a configuration, at its ends', () => {
  it.each<[string, string, Mode]>([
    ['holds', 'applied', 'up'],
    ['was rolled back', 'rolled-back', 'silent'],
  ])('that %s is still that when it comes again behind one that was refused', (_what, state, mode) => {
    const rig = startOnline({ minutes: 1 });
    rig.brokers.set('new.example:8883', mode);
    rig.retain(DESIRED, NEW);
    rig.pass(3 * MINUTE);
    const { length } = rig.opened;
    rig.retain(DESIRED, '{"id":2,"interval.water":1}');
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', id: 2 });
    rig.retain(DESIRED, NEW);
    rig.pass(MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state, id: 1 });
    expect(rig.opened).toHaveLength(length);
  });

  it('that is taken out of the broker changes nothing', () => {
    const rig = startOnline();
    rig.retain(DESIRED, '');
    rig.pass(MINUTE);
    expect(rig.reported().map(({ state }) => state)).toEqual(['default']);
  });

  it('that comes while another one is on trial has its turn when that is over', () => {
    const rig = startOnline({ minutes: 1 });
    rig.brokers.set('new.example:8883', 'silent');
    rig.retain(DESIRED, NEW);
    rig.retain(DESIRED, '{"id":2,"interval.air":7000}');
    rig.pass(50_000);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'probation', id: 1 });
    rig.pass(3 * MINUTE);
    expect(rig.reported().map(({ state }) => state)).toContain('rolled-back');
    expect(rig.reported().at(-1)).toMatchObject({ state: 'applied', id: 2, 'interval.air': 7000 });
  });

  it.each([
    ['10.0.0.7', true],
    ['a-b.example9', true],
    ['a:b', false],
    ['a/b', false],
  ])('may name %s as its broker: %s', (host, isPossible) => {
    const rig = startOnline();
    rig.brokers.set(`${host}:1`, 'up');
    rig.retain(DESIRED, JSON.stringify({ host, port: 1 }));
    rig.pass(5000);
    expect(rig.host()).toBe(isPossible ? `${host}:1` : 'own:1883');
  });

  it('is for the first seven sensors; a command may change others, until the power goes away', () => {
    const sensors = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const nor = createFlash();
    const rig = startOnline({ sensors, nor });
    expect(Object.keys(rig.reported()[0]!)).toEqual([
      'state',
      ...sensors.slice(0, 7).map((name) => `interval.${name}`),
    ]);
    rig.retain(DESIRED, '{"interval.h":2000}');
    rig.pass(1000);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', result: Code.BadValue });
    for (const sensor of ['g', 'h']) rig.send('m/cmd/interval', JSON.stringify({ sensor, ms: 3000 }));
    expect(rig.replies().map(({ result }) => result)).toEqual([0, 0]);
    rig.pass(MINUTE);
    for (const name of ['g', 'h']) expect(rig.samples.get(name)!.length).toBeGreaterThan(15);
    const again = startOnline({ sensors, nor }, rig.brokers);
    again.pass(MINUTE);
    expect(again.samples.get('g')!.length).toBeGreaterThan(15);
    expect(again.samples.get('h')!.length).toBeLessThan(4);
  });

  it('is reported a little later where the network has not taken what was said before', () => {
    let link: Link | undefined;
    const hog: CreatePart = (mote) => {
      ({ link } = mote);
      const topic = mote.link.client.topic('large', 0);
      return {
        onReading: () => void mote.link.client.publish(topic, constant('x'.repeat(420))),
        run: () => MINUTE,
      };
    };
    const rig = startOnline({ parts: [hog], sensors: ['air'] });
    expect(link!.client.isOnline()).toBe(true);
    rig.send('m/cmd/read', '');
    rig.retain(DESIRED, '{"id":2,"interval.water":1}');
    rig.pass(500);
    expect(rig.reported().map(({ state }) => state)).toEqual(['default']);
    rig.pass(1500);
    expect(rig.reported().map(({ state }) => state)).toEqual(['default', 'refused']);
  });

  it('that is too long to be reported is said not to be, and holds', () => {
    const sensors = Array.from({ length: 7 }, (_, i) => `${'x'.repeat(150)}${i}`);
    const rig = startOnline({ sensors });
    rig.retain(DESIRED, `{"interval.${sensors[0]}":7000}`);
    rig.pass(MINUTE);
    expect(rig.reported()).toEqual([]);
    expect(rig.log).toContain(`${Event.Untold} ${-Code.TooLong}`);
    expect(rig.samples.get(sensors[0]!)!.length).toBeGreaterThan(7);
  });

  it('leaves no sensor with an interval by command that its chip cannot have', () => {
    const rig = startOnline({ minIntervalMs: 1000 });
    rig.send('m/cmd/interval', '{"sensor":"air","ms":999}');
    expect(rig.replies()).toMatchObject([{ result: Code.BadValue }]);
    expect(rig.reported().at(-1)).toMatchObject({ 'interval.air': 60_000 });
  });

  it('has its minutes where a firmware says nothing of them', () => {
    const rig = startOnline({ isPlain: true, configuration: createConfiguration() });
    rig.brokers.set('new.example:8883', 'silent');
    rig.retain(DESIRED, NEW);
    rig.pass(4 * MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'probation' });
    rig.pass(2 * MINUTE);
    expect(rig.reported().at(-1)).toMatchObject({ state: 'rolled-back' });
  });

  it.each([600, 900, 990, 1010])(
    'is not taken where its topics have no room in one SUBSCRIBE: an id of %i bytes',
    (size) => {
      const { code, log } = createRig({ mote: { id: 'm'.repeat(size) } });
      expect(code).toBeLessThan(0);
      expect(log.some((line) => [Event.BadPart, Event.BadSettings].includes(parseInt(line)))).toBe(true);
    },
  );
});

describe('a configuration in flash, at its ends', () => {
  const flash = () => ({ nor: createFlash() });

  it('is the last of several that held, at the next start too', () => {
    const where = flash();
    const rig = startOnline(where);
    for (const [id, host] of [
      [1, 'first'],
      [2, 'second'],
    ] as const) {
      rig.brokers.set(`${host}:1`, 'up');
      keepMessage(rig.brokers, `${host}:1`, DESIRED, JSON.stringify({ id: 2, host: 'second', port: 1 }));
      if (id === 1) rig.retain(DESIRED, JSON.stringify({ id, host, port: 1 }));
      rig.pass(MINUTE);
    }
    expect(rig.host()).toBe('second:1');
    const again = startOnline(where, rig.brokers);
    expect(again.opened).toEqual(['second:1']);
    expect(again.reported().at(-1)).toMatchObject({ state: 'applied', id: 2 });
  });

  it.each([16, 12, 8, 4])(
    'is not tried where flash has room for its settings, and none to know that they are tried: %i',
    (size) => {
      const where = flash();
      const rig = startOnline(where);
      for (const key of [3, 4, 5, 6]) rig.outbox.remember(key, constant('x'.repeat(32)));
      rig.outbox.remember(7, constant('x'.repeat(size)));
      rig.retain(DESIRED, NEW);
      rig.pass(MINUTE);
      expect(rig.opened).toEqual(['own:1883']);
      expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', result: Code.TooLong });
      // Room for what a command gives, which is written with what is known of trials.
      rig.outbox.remember(3, constant('x'));
      rig.send('m/cmd/interval', '{"sensor":"air","ms":5000}');
      rig.pass(MINUTE);
      const again = startOnline(where, rig.brokers);
      again.pass(MINUTE);
      expect(again.opened).toEqual(['own:1883']);
      // It comes again with the session, and was never tried.
      expect(again.reported().at(-1)).toMatchObject({ state: 'refused', 'interval.air': 5000 });
    },
  );

  it('has no room for an interval by command: that holds until the power goes away, and it is said', () => {
    const where = flash();
    const rig = startOnline(where);
    for (const key of [3, 4, 5, 6, 7]) rig.outbox.remember(key, constant('x'.repeat(32)));
    rig.outbox.remember(8, constant('x'.repeat(16)));
    rig.send('m/cmd/interval', '{"sensor":"air","ms":5000}');
    rig.pass(MINUTE);
    expect(rig.replies()).toMatchObject([{ result: 0 }]);
    expect(rig.samples.get('air')!.length).toBeGreaterThan(11);
    expect(rig.log).toContain(`${Event.CommandRefused} ${-Code.TooLong}`);
    expect(startOnline(where, rig.brokers).reported().at(-1)).toMatchObject({ 'interval.air': 60_000 });
  });
});
