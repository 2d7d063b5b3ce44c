// The page's server over real HTTP: what it gives, what it refuses, and that no page makes it keep more than it may.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startPageServer } from '../../../flash/page/server.ts';
import { ask, listen, startFakePage, tokenOf } from './fixture.ts';
import type { FakePage } from './fixture.ts';
import { NOTHING_ACCEPTED } from '../../../flash/stage/events.ts';
import type { HelloEvent, PageEvent, StageEvent } from '../../../flash/stage/events.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A page with what its own POSTs have in their heads. */
async function start(): Promise<
  FakePage & { readonly port: number; readonly token: string; readonly own: Record<string, string> }
> {
  const page = await startFakePage();
  closing.push(page.close);
  const { port } = page.server;
  const token = await tokenOf(port);
  const own = { 'x-mote-token': token, origin: `http://127.0.0.1:${port}` };
  return { ...page, port, token, own };
}

const errorOf = (text: string) => JSON.parse(text) as { error: string; fix: string };
const reading = (t: number): StageEvent => ({
  type: 'reading',
  at: t,
  t,
  topic: 'a',
  text: String(t),
  unit: '',
  isLate: false,
});
const OUTCOME = {
  type: 'outcome',
  name: 'wifi-off',
  label: 'Drop Wi-Fi',
  beganAt: 0,
  what: [],
  account: NOTHING_ACCEPTED,
} as const;
const hellosOf = (events: readonly PageEvent[]) =>
  events.filter((event): event is HelloEvent => event.type === 'hello');

describe('what the page gets', () => {
  it('has a strict policy, and a token of its own each time', async () => {
    const { port, token } = await start();
    const { status, headers, text } = await ask(port, 'GET', '/');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(text).not.toContain('mote-broker');
    expect((await start()).token).not.toBe(token);
  });

  it('has files by their names, and nothing else', async () => {
    const { port } = await start();
    for (const [path, type] of [
      ['/assets/main.js', 'text/javascript'],
      ['/assets/style.css', 'text/css'],
      ['/assets/codes.json', 'application/json'],
      ['/vendor/uplot.js', 'text/javascript'],
      ['/vendor/uplot.css', 'text/css'],
      ['/vendor/mqtt.js', 'text/javascript'],
    ] as const) {
      const answer = await ask(port, 'GET', path);
      expect([path, answer.status, answer.headers['content-type']]).toEqual([
        path,
        200,
        expect.stringContaining(type),
      ]);
    }
    for (const path of [
      '/assets/../server.ts',
      '/assets/%2e%2e/server.ts',
      '/assets/..%2fserver.ts',
      '/assets/',
      '/assets/index.html/..',
      '/package.json',
      '//etc/passwd',
      '/constructor',
      '/__proto__',
    ]) {
      expect([path, (await ask(port, 'GET', path)).status]).toEqual([path, 404]);
    }
  });

  it('for a real fleet: the one address is in the page and in the policy, and there is no board', async () => {
    const server = await startPageServer({
      runs: undefined,
      port: 0,
      broker: 'ws://broker.example:9001/mqtt',
    });
    closing.push(server.close);
    const { headers, text } = await ask(server.port, 'GET', '/');
    expect(headers['content-security-policy']).toContain("connect-src 'self' ws://broker.example:9001/mqtt;");
    expect(text).toContain('<meta name="mote-broker" content="ws://broker.example:9001/mqtt">');
    const events = await ask(server.port, 'GET', '/events');
    expect([events.status, errorOf(events.text).error]).toEqual([404, 'there is no board here']);
  });
});

describe('who may ask', () => {
  it('answers to its own names only', async () => {
    const { port } = await start();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      expect((await ask(port, 'GET', '/', { host })).status).toBe(200);
    }
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`]) {
      const answer = await ask(port, 'GET', '/', { host });
      expect([host, answer.status]).toEqual([host, 421]);
      expect(errorOf(answer.text).fix).toBe(`open http://127.0.0.1:${port}/`);
    }
  });

  it('changes nothing without the token, or for another page', async () => {
    const { port, token, own, stage } = await start();
    const body = '{"name":"power-cut"}';
    for (const headers of [
      {},
      { 'x-mote-token': token },
      { origin: own['origin'] },
      { ...own, 'x-mote-token': '' },
      { ...own, 'x-mote-token': `${token}x` },
      { ...own, 'x-mote-token': 'x'.repeat(token.length) },
      { 'x-mote-token': token, origin: 'http://evil.example' },
      { 'x-mote-token': token, origin: 'null' },
      { 'x-mote-token': token, origin: `https://127.0.0.1:${port}` },
      { ...own, 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[]) {
      const answer = await ask(port, 'POST', '/api/fault', headers, body);
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(errorOf(answer.text)).toEqual({ error: expect.any(String), fix: expect.any(String) });
    }
    expect(stage().asked).toEqual([]);
    const ofBrowser = { ...own, 'sec-fetch-site': 'same-origin' };
    expect((await ask(port, 'POST', '/api/fault', ofBrowser, body)).text).toBe('{"fault":1}');
    expect(stage().asked).toHaveLength(1);
  });
});

