// `mote sim` with its page: what runs, what a page makes of it, and where there is nothing but a page.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkFlags, readNumbers } from '../../../flash/cli/sim-flags.ts';
import type { SimFlags } from '../../../flash/cli/sim-flags.ts';
import { offerFleetPage, parseSocketAddress } from '../../../flash/page/fleet-page.ts';
import type { StartEngine } from '../../../flash/sim/engine.ts';
import { simulate } from '../../../flash/sim/run.ts';
import type { SimOptions } from '../../../flash/sim/run.ts';
import type { Screen } from '../../../flash/sim/screen.ts';
import type { HelloEvent, PageEvent } from '../../../flash/stage/events.ts';
import { startVm } from '../../../flash/sim/vm.ts';
import { writeFirmware } from '../build/fixture.ts';
import { ask, listen, tokenOf } from '../page/fixture.ts';

/** It says the time since its start each second, and publishes nothing. */
const CLOCK = `import settings from './settings.json';
declare function print(text: string): void;
declare function setInterval(run: () => void, ms: number): void;
print('broker ' + settings.broker.host);
let seconds = 0;
setInterval(function () { print('second ' + ++seconds); }, 1000);
`;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(options: Partial<SimOptions> = {}) {
  const notes: string[] = [];
  const screen: Screen = {
    progress: () => {},
    begin: () => {},
    message: () => {},
    note: (text) => void notes.push(text),
    end: () => {},
  };
  let stop = (): void => {};
  let onPage: (address: string) => void = () => {};
  const page = new Promise<number>(
    (resolve) => (onPage = (address) => resolve(Number(new URL(address).port))),
  );
  const result = simulate({
    firmware: writeFirmware({ 'main.ts': CLOCK, 'settings.json': '{"broker":{"host":"","port":0}}' }),
    board: 'esp32',
    engineName: 'vm',
    startEngine: startVm,
    broker: undefined,
    port: 0,
    seconds: undefined,
    settings: {},
    features: {},
    pagePort: 0,
    onPage,
    screen,
    stopped: new Promise<void>((resolve) => (stop = resolve)),
    ...options,
  });
  const settled = result.catch((error: unknown) => error);
  closing.push(() => {
    stop();
    return settled;
  });
  return { page, result, settled, notes, stop };
}

/** A page that is open, and what its own POSTs have in their heads. */
async function visit(port: number) {
  const events = await listen(port);
  const own = { 'x-mote-token': await tokenOf(port), origin: `http://127.0.0.1:${port}` };
  const hellos = () => events.events.filter((event): event is HelloEvent => event.type === 'hello');
  closing.push(() => Promise.resolve(events.close()));
  return { events, own, hellos };
}

/** Also what the page was told with its hello. */
const flat = (events: readonly PageEvent[]) =>
  events.flatMap((event) => (event.type === 'hello' ? [...event.events] : [event]));
const says = (cause: string) => (events: readonly PageEvent[]) =>
  flat(events).some((event) => event.type === 'state' && event.cause === cause);

const post = (port: number, own: Record<string, string>, path: string, body: object) =>
  ask(port, 'POST', path, own, JSON.stringify(body));

