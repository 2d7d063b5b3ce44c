import { beforeEach, describe, expect, it, vi } from 'vitest';
import { withWorld } from './globals.ts';

const CONNECT = '\x10\x0d\x00\x04MQTT\x04\x02\x00\x1e\x00\x01m';
const PUBLISH = '\x30\x08\x00\x03t/xabc';

/** A module is loaded once; each test wants a world of its own. */
beforeEach(() => vi.resetModules());

const ID = 0xd0;

describe('the whole world', () => {
  const load = () => import('../../../sim/device/world.ts');

  it('has time that passes when it is told to', async () => {
    await withWorld(load, {}, (root) => {
      const fired: number[] = [];
      const stopped = root.setTimeout(() => fired.push(-1), 10);
      root.setTimeout(() => fired.push(root.getTime()), 1500);
      root.clearTimeout(stopped);
      root.world.run(2000);
      expect(fired).toEqual([1.5]);
      expect(root.world.now()).toBe(2000);
    });
  });

  it('has a broker behind its network, which keeps its deadlines', async () => {
    await withWorld(load, {}, (root) => {
      const socket = (root.require?.('net') as EngineNet).connect({ host: 'broker', port: 1883 });
      socket.write(CONNECT + PUBLISH);
      root.world.run(10);
      expect(root.world.broker.messages).toMatchObject([{ clientId: 'm', topic: 't/x', payload: 'abc' }]);
      expect([root.world.broker.online(), root.world.net.opened()]).toEqual([1, 1]);
      root.world.run(60_000);
      expect(root.world.broker.online()).toBe(0);
      expect(root.world.broker.violations).toEqual([expect.stringMatching(/^3\.1\.2-24/)]);
    });
  });

  it('has Wi-Fi whose loss cuts the network', async () => {
    await withWorld(load, {}, (root) => {
      let joined: unknown;
      const closed = vi.fn();
      (root.require?.('Wifi') as EngineWifi).connect('home', { password: '' }, (error) => (joined = error));
      root.world.run(1000);
      expect(joined).toBeNull();
      (root.require?.('net') as EngineNet).connect({ host: 'broker', port: 1883 }).on('close', closed);
      root.world.run(10);
      root.world.wifi.drop();
      root.world.run(10);
      expect(closed).toHaveBeenCalledOnce();
    });
  });

  it('has the weather station’s chip, which a script can unplug', async () => {
    await withWorld(load, {}, (root) => {
      expect(root.I2C1?.readReg(0x76, ID, 1)).toEqual(Uint8Array.of(0x60));
      root.world.chips[0]!.faults.absent = true;
      expect(() => root.I2C1?.readReg(0x76, ID, 1)).toThrow();
    });
  });

  it('gives the same random numbers each time', async () => {
    const draws: number[][] = [];
    for (let i = 0; i < 2; i++) {
      vi.resetModules();
      await withWorld(load, {}, (root) => {
        root.E?.srand(7);
        draws.push([root.E?.hwRand() ?? 0, root.E?.hwRand() ?? 0]);
        root.E?.enableWatchdog();
        root.E?.kickWatchdog();
        expect(root.getSerial?.()).not.toBe('');
      });
    }
    expect(draws[0]).toEqual(draws[1]);
    expect(draws[0]?.[0]).not.toBe(draws[0]?.[1]);
  });

  it('leaves the modules and the chip that an engine has, but not its serial number', async () => {
    const E = { own: true };
    await withWorld(load, { E, require: (name: string) => `own ${name}`, getSerial: () => 'own' }, (root) => {
      expect(root.require?.('Storage')).toBe('own Storage');
      expect(root.E).toBe(E);
      expect(root.getSerial?.()).toBe('00000000-00000001');
    });
    vi.resetModules();
    await withWorld(load, { require: undefined }, (root) => {
      expect(() => root.require?.('Storage')).toThrow('Module Storage not found');
    });
  });
});

describe('what the Linux Espruino lacks', () => {
  it('is put beside what it has', async () => {
    const later: (() => void)[] = [];
    const given = {
      getTime: () => 1_700_000_000.5,
      require: (name: string) => `own ${name}`,
      setTimeout: (callback: () => void) => later.push(callback),
      I2C1: { own: true },
    };
    await withWorld(
      () => import('../../../sim/device/espruino.ts'),
      given,
      (root) => {
        expect(root.require?.('net')).toBe('own net');
        expect(root.I2C1).toMatchObject({ own: true });
        expect(root.I2C1?.readReg(0x76, ID, 1)).toEqual(Uint8Array.of(0x60));
        let joined: unknown;
        (root.require?.('Wifi') as EngineWifi).connect('home', { password: '' }, (error) => (joined = error));
        later.forEach((callback) => callback());
        expect(joined).toBeNull();
        (root.require?.('Wifi') as EngineWifi).disconnect();
      },
    );
  });
});

describe('the quiet world', () => {
  const load = () => import('../../../sim/device/quiet.ts');

  it('answers a client and counts what it publishes', async () => {
    await withWorld(load, {}, (root) => {
      const heard: string[] = [];
      const socket = (root.require?.('net') as EngineNet).connect({ host: 'broker', port: 1883 });
      socket.on('connect', () => socket.write(CONNECT));
      socket.on('data', (bytes: string) => heard.push(bytes));
      socket.on('drain', () => heard.push('drain'));
      const send = () => {
        if (heard.length === 6) socket.write('\xc0\x00');
        else if (heard.length > 1) socket.write(PUBLISH);
        root.setTimeout(send, 1000);
      };
      root.setTimeout(send, 0);
      expect(root.quiet.publish(3)).toBe(3);
      expect(heard.slice(0, 3)).toEqual(['drain', 'drain', '\x20\x02\x00\x00']);
      root.quiet.publish(3);
      expect(heard).toContain('\xd0\x00');
      socket.end();
    });
  });

  it('says so when nothing is published', async () => {
    await withWorld(load, {}, (root) => {
      let rounds = 0;
      const idle = () => {
        rounds++;
        root.setTimeout(idle, 10);
      };
      const timer = root.setTimeout(() => expect.fail('was cleared'), 5);
      root.clearTimeout(timer);
      expect(root.quiet.publish(1)).toBe(0);
      root.setTimeout(idle, 10);
      expect(root.quiet.publish(2)).toBe(0);
      expect(rounds).toBe(200);
    });
  });

  it('has a chip that measures the same at all times, and nothing else', async () => {
    await withWorld(load, { require: undefined }, (root) => {
      root.I2C1?.setup({ sda: 1, scl: 2, bitrate: 100000 });
      root.I2C1?.writeTo(0x76, Uint8Array.of(0xf2, 1, 0xf4, 0x25));
      root.I2C1?.writeTo(0x77, Uint8Array.of(0xf2, 5));
      expect(root.I2C1?.readReg(0x76, 0xf2, 3)).toEqual(Uint8Array.of(1, 0, 0x24));
      expect(root.I2C1?.readReg(0x76, ID, 1)).toEqual(Uint8Array.of(0x60));
      expect(root.I2C1?.readReg(0x76, ID, 1)).toBe(root.I2C1?.readReg(0x76, ID, 1));
      expect(() => root.require?.('Wifi')).toThrow('Module Wifi not found');
      expect(root.getTime()).toBeGreaterThan(0);
      expect([root.getSerial?.(), root.E?.hwRand()]).toEqual(['1', 0]);
    });
  });
});