describe('what can be asked for', () => {
  it.each([
    ['/api/fault', '{"name":"power-cut","args":{"seconds":5}}', { name: 'power-cut', args: { seconds: 5 } }],
    ['/api/clock', '{"speed":100}', { speed: 100 }],
    ['/api/clock', '{"step":true}', 'step'],
    ['/api/command', '{"topic":"m/do","payload":"1"}', { topic: 'm/do', payload: '1' }],
  ])('%s %s', async (path, body, asked) => {
    const { port, own, stage } = await start();
    expect((await ask(port, 'POST', path, own, body)).status).toBe(200);
    expect(stage().asked).toEqual([asked]);
  });

  it.each([
    ['POST', '/api/fault', 'no JSON', 400, /the body is no JSON object/],
    ['POST', '/api/fault', '[1]', 400, /the body is no JSON object/],
    ['POST', '/api/fault', '', 400, /the body is no JSON object/],
    ['POST', '/api/fault', '{"name":"earthquake"}', 400, /no such fault/],
    ['POST', '/api/fault', '{"name":5}', 400, /"name" is no text/],
    ['POST', '/api/fault', '{"name":"power-cut","args":[5]}', 400, /"args" is no object/],
    ['POST', '/api/clock', '{"speed":"fast"}', 400, /neither a speed nor a step/],
    ['POST', '/api/clock', '{"speed":1,"step":true}', 400, /neither a speed nor a step/],
    ['POST', '/api/run', '{"mode":"dream"}', 400, /there is no mode "dream"/],
    ['POST', '/api/run', '{"mode":"replay"}', 409, /not installed here/],
    ['POST', '/api/run', '{"mode":"virtual","seed":1.5}', 400, /the seed is no whole number/],
    ['POST', '/api/run', '{"mode":"virtual","seed":"7"}', 400, /"seed" is no number/],
    ['POST', '/api/command', '{"topic":"a/#","payload":""}', 400, /has no \+, # or zero/],
    ['POST', '/api/command', '{"topic":"","payload":""}', 400, /the topic is empty/],
    [
      'POST',
      '/api/command',
      `{"topic":"a","payload":"${'x'.repeat(17_000)}"}`,
      400,
      /has more than 16000 bytes/,
    ],
    ['POST', '/api/fault', `{"name":"${'x'.repeat(40_000)}"}`, 413, /a body of more than 32768 bytes/],
    ['POST', '/api/nothing', '{}', 404, /nothing is here/],
    ['POST', '/api/__proto__', '{}', 404, /nothing is here/],
    ['GET', '/api/fault', '', 404, /nothing is here/],
    ['DELETE', '/api/fault', '', 405, /nothing is here/],
    ['PUT', '/', '', 405, /nothing is here/],
  ])('%#: %s %s gets a status and a sentence', async (method, path, body, status, what) => {
    const { port, own, stage } = await start();
    const answer = await ask(port, method, path, own, body);
    expect(answer.status).toBe(status);
    expect(errorOf(answer.text).error).toMatch(what);
    expect(errorOf(answer.text).fix).not.toBe('');
    expect(stage().asked).toEqual([]);
  });

  it('packets to download', async () => {
    const { port } = await start();
    const json = await ask(port, 'GET', '/packets.json');
    expect([json.status, json.text, json.headers['content-disposition']]).toEqual([
      200,
      '[]',
      expect.stringContaining('.json'),
    ]);
    const capture = await ask(port, 'GET', '/packets.pcapng');
    expect([capture.status, capture.headers['content-type']]).toEqual([200, 'application/x-pcapng']);
  });
});

describe('events', () => {
  it('begin with all that is known, on each connection, for each page', async () => {
    const { port, stage } = await start();
    stage().journal.emit(reading(1));
    const first = await listen(port);
    await first.until((events) => events.length > 0);
    expect(hellosOf(first.events)[0]).toMatchObject({
      facts: { run: 1, mode: 'live', modes: ['live', 'virtual'] },
      events: [reading(1)],
    });
    stage().journal.emit(reading(2));
    await first.until((events) => events.length === 2);
    expect(first.events[1]).toEqual(reading(2));
    const second = await listen(port);
    await second.until((events) => events.length > 0);
    expect(hellosOf(second.events)[0]!.events).toEqual([reading(1), reading(2)]);
    first.close();
    await first.ended;
    stage().journal.emit(reading(3));
    await second.until((events) => events.length === 2);
    const again = await listen(port);
    await again.until((events) => events.length > 0);
    expect(hellosOf(again.events)[0]!.events).toHaveLength(3);
    for (const page of [second, again]) page.close();
  });

  it('begin anew with another run, and the one before has ended', async () => {
    const { port, own, stage } = await start();
    const former = stage();
    const pages = [await listen(port), await listen(port)];
    former.journal.emit(reading(1));
    await ask(port, 'POST', '/api/run', own, '{"mode":"virtual","seed":17}');
    expect(former.asked).toEqual(['stop']);
    former.journal.emit(reading(2));
    stage().journal.emit(reading(3));
    for (const page of pages) {
      await page.until((events) => hellosOf(events).length === 2 && events.at(-1)!.type === 'reading');
      expect(hellosOf(page.events)[1]).toMatchObject({
        facts: { run: 2, mode: 'virtual', seed: 17 },
        events: [],
      });
      const at = page.events.indexOf(hellosOf(page.events)[1]!);
      expect(page.events.slice(at + 1)).toEqual([reading(3)]);
      page.close();
    }
  });

  it('all arrive, or are counted: 6,000 of them, at a page that reads and at one that does not', async () => {
    const { port, stage } = await start();
    const quick = await listen(port);
    const slow = await listen(port);
    await Promise.all([quick, slow].map((page) => page.until((events) => events.length > 0)));
    slow.pause();
    const COUNT = 6000;
    // Long enough to fill what the system keeps of a connection, if nobody reads.
    const text = 'x'.repeat(2000);
    for (let sent = 0; sent < COUNT; sent += 200) {
      for (let i = 0; i < 200; i++) stage().journal.emit({ ...reading(sent + i), text } as StageEvent);
      await quick.until((events) => told(events) >= sent + 200);
    }
    slow.resume();
    // What comes last tells it that it missed some.
    stage().journal.emit(reading(COUNT));
    await slow.until((events) => told(events) === COUNT + 1);
    expect(quick.events.filter(({ type }) => type === 'missed')).toEqual([]);
    expect(slow.events.filter(({ type }) => type === 'missed').length).toBeGreaterThan(0);
    for (const page of [quick, slow]) page.close();
  });

  it('may be left out where they are many, and never what became of a fault or how it stands', async () => {
    const { port, stage } = await start();
    const page = await listen(port);
    await page.until((events) => events.length > 0);
    const { emit } = stage().journal;
    const MANY = 3000;
    const state = (t: number): StageEvent => ({
      type: 'state',
      of: 'session',
      t,
      state: 'online',
      cause: '',
    });
    const outcome = (fault: number, t: number, isOver: boolean): StageEvent => ({
      ...OUTCOME,
      fault,
      t,
      isOver,
    });
    // All in one turn: more than may wait for a page.
    for (let t = 0; t < MANY; t++) emit(reading(t));
    const last = [outcome(1, MANY, true), state(MANY + 1), outcome(2, MANY + 2, true)];
    for (const fault of [1, 2]) emit(outcome(fault, MANY, false));
    for (let t = 0; t < MANY; t++) emit(state(t));
    last.forEach(emit);
    await page.until((events) => events.at(-1)?.type === 'missed');
    const [, ...rest] = page.events;
    expect(rest.slice(-4, -1)).toEqual(expect.arrayContaining(last));
    const missed = rest.at(-1) as { count: number };
    expect(rest.length - 1 + missed.count).toBe(2 * MANY + 2 + last.length);
    expect(rest.length).toBeLessThan(MANY);
    // The next batch begins with nothing of it.
    emit(reading(1));
    await page.until((events) => events.at(-1)?.type === 'reading');
    expect(page.events.slice(rest.length + 1)).toEqual([reading(1)]);
    page.close();
  });

  it('end when the server does, with as many pages as it takes', async () => {
    const page = await startFakePage();
    const { port } = page.server;
    const pages = await Promise.all(Array.from({ length: 20 }, () => listen(port)));
    expect(page.server.count()).toBe(20);
    const more = await ask(port, 'GET', '/events');
    expect([more.status, errorOf(more.text).error]).toEqual([503, '20 pages are open already']);
    await page.close();
    await Promise.all(pages.map(({ ended }) => ended));
    await expect(ask(port, 'GET', '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the port', () => {
  it('that somebody has is named, with what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as AddressInfo;
    await expect(startPageServer({ runs: undefined, port })).rejects.toMatchObject({
      what: 'the port is in use',
      fix: expect.stringContaining('leave --page-port out'),
      where: `--page-port ${port}`,
      exitCode: 3,
    });
  });
});

/** Readings that came, or were counted. */
function told(events: readonly PageEvent[]): number {
  return events.reduce(
    (sum, event) => sum + (event.type === 'missed' ? event.count : event.type === 'reading' ? 1 : 0),
    0,
  );
}
