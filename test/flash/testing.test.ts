// `mote-sdk/testing`, as a project's own tests use it.

import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVirtualBoard, type VirtualBoard } from '../../flash/testing.ts';

describe('a firmware on the virtual board in virtual time', { timeout: 60_000 }, () => {
  let board: VirtualBoard;
  beforeAll(async () => {
    const firmware = new URL('weather-station/', pathToFileURL(`${process.cwd()}/examples/`));
    board = await startVirtualBoard({ firmware, settings: { id: 'w', broker: { keepAliveSec: 20 } } });
  }, 60_000);
  afterAll(() => board.stop());

  it('has the settings that were compiled in, and a broker of its own', () => {
    expect(board.settings).toMatchObject({
      id: 'w',
      broker: { host: '127.0.0.1', port: 1883, keepAliveSec: 20 },
    });
  });

  it('publishes; the first of what is waited for is had, and had again', () => {
    const first = board.waitFor('w/outdoor/temperature', 60_000);
    expect(JSON.parse(first.payload)).toMatchObject({ value: expect.any(Number), unit: '°C' });
    expect(board.waitFor(/\/temperature$/, 0)).toBe(first);
    expect(board.messages).toContain(first);
    expect(first.time).toBeLessThan(10_000);
  });

  it('goes wrong with its chip, over a restart, and says so when nothing comes', () => {
    board.chips[0]!.faults.absent = true;
    const offline = board.waitFor(
      ({ topic, payload }) => topic === 'w/outdoor/status' && payload === 'offline',
      600_000,
    );
    board.restart();
    const count = board.messages.length;
    board.run(60_000);
    const later = board.messages.slice(count).map(({ topic }) => topic);
    expect(later).toContain('w/status');
    expect(later.filter((topic) => /\/(temperature|humidity|pressure)$/.test(topic))).toEqual([]);
    expect(() =>
      board.waitFor(({ time, topic }) => time > offline.time && topic.endsWith('/pressure'), 1000),
    ).toThrow(/no message on .* within 1 s \(see what the board said last: .+\)/);
    expect(board.console.join('\n')).toMatch(/outdoor|online/);
    expect(board.violations).toEqual([]);
  });

  it('is refused for a board that runs something else, and for no firmware', async () => {
    await expect(startVirtualBoard({ firmware: '.', board: 'jerryscript' })).rejects.toThrow(
      /runs Espruino only/,
    );
    await expect(startVirtualBoard({ firmware: 'nowhere' })).rejects.toThrow(/no such firmware/);
  });
});
