import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../flash/counter/environment.ts';
import { ExitCode, MoteError } from '../../../flash/errors.ts';

const options = (environment: Record<string, string>) => readSettings(environment).options;

function refusal(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(MoteError);
    expect((error as MoteError).exitCode).toBe(ExitCode.Usage);
    return (error as MoteError).message;
  }
  return 'taken';
}

describe('readSettings', () => {
  it('needs nothing', () => {
    expect(readSettings({})).toMatchObject({
      engine: 'node',
      options: { host: '127.0.0.1', port: 1883, version: 4, cleanSession: false, receiveMax: 2048, first: 1 },
    });
  });

  it('takes every variable, and an empty one for none', () => {
    const environment = {
      HOST: 'broker.local',
      PORT: '1884',
      MQTT_VERSION: '4',
      CLIENT_ID: 'z\u00e4hler',
      CLEAN: '1',
      KEEPALIVE: '0',
      PERIOD_MS: '0',
      RECONNECT_MS: '700',
      CONNECT_TIMEOUT_MS: '900',
      MAX_PACKET: '512',
      COUNTER_START: '0',
      STATE_DIR: '/tmp/counter',
      ENGINE: 'espruino',
    };
    expect(readSettings(environment)).toEqual({
      engine: 'espruino',
      stateDirectory: '/tmp/counter',
      options: {
        host: 'broker.local',
        port: 1884,
        version: 4,
        clientId: 'z\xc3\xa4hler',
        cleanSession: true,
        keepAliveSec: 0,
        periodMs: 0,
        reconnectMs: 700,
        connectTimeoutMs: 900,
        receiveMax: 512,
        first: 0,
      },
    });
    expect(readSettings({ HOST: '', PORT: '', ENGINE: '', STATE_DIR: '' })).toEqual(readSettings({}));
  });

  it('stays within ten tries a second and six seconds', () => {
    expect(options({ RECONNECT_MS: '0' }).reconnectMs).toBeGreaterThan(100);
    expect(options({ RECONNECT_MS: '3600000' }).reconnectMs).toBeLessThan(6000);
    const { reconnectMs, connectTimeoutMs } = options({});
    expect(reconnectMs + connectTimeoutMs).toBeLessThan(6000);
  });

  it('speaks MQTT 5.0', () => {
    expect(options({ MQTT_VERSION: '5' }).version).toBe(5);
  });

  it('takes an empty client identifier for a clean session, and where the broker finds one', () => {
    expect(options({ CLIENT_ID: '', CLEAN: '1' }).clientId).toBe('');
    expect(options({ CLIENT_ID: '', MQTT_VERSION: '5' })).toMatchObject({
      clientId: '',
      cleanSession: false,
    });
  });

  it.each([
    [
      { MQTT_VERSION: '3' },
      'MQTT_VERSION: "3" is no version of MQTT here (use 4 (MQTT 3.1.1) or 5 (MQTT 5.0))',
    ],
    [{ MQTT_VERSION: '5.0' }, 'MQTT_VERSION: "5.0" is no version'],
    [{ PORT: '0' }, 'PORT: "0" is not a whole number from 1 to 65535'],
    [{ PORT: '65536' }, 'PORT'],
    [{ PORT: '1e3' }, 'PORT'],
    [{ KEEPALIVE: '65536' }, 'KEEPALIVE'],
    [{ PERIOD_MS: '-1' }, 'PERIOD_MS'],
    [{ PERIOD_MS: '1.5' }, 'PERIOD_MS'],
    [{ MAX_PACKET: '2049' }, 'MAX_PACKET'],
    [{ COUNTER_START: '2000000001' }, 'COUNTER_START'],
    [{ COUNTER_START: '99999999999' }, 'COUNTER_START'],
    [{ CLEAN: 'yes' }, 'CLEAN: "yes" is not possible (use one of 0, 1)'],
    [{ ENGINE: 'duktape' }, 'ENGINE: "duktape" is not possible (use one of node, espruino)'],
    [{ HOST: 'two words' }, 'HOST'],
    [{ HOST: 'h'.repeat(128) }, 'HOST'],
    [{ CLIENT_ID: 'a\0b' }, 'CLIENT_ID'],
    [{ CLIENT_ID: '' }, 'CLIENT_ID: a session that is kept needs a name'],
    [{ CLIENT_ID: 'x'.repeat(1100) }, 'CLIENT_ID: a CONNECT with it is longer'],
    [{ CLIENT_ID: 'x'.repeat(1000), MQTT_VERSION: '5' }, 'CLIENT_ID: a CONNECT with it is longer'],
  ])('refuses %o', (environment, words) => {
    expect(refusal(environment as Record<string, string>)).toContain(words);
  });
});
