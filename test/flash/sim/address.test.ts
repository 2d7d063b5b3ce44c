import { describe, expect, it } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { formatBrokerAddress, parseBrokerAddress } from '../../../flash/sim/address.ts';

describe('broker address', () => {
  it.each([
    ['mqtt://broker', { host: 'broker', port: 1883, username: '', password: '' }],
    ['mqtt://10.0.0.2:1884', { host: '10.0.0.2', port: 1884, username: '', password: '' }],
    ['mqtt://u:p%40ss@b:1', { host: 'b', port: 1, username: 'u', password: 'p@ss' }],
    ['mqtt://[::1]:1883', { host: '::1', port: 1883, username: '', password: '' }],
  ])('reads %s', (text, expected) => {
    expect(parseBrokerAddress(text)).toEqual(expected);
  });

  it.each([
    ['broker', 'not an address'],
    ['http://broker', 'not supported'],
    ['mqtt://broker:99999', 'not an address'],
    ['mqtt://broker:0', 'port 0'],
    ['mqtt://broker/topic', 'behind the port'],
    ['mqtt://:secret@broker', 'needs a user name'],
  ])('refuses %s and says how to write it', (text, what) => {
    try {
      parseBrokerAddress(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MoteError);
      expect((error as MoteError).what).toContain(what);
      expect((error as MoteError).exitCode).toBe(ExitCode.Usage);
      expect((error as MoteError).message).not.toContain('secret');
    }
  });

  it('never shows the password', () => {
    expect(formatBrokerAddress(parseBrokerAddress('mqtt://u:p@b'))).toBe('mqtt://u@b:1883');
    expect(formatBrokerAddress(parseBrokerAddress('mqtt://[::1]'))).toBe('mqtt://[::1]:1883');
  });
});
