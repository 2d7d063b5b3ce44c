// A mote that sleeps, at a real broker, in real time: what other clients see of it.

import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { build } from '../../flash/build/build.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createLiveWorld } from '../../sim/board/world.ts';

const SCALE = 4096;
const WAIT = { timeout: 20_000, interval: 20 };

it(
  'is online while it sleeps, and offline when its power is cut in a session',
  { timeout: 120_000 },
  async () => {
    const broker = await startBroker(0);
    const world = createLiveWorld();
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`);
    const heard: { topic: string; payload: string; retain: boolean }[] = [];
    client.on(
      'message',
      (topic, payload, { retain }) => void heard.push({ topic, payload: payload.toString(), retain }),
    );
    await client.subscribeAsync('sleeper/#');
    const payloads = (topic: string) =>
      heard.filter((one) => one.topic === `sleeper/${topic}`).map((one) => one.payload);
    const settings = { broker: { host: '127.0.0.1', port: broker.port, username: '', password: '' } };
    const { code } = await build({ firmware: 'bench/device/sleeper', board: esp32.id, settings });
    const lines: string[] = [];
    const board = createBoard({
      bundle: compileBundle(code, 'sleeper.js'),
      world,
      board: esp32,
      onConsole: (line) => lines.push(line),
    });
    const { pins } = board.bench;
    pins.driveAnalog(34, 1 / SCALE);
    // A quarter of an hour asleep, half a second in a session.
    pins.driveAnalog(37, 5 / SCALE);
    try {
      board.powerOn();
      await expect.poll(() => lines.some((line) => line.startsWith('#30 ')), WAIT).toBe(true);
      expect(board.isRunning()).toBe(false);
      expect(payloads('status')).toEqual(['online']);
      expect(payloads('sleep')).toHaveLength(1);
      // Who comes later hears of it, too.
      const later = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`);
      const kept: string[] = [];
      later.on('message', (topic, _payload, { retain }) => retain && kept.push(topic));
      await later.subscribeAsync('sleeper/#');
      await expect.poll(() => kept.length, WAIT).toBe(3);
      expect(kept.sort()).toEqual(['sleeper/count/status', 'sleeper/sleep', 'sleeper/status']);
      await later.endAsync();
      // A restart of the power is a wake, and a session; the power goes in the middle of it.
      board.powerOff();
      board.powerOn();
      await expect.poll(() => payloads('status').length, WAIT).toBe(2);
      board.powerOff();
      await expect.poll(() => payloads('status'), WAIT).toEqual(['online', 'online', 'offline']);
      board.powerOn();
      await expect.poll(() => payloads('sleep').length, WAIT).toBe(2);
      expect(payloads('status')).toEqual(['online', 'online', 'offline', 'online']);
    } finally {
      board.powerOff();
      await client.endAsync();
      await world.close();
      await broker.close();
    }
  },
);
