// The main job in one process: the example firmware on the virtual board, real TCP, a real broker, an independent client.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Account } from '../../../flash/sim/account.ts';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startBroker } from '../../../flash/sim/broker.ts';
import type { Observation } from '../../../flash/sim/observer.ts';
import { simulate } from '../../../flash/sim/run.ts';
import type { SimOptions } from '../../../flash/sim/run.ts';
import type { Screen } from '../../../flash/sim/screen.ts';
import { addObservation } from '../../../flash/sim/view.ts';
import type { BoardFigures, ViewState } from '../../../flash/sim/view.ts';
import { startVm } from '../../../flash/sim/vm.ts';
import { writeFirmware } from '../build/fixture.ts';

const WEATHER_STATION = 'examples/weather-station';
const CHANNELS = ['humidity', 'pressure', 'temperature'].map((key) => `weather-1/outdoor/${key}`);

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Run {
  result: Promise<number>;
  messages: Observation[];
  notes: string[];
  /** Settles when `pattern` has been noted. */
  noted(pattern: RegExp): Promise<void>;
  /** Settles when `count` more messages have come. */
  received(count: number): Promise<void>;
  stop(): void;
  account(): Account | undefined;
  /** What the board's engine says under this label. */
  figure(label: string): string | undefined;
}

/** Start the main job with a screen that remembers. It is stopped at the end of the test. */
function start(options: Partial<SimOptions> = {}): Run {
  const messages: Observation[] = [];
  const notes: string[] = [];
  const waiting = new Set<() => void>();
  /** Settles when `done()`; fails when the run ends before. */
  const until = (done: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      result.then(() => reject(new Error('the run has ended')), reject);
      const look = () => {
        if (!done()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const tell = () => [...waiting].forEach((look) => look());
  let state: ViewState | undefined;
  let figures: () => BoardFigures[] = () => [];
  const screen: Screen = {
    progress: () => {},
    begin(viewState, boardFigures) {
      state = viewState;
      figures = boardFigures;
    },
    message(observation) {
      addObservation(state!, observation);
      messages.push(observation);
      tell();
    },
    note(text) {
      notes.push(text);
      tell();
    },
    end(ended) {
      account = ended;
    },
  };
  let account: Account | undefined;
  let stop = (): void => {};
  const result = simulate({
    firmware: WEATHER_STATION,
    board: 'esp32',
    engineName: 'vm',
    startEngine: startVm,
    broker: undefined,
    port: 0,
    seconds: undefined,
    settings: { intervalMs: 100 },
    features: {},
    screen,
    stopped: new Promise<void>((resolve) => (stop = resolve)),
    ...options,
  });
  // A rejection is looked at by the test that expects it.
  const settled = result.catch(() => {});
  closing.push(() => {
    stop();
    return settled;
  });
  return {
    result,
    messages,
    notes,
    stop,
    account: () => account,
    figure: (label) => figures().find((figure) => figure.label === label)?.value,
    noted: (pattern) => until(() => notes.some((note) => pattern.test(note))),
    received(count) {
      const goal = messages.length + count;
      return until(() => messages.length >= goal);
    },
  };
}

describe('main job', { timeout: 60_000 }, () => {
  it('loses no reading when the power is cut, and tells what became of each', async () => {
    const run = start({ cutPower: 3, seconds: 12 });
    expect(await run.result).toBe(0);
    expect(run.account()).toMatchObject({ cuts: 3, lost: 0, disordered: 0 });
    expect(run.account()!.accepted).toBeGreaterThan(20);
    expect(run.account()!.delivered + run.account()!.held).toBe(run.account()!.accepted);
  });

  it('shows what the chip measures, as an independent client receives it', async () => {
    const run = start();
    await run.received(9);
    // CONNECT and at least nine messages out, CONNACK in.
    expect(run.figure('MQTT packets')).toMatch(/^\d{2,} out, [1-9]\d* in$/);
    expect(run.figure('flash')).toMatch(/^\d{2,} programs, \d+ erases$/);
    run.stop();
    expect(await run.result).toBe(0);
    const isStatus = ({ topic }: { topic: string }) => topic.endsWith('/status');
    const readings = run.messages.filter((message) => !isStatus(message));
    expect(run.messages.filter(isStatus).every(({ value }) => /^o(n|ff)line$/.test(String(value)))).toBe(
      true,
    );
    expect([...new Set(readings.map(({ topic }) => topic))].sort()).toEqual(CHANNELS);
    for (const { topic, value, unit } of readings) {
      expect(typeof value).toBe('number');
      expect(unit).toBe(topic.endsWith('temperature') ? '°C' : topic.endsWith('humidity') ? '%' : 'Pa');
    }
    expect(run.notes).toEqual(expect.arrayContaining(['firmware started', 'Wi-Fi joined']));
  });

  it('goes on by itself when the broker is killed and started again', async () => {
    const first = await startBroker(0);
    const run = start({ broker: `mqtt://127.0.0.1:${first.port}` });
    await run.received(3);
    await first.close();
    await run.noted(/no connection: the broker closed it or was shut down/);
    await run.noted(/nothing answers at the broker's address/);
    const second = await startBroker(first.port);
    closing.push(() => second.close());
    await run.noted(/observer: the broker is back/);
    await run.received(3);
    run.stop();
    expect(await run.result).toBe(0);
  });

  it('fails with the last words of a board that published nothing', async () => {
    const firmware = writeFirmware({
      'main.ts': `import settings from './settings.json';
declare function print(text: string): void;
print('no sensor here, but ' + settings.broker.host);
`,
      'settings.json': '{"broker":{"host":"","port":0}}',
    });
    const run = start({ firmware, settings: {} });
    await run.noted(/no sensor here/);
    run.stop();
    await expect(run.result).rejects.toMatchObject({
      what: 'no telemetry arrived',
      fix: "see the board's last words: no sensor here, but 127.0.0.1",
      exitCode: 4,
    });
  });

  it('shows no secret that a firmware prints, wherever it came from', async () => {
    const firmware = writeFirmware({
      'main.ts': `import settings from './settings.json';
declare function print(text: string): void;
print('is ' + settings.shared);
print('is ' + settings.file + '; ' + settings.set);
print('is ' + settings.short + ', ' + settings.far + '!');
`,
      'settings.json':
        '{"shared":"of all","file":"file:key.txt","set":"","short":"","far":"","broker":{"host":"","port":0}}',
      'secrets.json': '{"short":"abc","far":"p\u00e4ssw\u00f6rt"}',
      'key.txt': 'out of a file\n',
    });
    const run = start({ firmware, settings: { set: 'hunter2' } });
    await run.noted(/!$/);
    run.stop();
    const error = (await run.result.catch((reason: unknown) => reason)) as Error;
    expect(run.notes.filter((note) => note.startsWith('is '))).toEqual([
      'is of all',
      'is ***; ***',
      'is ***, ***!',
    ]);
    expect(error.message).toContain('is ***, ***!');
  });

  it('says that a chip does not answer, and goes on', async () => {
    // Without sim.json nothing is wired to the board.
    const firmware = writeFirmware({
      'main.ts': readFileSync(join(WEATHER_STATION, 'main.ts'), 'utf8'),
      'settings.json': readFileSync(join(WEATHER_STATION, 'settings.json'), 'utf8'),
    });
    const run = start({ firmware });
    await run.noted(/sensor 0 failed: nothing answers at its address/);
    await run.noted(/online/);
    run.stop();
    await expect(run.result).rejects.toMatchObject({ exitCode: 4 });
  });

  it('names a broker that refuses the login', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.of(0x20, 2, 0, 5)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const run = start({ broker: `mqtt://127.0.0.1:${port}` });
    await expect(run.result).rejects.toMatchObject({ what: 'the broker refused the login', exitCode: 3 });
  });

  it.each([
    [{ board: 'esp33' }, /unknown board "esp33"/, 2],
    [{ board: 'jerryscript' }, /runs Espruino only/, 2],
    [{ broker: 'http://x' }, /"http:\/\/" is not supported/, 2],
    [{ firmware: 'nowhere' }, /no such firmware/, 1],
    [{ settings: { interval: 1 } }, /no setting interval/, 1],
    [{ features: { NOTHING: true } }, /NOTHING/, 1],
  ])('refuses %j in one line', async (options, what, exitCode) => {
    await expect(start(options as Partial<SimOptions>).result).rejects.toMatchObject({
      what: expect.stringMatching(what),
      exitCode,
    });
  });
});
