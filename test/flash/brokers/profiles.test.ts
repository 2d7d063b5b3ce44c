// Profiles are data that people add to: each has to say all of it, and where it has it from.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { brokers } from '../../../flash/brokers/index.ts';
import type { Limits } from '../../../flash/brokers/profile.ts';
import { findBroker } from '../../../flash/brokers.ts';
import { withProfiles } from '../../../bench/brokers.ts';

/** Every limit, once; the compiler sees to it that none is left out. */
const LIMITS = Object.keys({
  qosMax: 0,
  beyondQos: 0,
  retain: 0,
  retainedByWildcard: 0,
  will: 0,
  persistentSessions: 0,
  payloadMax: 0,
  packetMax: 0,
  topicMaxBytes: 0,
  topicLevelsMax: 0,
  topicShape: 0,
  topicForbids: 0,
  clientIdMaxBytes: 0,
  keepAliveSec: 0,
  tlsRequired: 0,
} satisfies Record<keyof Limits, 0>) as (keyof Limits)[];

const isCount = (value: number | null) => value === null || (Number.isInteger(value) && value > 0);

describe('brokers', () => {
  it('have names of their own', () => {
    const ids = brokers.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    for (const id of ids) expect(id).toMatch(/^[a-z0-9.-]+$/);
  });

  it('are the ones that people ask for, and those that the story runs on', () => {
    expect(brokers.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'mosquitto',
        'emqx',
        'hivemq',
        'aws-iot',
        'azure-iot-hub',
        'rabbitmq',
        'nats',
        'aedes',
        'ejabberd',
      ]),
    );
  });

  it('are found by their names, or the names are told', () => {
    expect(findBroker('nats').name).toBe('NATS');
    expect(() => findBroker('hive')).toThrow(/unknown broker "hive".*hivemq, hivemq-cloud/);
  });

  describe.each(brokers)('$id', (broker) => {
    it('says every limit, and where it has it from', () => {
      for (const limit of LIMITS) {
        expect(broker[limit], limit).toBeDefined();
        expect(broker.sources[limit], `source of ${limit}`).toMatch(/\S{3}/);
      }
      expect(Object.keys(broker.sources).sort()).toEqual([...LIMITS].sort());
    });

    it('has limits that can be', () => {
      expect([1, 2]).toContain(broker.qosMax);
      // Something becomes of QoS 2 where there is none, and only there.
      expect(broker.beyondQos === null).toBe(broker.qosMax === 2);
      for (const limit of [
        'payloadMax',
        'packetMax',
        'topicMaxBytes',
        'topicLevelsMax',
        'clientIdMaxBytes',
      ] as const) {
        expect(isCount(broker[limit]), limit).toBe(true);
      }
      const { min, max } = broker.keepAliveSec;
      expect(min).toBeGreaterThanOrEqual(0);
      expect(max).toBeGreaterThan(min);
      expect(max).toBeLessThanOrEqual(65535);
      if (!broker.retain) expect(broker.retainedByWildcard).toBe(false);
    });

    it('names a page, a program or a measurement for each line it draws, or says that it was not read again', () => {
      const isDrawn: Partial<Record<keyof Limits, boolean>> = {
        qosMax: broker.qosMax < 2,
        beyondQos: broker.beyondQos !== null,
        retain: !broker.retain,
        retainedByWildcard: !broker.retainedByWildcard,
        payloadMax: broker.payloadMax !== null,
        packetMax: broker.packetMax !== null,
        topicMaxBytes: broker.topicMaxBytes !== null,
        topicLevelsMax: broker.topicLevelsMax !== null,
        topicShape: broker.topicShape !== null,
        topicForbids: broker.topicForbids !== null,
        clientIdMaxBytes: broker.clientIdMaxBytes !== null,
        keepAliveSec: broker.keepAliveSec.min > 0 || broker.keepAliveSec.max < 65535,
        tlsRequired: broker.tlsRequired,
      };
      for (const limit of LIMITS.filter((name) => isDrawn[name])) {
        expect(broker.sources[limit], limit).toMatch(
          /https:|\.c, |aedes\.js|mod_mqtt|README-MQTT|npm run test:brokers|not verified|from memory/,
        );
      }
    });
  });
});

it('docs/brokers.md has the profiles and what was measured', async () => {
  const text = readFileSync('docs/brokers.md', 'utf8');
  // npm run docs:brokers
  expect(await withProfiles(text)).toBe(text);
});
