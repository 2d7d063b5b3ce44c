import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { startBroker } from '../../../flash/sim/broker.ts';
import { readPayload, startObserver } from '../../../flash/sim/observer.ts';
import type { Observation } from '../../../flash/sim/observer.ts';

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const at = (port: number) => ({ host: '127.0.0.1', port, username: '', password: '' });
const silent = { onMessage: () => {}, onLost: () => {}, onBack: () => {} };

async function broker(port = 0) {
  const started = await startBroker(port);
  closing.push(() => started.close());
  return started;
}

describe('payloads', () => {
  it.each([
    ['{"value":21.5,"unit":"°C"}', 21.5, '°C'],
    ['{"value":"on"}', 'on', ''],
    ['21.5', 21.5, ''],
    ['on', 'on', ''],
    ['{"a":1}', '{"a":1}', ''],
    ['null', 'null', ''],
    ['', '', ''],
  ])('reads %j', (text, value, unit) => {
    expect(readPayload('t', Buffer.from(text), 7)).toEqual({ topic: 't', value, unit, time: 7 });
  });
});

describe('observer', () => {
  it('receives what another client publishes under its filter', async () => {
    const { port } = await broker();
    const received = new Promise<Observation>((resolve) => {
      void startObserver(at(port), 'mote/#', { ...silent, onMessage: resolve }).then(async (observer) => {
        closing.push(() => observer.close());
        const other = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
        closing.push(() => other.endAsync(true));
        await other.publishAsync('other/t', '1');
        await other.publishAsync('mote/t', '{"value":2,"unit":"%"}');
      });
    });
    expect(await received).toMatchObject({ topic: 'mote/t', value: 2, unit: '%' });
  });

  it('says that the broker is gone, comes back by itself, and hears again', async () => {
    const first = await startBroker(0);
    const told: Record<string, () => void> = {};
    const event = (name: string) => new Promise<void>((resolve) => (told[name] = resolve));
    const lost = event('lost');
    const back = event('back');
    const message = event('message');
    const observer = await startObserver(at(first.port), '#', {
      onMessage: () => told['message']!(),
      onLost: () => told['lost']!(),
      onBack: () => told['back']!(),
    });
    closing.push(() => observer.close());
    await first.close();
    await lost;
    await broker(first.port);
    await back;
    const other = await mqtt.connectAsync(`mqtt://127.0.0.1:${first.port}`);
    closing.push(() => other.endAsync(true));
    await other.publishAsync('t', '1');
    await message;
  });

  it('names an address where nothing listens', async () => {
    const { port, close } = await startBroker(0);
    await close();
    await expect(startObserver(at(port), '#', silent)).rejects.toMatchObject({
      where: `mqtt://127.0.0.1:${port}`,
      what: 'nothing listens there',
      exitCode: 3,
    });
  });

  it('names a host that does not exist', async () => {
    const nowhere = { ...at(1883), host: 'no-such-host.invalid' };
    await expect(startObserver(nowhere, '#', silent)).rejects.toMatchObject({
      what: 'the host name is unknown',
    });
  });

  it.each([
    ['a refused login', '\x20\x02\x00\x05', 'the broker refused the login'],
    ['a closed connection', '', 'no MQTT broker answers (the connection was closed)'],
  ])('names %s', async (_name, answer, what) => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    await expect(startObserver(at(port), '#', silent)).rejects.toMatchObject({ what });
  });
});

describe('embedded broker', () => {
  it('names a port that is in use', async () => {
    const { port } = await broker();
    await expect(startBroker(port)).rejects.toMatchObject({
      where: `127.0.0.1:${port}`,
      what: 'the port is in use',
      exitCode: 3,
    });
  });
});