describe('the page of mote sim', { timeout: 60_000 }, () => {
  it('shows a live run, another in virtual time with its seed, and goes with the command', async () => {
    const run = start();
    const port = await run.page;
    const { events, own, hellos } = await visit(port);
    await events.until(says('second 1'));
    expect(hellos()[0]!.facts).toMatchObject({
      mode: 'live',
      run: 1,
      hasTime: false,
      hasCommands: true,
      board: 'esp32',
    });
    expect((await post(port, own, '/api/clock', { speed: 10 })).status).toBe(400);

    expect((await post(port, own, '/api/run', { mode: 'virtual', seed: 17 })).status).toBe(200);
    await events.until(() => hellos().length === 2);
    expect(hellos()[1]!.facts).toMatchObject({ mode: 'virtual', run: 2, seed: 17, hasTime: true });
    expect((await post(port, own, '/api/clock', { speed: 1000 })).status).toBe(200);
    await events.until(says('second 100'));
    const tooLarge = await post(port, own, '/api/run', { mode: 'virtual', seed: 70_000 });
    expect([tooLarge.status, tooLarge.text]).toEqual([400, expect.stringContaining('greater than 65535')]);

    expect((await post(port, own, '/api/run', { mode: 'live' })).status).toBe(200);
    await events.until(() => hellos().length === 3);
    const cut = await post(port, own, '/api/fault', { name: 'power-cut', args: { seconds: 0.1 } });
    expect(cut.text).toBe('{"fault":1}');
    await events.until(says('the power came back'));

    run.stop();
    await expect(run.result).rejects.toMatchObject({ exitCode: 4 });
    await events.ended;
    await expect(ask(port, 'GET', '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends after so many seconds of virtual time, without a page', async () => {
    const begun = performance.now();
    const run = start({ virtualSpeed: 1000, seconds: 600, pagePort: undefined });
    await expect(run.result).rejects.toMatchObject({ exitCode: 4 });
    expect(run.notes).toContain('second 599');
    expect(run.notes.length).toBeLessThan(700);
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  it('tells of a real engine what can be told', async () => {
    let print: (line: string) => void = () => {};
    const startEngine: StartEngine = (options) => {
      print = options.onConsole;
      return Promise.resolve({
        figures: () => [{ label: 'JsVars', value: '12 of 5000 in use' }],
        died: new Promise(() => {}),
        stop: () => Promise.resolve(),
      });
    };
    const run = start({ startEngine, engineName: 'espruino' });
    const port = await run.page;
    const { events, own, hellos } = await visit(port);
    await events.until(() => hellos().length === 1);
    expect(hellos()[0]!.facts).toMatchObject({ mode: 'live', hasTime: false, faults: [], modes: [] });
    print('hello');
    await events.until(says('hello'));
    await events.until((all) =>
      flat(all).some((event) => event.type === 'memory' && event.rows[0]!.value === 12),
    );
    for (const [path, body, what] of [
      ['/api/fault', { name: 'power-cut' }, 'nothing can be done to a real engine from here'],
      ['/api/run', { mode: 'virtual' }, 'espruino runs in its own time, and once'],
      ['/api/clock', { speed: 0 }, 'a real engine has its own time'],
    ] as const) {
      const answer = await post(port, own, path, body);
      expect([answer.status, answer.text]).toEqual([409, expect.stringContaining(what)]);
    }
    expect((await post(port, own, '/api/command', { topic: 'a', payload: 'b' })).status).toBe(200);
  });

  it('names a port that somebody has', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as AddressInfo;
    await expect(start({ pagePort: port }).result).rejects.toMatchObject({
      what: 'the port is in use',
      where: `--page-port ${port}`,
      exitCode: 3,
    });
  });
});

describe('the page alone', () => {
  it('is there until it is stopped', async () => {
    let stop = (): void => {};
    let onPage: (address: string) => void = () => {};
    const page = new Promise<string>((resolve) => (onPage = resolve));
    const offered = offerFleetPage({
      broker: 'ws://127.0.0.1:9001',
      port: 0,
      seconds: undefined,
      stopped: new Promise<void>((resolve) => (stop = resolve)),
      onPage,
    });
    const port = Number(new URL(await page).port);
    expect((await ask(port, 'GET', '/')).text).toContain('content="ws://127.0.0.1:9001/"');
    stop();
    await offered;
    await expect(ask(port, 'GET', '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([
    ['ws://host:9001/mqtt', 'ws://host:9001/mqtt'],
    ['WSS://Host/', 'wss://host/'],
  ])('takes %s', (text, address) => expect(parseSocketAddress(text)).toBe(address));

  it.each([
    ['ws://', /not an address/],
    ['http://host', /"http:\/\/" is not supported/],
    ['ws://anna:secret@host', /do not belong into the address/],
    ['ws://host/#x', /something behind the path/],
    ['ws://host/a?b=c', /something behind the path/],
    ["ws://host/;script-src'", /a character that no path needs/],
    ['ws://host/a,b', /a character that no path needs/],
  ])('refuses %s', (text, what) => {
    const error = (() => {
      try {
        return parseSocketAddress(text);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({ what: expect.stringMatching(what), exitCode: 2 });
    expect(String(error)).not.toContain('secret');
  });
});

describe('options', () => {
  const flags = (more: Partial<SimFlags>): SimFlags => ({
    port: '0',
    engine: 'vm',
    page: true,
    set: [],
    feature: [],
    ...more,
  });

  it('have numbers', () => {
    expect(readNumbers(flags({}))).toEqual({
      port: 0,
      seconds: undefined,
      cutPower: undefined,
      seed: undefined,
      virtualSpeed: undefined,
      pagePort: 0,
    });
    expect(readNumbers(flags({ virtual: true, speed: '1000', seed: '7', page: false }))).toMatchObject({
      virtualSpeed: 1000,
      seed: 7,
      pagePort: undefined,
    });
    expect(readNumbers(flags({ virtual: true })).virtualSpeed).toBe(60);
  });

  it.each([
    [{ speed: '1001', virtual: true }, /from 1 to 1000/],
    [{ seed: '65536' }, /from 0 to 65535/],
    [{ pagePort: 'x' }, /"x" is not a whole number/],
  ])('that are none are refused: %j', (more, what) => {
    expect(() => readNumbers(flags(more))).toThrow(what);
  });

  it.each([
    [{ virtual: true, engine: 'espruino' }, /only the virtual board runs in virtual time/],
    [{ virtual: true, broker: 'mqtt://x' }, /virtual time has a model broker/],
    [{ virtual: true, console: 'tcp' }, /the console that is offered is in real time/],
    [{ speed: '5' }, /time passes by itself here/],
    [{ cutPower: '5', engine: 'espruino' }, /only the power of a virtual board/],
    [{ empty: true }, /without --console/],
    [{ broker: 'ws://x', cutPower: '1' }, /there is no board here, only a page/],
    [{ broker: 'wss://x', page: false }, /there is nothing but the page/],
  ])('that contradict each other are refused: %j', (more, what) => {
    expect(() => checkFlags(flags(more))).toThrow(what);
    expect(() => checkFlags(flags({}))).not.toThrow();
  });
});
