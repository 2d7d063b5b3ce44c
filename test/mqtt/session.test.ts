import { describe, expect, it } from 'vitest';
import { judge, mayCome, State, Verdict } from '../../src/mqtt/session.ts';

const verdict = (first: number, ...body: number[]) => judge(first, Uint8Array.from(body));

describe('headers', () => {
  it('lets nothing but a CONNACK of two bytes in before the session [MQTT-3.2.0-1] [MQTT-2.2.2-2]', () => {
    for (let first = 0; first < 256; first++) {
      expect(mayCome(State.Connecting, first, 2)).toBe(first === 0x20);
    }
    expect(mayCome(State.Connecting, 0x20, 3)).toBe(false);
  });

  it('lets PINGRESP and QoS 0 messages in once online, and nothing else', () => {
    for (let first = 0; first < 256; first++) {
      expect(mayCome(State.Online, first, 30)).toBe(first === 0x30 || first === 0x31);
      expect(mayCome(State.Online, first, 0)).toBe(first === 0xd0);
    }
    expect(mayCome(State.Online, 0x30, 2)).toBe(false);
    expect(mayCome(State.Online, 0x30, 3)).toBe(true);
  });

  it('lets nothing in without a connection', () => {
    expect(mayCome(State.Offline, 0x20, 2)).toBe(false);
    expect(mayCome(State.Opening, 0xd0, 0)).toBe(false);
  });
});

describe('CONNACK', () => {
  it('takes return code 0 and refuses codes 1 to 5 (section 3.2.2.3)', () => {
    expect(verdict(0x20, 0, 0)).toBe(Verdict.Accepted);
    for (let code = 1; code <= 5; code++) expect(verdict(0x20, 0, code)).toBe(Verdict.Refused);
  });

  it.each([
    ['an unknown return code', 0, 6],
    ['reserved acknowledge flags', 2, 0],
    ['a session present that we never asked for [MQTT-3.2.2-1]', 1, 0],
    ['a refusal with a session present [MQTT-3.2.2-4]', 1, 5],
  ])('calls %s a violation', (_name, flags, code) => {
    expect(verdict(0x20, flags, code)).toBe(Verdict.Violation);
  });
});

it('tells a PINGRESP from a message nobody asked for', () => {
  expect(verdict(0xd0)).toBe(Verdict.Pong);
  expect(verdict(0x30, 0, 1, 97)).toBe(Verdict.Unwanted);
  expect(verdict(0x31, 0, 1, 97)).toBe(Verdict.Unwanted);
});
