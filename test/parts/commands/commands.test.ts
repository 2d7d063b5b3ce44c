// Commands in the mote that carries them out: what is done, what is answered, and what is not done.
import { readFileSync } from 'node:fs';
import { createSigner } from '../../../flash/signing/signer.ts';
import { createRecordingLog } from '../../../sim/manual.ts';
import { createNodeDigest } from '../../../sim/node/digest.ts';
import { createVerify } from '../../../src/signing/verify.ts';
import { createChip } from '../../power/bench.ts';
import { region, startSigning } from '../../signing/bench.ts';
import { describe, expect, it } from 'vitest';
import { constant, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { Code, Event } from '../../../src/ports/codes.ts';
import { createRig, type RigOptions } from './rig.ts';

const MINUTE = 60_000;

/** A mote that is online. */
function online(options: RigOptions = {}) {
  const rig = createRig({ isPlain: true, ...options });
  expect(rig.code).toBe(Code.Ok);
  rig.pass(100);
  expect(rig.host()).toBe('own:1883');
  return rig;
}

const times = (rig: ReturnType<typeof createRig>, name: string) => rig.samples.get(name)!;

describe('commands', () => {
  it('give a sensor another interval', () => {
    const rig = online();
    rig.send('m/cmd/interval', '{"sensor":"air","ms":5000,"id":7}');
    rig.pass(MINUTE);
    expect(rig.replies()).toEqual([{ result: 0, command: 'interval', id: 7 }]);
    expect(times(rig, 'air')).toHaveLength(13);
    expect(times(rig, 'soil')).toHaveLength(2);
    expect(rig.acknowledged()).toBe(1);
  });

  it('read one sensor, or all, at once', () => {
    const rig = online();
    rig.send('m/cmd/read', '{"sensor":"soil"}');
    rig.pass(1000);
    expect([times(rig, 'air').length, times(rig, 'soil').length]).toEqual([1, 2]);
    rig.send('m/cmd/read', '');
    rig.pass(1000);
    expect([times(rig, 'air').length, times(rig, 'soil').length]).toEqual([2, 3]);
    expect(rig.replies()).toEqual([
      { result: 0, command: 'read' },
      { result: 0, command: 'read' },
    ]);
    expect(rig.said.filter(({ topic }) => topic === 'm/soil/t')).toHaveLength(2);
  });

  it('let a firmware show which one it is, and are not stopped by what it does', () => {
    const shown: number[] = [];
    const identify = (ms: number) => {
      shown.push(ms);
      if (ms === 1) throw new Error('mine');
    };
    const rig = online({ identify });
    rig.send('m/cmd/identify', '{}');
    rig.send('m/cmd/identify', '{"ms":2000}');
    rig.send('m/cmd/identify', '{"ms":1}');
    // Nobody looks for that long.
    rig.send('m/cmd/identify', '{"ms":600001}');
    expect(shown).toEqual([10_000, 2000, 1]);
    expect(rig.replies().map(({ result }) => result)).toEqual([0, 0, Code.Fault, Code.BadValue]);
    expect(rig.acknowledged()).toBe(4);
  });

  it('restart the board once all has left: acknowledgement, answer, readings', () => {
    const seen: { acknowledged: number; waits: number; replies: number; isOnline: boolean }[] = [];
    const rig = online({
      restart: () =>
        seen.push({
          acknowledged: rig.acknowledged(),
          waits: rig.outbox.count(),
          replies: rig.replies().length,
          isOnline: rig.host() !== undefined,
        }),
    });
    rig.send('m/cmd/restart', '{"id":3}');
    expect(seen).toEqual([]);
    rig.pass(15_000);
    expect(seen).toEqual([{ acknowledged: 1, waits: 0, replies: 1, isOnline: false }]);
    expect(rig.log).toContain(`${Event.Restarting} 0`);
    // This engine cannot, so the mote goes on.
    rig.pass(MINUTE);
    expect(rig.host()).toBe('own:1883');
    expect(seen).toHaveLength(1);
  });

  it('restart the board also where the session goes before it can leave', () => {
    let restarts = 0;
    const rig = online({ restart: () => restarts++ });
    rig.brokers.clear();
    rig.send('m/cmd/restart', '{"id":3}');
    rig.drop();
    rig.pass(12_000);
    expect(restarts).toBe(1);
  });

  it.each([
    ['retained', '', 3],
    ['sent a second time', '', 10],
  ])('never restart because of one that is %s', (_what, payload, flags) => {
    let restarts = 0;
    const rig = online({ restart: () => restarts++ });
    rig.send('m/cmd/restart', payload, flags);
    rig.pass(MINUTE);
    expect(restarts).toBe(0);
    expect(rig.replies()).toMatchObject([{ result: Code.Denied }]);
  });

  it('are not carried out again under the same id, and say so as before', () => {
    const shown: number[] = [];
    const rig = online({ identify: (ms) => shown.push(ms) });
    rig.send('m/cmd/identify', '{"id":1}');
    rig.send('m/cmd/identify', '{"id":1}', 10);
    rig.send('m/cmd/identify', '{"id":2}');
    expect(shown).toHaveLength(2);
    expect(rig.replies().map(({ result, id }) => [result, id])).toEqual([
      [0, 1],
      [0, 1],
      [0, 2],
    ]);
  });

  it.each([
    ['identify', '{}', Code.BadTopic],
    ['restart', '{}', Code.BadTopic],
    ['reads', '{}', Code.BadTopic],
    ['', '{}', Code.BadTopic],
    ['read', '{"sensor":"water"}', Code.BadValue],
    ['read', '{"sensor":1}', Code.BadValue],
    ['read', '{"ms":1000}', Code.BadValue],
    ['read', '{"id":1,"id":2}', Code.BadValue],
    ['read', '{"id":-1}', Code.BadValue],
    ['read', '{"id":1.5}', Code.BadValue],
    ['read', '{"id":null}', Code.BadValue],
    ['read', '{"id":134217728}', Code.BadValue],
    ['read', '{"id":99999999999999999999}', Code.BadValue],
    ['read', '{"sensor":"air"', Code.Malformed],
    ['read', '{"sensor":{"a":1}}', Code.Malformed],
    ['read', '\0', Code.Malformed],
    ['read', 'x'.repeat(769), Code.TooLong],
    ['interval', '', Code.BadValue],
    ['interval', '{"sensor":"air"}', Code.BadValue],
    ['interval', '{"ms":5000}', Code.BadValue],
    ['interval', '{"sensor":"air","ms":999}', Code.BadValue],
    ['interval', '{"sensor":"air","ms":-5000}', Code.BadValue],
    ['interval', '{"sensor":"air","ms":67108864}', Code.BadValue],
    ['interval', '{"sensor":"air","ms":"5000"}', Code.BadValue],
    ['interval', '{"sensor":"air","ms":NaN}', Code.Malformed],
  ])('are refused by name: %s %s', (name, payload, result) => {
    const rig = online();
    rig.send(`m/cmd/${name}`, payload);
    rig.pass(MINUTE);
    expect(rig.replies()).toMatchObject([{ result, refused: 1 }]);
    expect(rig.log).toContain(`${Event.CommandRefused} ${-result}`);
    expect(times(rig, 'air')).toHaveLength(2);
    expect(rig.acknowledged()).toBe(1);
  });

  it('say where a document was not understood', () => {
    const rig = online();
    rig.send('m/cmd/read', '{"id":5,"what":1}');
    rig.send('m/cmd/read', '{"id":5,,}');
    expect(rig.replies()).toEqual([
      { result: Code.BadValue, command: 'read', id: 5, at: 16, refused: 1 },
      { result: Code.Malformed, command: 'read', id: 5, at: 8, refused: 2 },
    ]);
  });

  it.each(['134217728', '9'.repeat(40), '-1', '1.5', '"7"'])('give no id back that is none: %s', (id) => {
    const rig = online();
    rig.send('m/cmd/read', `{"id":${id}}`);
    expect(rig.replies()).toMatchObject([{ result: Code.BadValue }]);
    expect(rig.replies()[0]).not.toHaveProperty('id');
  });

  it('sample no sensor more often than its chip can be', () => {
    const rig = online({ minIntervalMs: 3000 });
    rig.send('m/cmd/interval', '{"sensor":"air","ms":2000}');
    rig.send('m/cmd/interval', '{"sensor":"air","ms":3000}');
    expect(rig.replies().map(({ result }) => result)).toEqual([Code.BadValue, Code.Ok]);
  });

  it('come from those only who can sign them, where a firmware asks for that', () => {
    const asked: string[] = [];
    const verify = (topic: Bytes, payload: Bytes): Bytes | number => {
      const text = toText(payload, 0, payload.length);
      asked.push(toText(topic, 0, topic.length));
      return text.startsWith('signed ') ? constant(text.slice(7)) : Code.Denied;
    };
    const shown: number[] = [];
    const rig = online({ verify, identify: (ms) => shown.push(ms) });
    rig.send('m/cmd/identify', '{"ms":1000}');
    rig.send('m/cmd/identify', 'signed {"ms":2000}');
    expect(shown).toEqual([2000]);
    expect(asked).toEqual(['m/cmd/identify', 'm/cmd/identify']);
    expect(rig.replies().map(({ result }) => result)).toEqual([Code.Denied, Code.Ok]);
  });

  it('come from those only who have the key, each once', () => {
    const key = 'a key of sixteen bytes';
    const { outbox } = startSigning(createChip(region));
    const log = createRecordingLog();
    const verify = createVerify(createNodeDigest(), outbox, log, { key });
    const shown: number[] = [];
    const rig = online({ verify, identify: (ms) => shown.push(ms) });
    const topic = 'm/cmd/identify';
    const signed = createSigner({ key }).sign(topic, { ms: 2000 });
    rig.send(topic, signed);
    rig.send(topic, signed);
    rig.send(
      topic,
      createSigner({ key: 'another key of the same kind', counter: 1e9 }).sign(topic, { ms: 3000 }),
    );
    rig.send(topic, '{"ms":4000}');
    expect(shown).toEqual([2000]);
    const results = [Code.Ok, Code.Replay, Code.BadMac, Code.BadPayload];
    expect(rig.replies().map(({ result }) => result)).toEqual(results);
    expect(log.lines).toEqual([]);
  });

  it('are refused with a reason where nobody can check who sent them', () => {
    const { outbox } = startSigning(createChip(region));
    const log = createRecordingLog();
    const verify = createVerify(null, outbox, log, { key: 'a key of sixteen bytes' });
    expect(log.lines).toEqual([`${Event.Unsigned} ${-Code.Absent}`]);
    const rig = online({ verify, identify: () => {} });
    rig.send('m/cmd/identify', '{"ms":4000}');
    expect(rig.replies().map(({ result }) => result)).toEqual([Code.Absent]);
  });

  it('are answered as docs/commands.md says', () => {
    const text = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');
    const lines = [...text.matchAll(/^ +\$ mosquitto_pub .*-t air-1\/(\S+) -m '(.*)'\n +(.*)$/gm)];
    expect(lines).toHaveLength(2);
    const rig = online();
    for (const [, topic, payload] of lines) rig.send(`m/${topic!}`, payload!);
    expect(rig.replies()).toEqual(lines.map(([, , , reply]) => JSON.parse(reply!)));
  });

  it('of a flood are counted, told once, and keep nobody from the readings', () => {
    const shown: number[] = [];
    const rig = online({ identify: (ms) => shown.push(ms) });
    rig.send('m/cmd/interval', '{"sensor":"air","ms":1000}');
    const before = times(rig, 'air').length;
    for (let i = 0; i < 1000; i++) {
      rig.send('m/cmd/identify', `{"id":${i}}`);
      rig.pass(1);
    }
    expect(shown).toHaveLength(11);
    expect(rig.acknowledged()).toBe(1001);
    rig.pass(11_000);
    expect(times(rig, 'air').length - before).toBeGreaterThanOrEqual(11);
    const told = rig.replies().filter(({ result }) => result === Code.Busy);
    expect(told).toEqual([{ result: Code.Busy, refused: 989 }]);
    expect(rig.log).toContain(`${Event.CommandFlood} 989`);
    rig.pass(MINUTE);
    rig.send('m/cmd/identify', '{"id":5000}');
    expect(rig.replies().at(-1)).toEqual({ result: 0, command: 'identify', id: 5000 });
  });

  it('are looked at no more often than a flood that goes on allows', () => {
    const rig = online({ identify: () => {}, perMinute: 6 });
    for (let second = 0; second < 600; second++) {
      rig.send('m/cmd/identify', '{}');
      rig.pass(1000);
    }
    const replies = rig.replies();
    expect(replies.filter(({ result }) => result === 0).length).toBeLessThanOrEqual(6 + 60);
    expect(replies.filter(({ result }) => result === Code.Busy).length).toBeLessThanOrEqual(60);
    expect(rig.outbox.count()).toBe(0);
  });

  it.each(['cmd', 'config', 'reply'])('do not come out of a sensor called %s', (name) => {
    expect(createRig({ sensors: ['air', name] }).code).toBe(Code.BadOptions);
  });

  it.each([0, 6001, NaN])('are not to be had %d times a minute', (perMinute) => {
    const rig = createRig({ perMinute });
    expect(rig.code).toBe(Code.BadOptions);
    expect(rig.log).toContain(`${Event.BadPart} 1`);
  });
});
