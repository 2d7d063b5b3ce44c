// A firmware that encrypts and signs, on a real Espruino against a real Mosquitto: with a certificate that nobody vouches for, and
// with a client's certificate that the broker asks for. And what the mote says when it has too little memory for that.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { decodeLogLine } from '../../flash/codes.ts';
import { createVerifier } from '../../flash/signing/verifier.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { createCertificates, hasOpenssl, OPENSSL_ENABLE, type Certificate } from './certificates.ts';
import { RFC4231 } from '../signing/vectors.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { findMosquitto, MOSQUITTO_ENABLE, startMosquitto } from './mosquitto.ts';
import { ESPRUINO_WORLD, program } from './programs.ts';

const FIRMWARE = 'test/ports/device/secure';
const KEY = 'a key for tests, no secret';
const SERVER_CLIENT = ['server', 'client'] as const;

let certificates: Record<(typeof SERVER_CLIENT)[number], Certificate> & { remove(): void };
const cleanup: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  if (hasOpenssl()) certificates = createCertificates(...SERVER_CLIENT);
});
afterAll(() => certificates?.remove());
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

interface Run {
  readonly messages: { topic: string; payload: string }[];
  readonly lines: string[];
}

/** Run the firmware until `enough` says so. @param keepFree variables that are left free by what runs before it. */
async function run(
  engine: Engine,
  how: { tls?: object; lines?: readonly string[]; keepFree?: number },
  enough: (run: Run) => boolean,
): Promise<Run & { failures: string[] }> {
  const { cert, key } = certificates.server;
  const mosquitto = await startMosquitto({ cert, key, lines: how.lines ?? [] });
  cleanup.push(() => mosquitto.close());
  const run: Run = { messages: [], lines: [] };
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  const look = () => enough(run) && finish();
  mosquitto.subscribe((topic, payload) => {
    run.messages.push({ topic, payload });
    look();
  });
  const { code } = await program(FIRMWARE, {
    board: 'espruino-linux',
    settings: { signingKey: KEY, ...(how.tls && { tls: how.tls }) },
  });
  // Built once for all runs: the port of settings.json in the place of each.
  const bundle = code.replace(/\b8883\b/, String(mosquitto.tlsPort));
  const pad = `var pad=[];while(process.memory(false).free>${how.keepFree})pad.push(true);`;
  const espruino = await runEspruino({
    binary: engine.find() ?? '',
    prelude: [(await program(ESPRUINO_WORLD)).code],
    bundle: how.keepFree === undefined ? bundle : `${bundle}${pad}`,
    onLine(line) {
      run.lines.push(decodeLogLine(line) ?? line);
      look();
    },
  });
  cleanup.push(() => espruino.close());
  await Promise.race([
    done,
    espruino.exited.then((exit) =>
      expect.fail(`the engine has gone: ${JSON.stringify(exit)}\n${run.lines.slice(-8).join('\n')}`),
    ),
  ]);
  return { ...run, failures: (await espruino.close()).failures };
}

const readingsOf = ({ messages }: Run) => messages.filter(({ topic }) => !topic.endsWith('/status'));

/** Run a program that prints lines and a number behind each. */
async function linesOf(engine: Engine, firmware: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  const espruino = await runEspruino({
    binary: engine.find() ?? '',
    prelude: [],
    bundle: (await program(firmware, { board: 'espruino-linux' })).code,
    onLine: (line) => void (lines.push(line) === count && finish()),
  });
  cleanup.push(() => espruino.close());
  await Promise.race([done, espruino.exited]);
  expect((await espruino.close()).failures).toEqual([]);
  return lines;
}

function vectorSuite(engine: Engine): void {
  it('has the HMAC-SHA-256 of RFC 4231', async () => {
    const macs = RFC4231.map(({ mac }, i) => `${Buffer.from(mac, 'hex').toString('base64')} ${i}`);
    expect(await linesOf(engine, 'test/ports/device/secure/vectors.ts', macs.length)).toEqual(macs);
  });
}

function secureSuite(engine: Engine): void {
  it('publishes encrypted, signed readings, each of which counts once', async () => {
    const { lines, failures, ...seen } = await run(engine, {}, (now) => readingsOf(now).length >= 12);
    expect(lines.some((line) => line.startsWith('encrypted, but the broker is not verified'))).toBe(true);
    expect(failures).toEqual([]);
    const verifier = createVerifier({ key: KEY });
    const readings = readingsOf({ lines, ...seen });
    for (const { topic, payload } of readings) {
      const bytes = Buffer.from(payload, 'latin1');
      expect(verifier.verify(topic, bytes)).toMatchObject({ ok: true, value: { value: expect.any(Number) } });
      expect(verifier.verify(topic, bytes)).toEqual({ ok: false, reason: 'duplicate' });
      const forged = payload.replace(/"value":-?\d/, '"value":9');
      if (forged !== payload) {
        expect(verifier.verify(topic, forged)).toEqual({ ok: false, reason: 'bad mac' });
      }
    }
  });

  it('shows the certificate of a client to a broker that demands one', async () => {
    const { client } = certificates;
    const lines = [`cafile ${client.cert}`, 'require_certificate true', 'use_identity_as_username true'];
    const tls = { cert: `file:${client.cert}`, key: `file:${client.key}` };
    const { failures } = await run(engine, { tls, lines }, (now) => readingsOf(now).length >= 3);
    expect(failures).toEqual([]);
  });

  it('is not let in without it, says that there is no connection, and goes on trying', async () => {
    const lines = [`cafile ${certificates.client.cert}`, 'require_certificate true'];
    const closed = (now: Run) => now.lines.filter((line) => line.startsWith('no connection: '));
    const seen = await run(engine, { lines }, (now) => closed(now).length >= 2);
    expect(readingsOf(seen)).toEqual([]);
  });

  it('connects with little more memory than it asks for', async () => {
    const seen = await run(engine, { keepFree: 4700 }, (now) => readingsOf(now).length >= 3);
    expect(seen.lines.filter((line) => line.startsWith('not connected'))).toEqual([]);
    expect(seen.failures).toEqual([]);
  });

  it('does not try without the memory for it: it says how much it needs and has, and goes on', async () => {
    const refused = (now: Run) =>
      now.lines.filter((line) => line.startsWith('not connected: a TLS handshake'));
    const seen = await run(engine, { keepFree: 2000 }, (now) => refused(now).length >= 2);
    expect(refused(seen)[0]).toMatch(/needs 60 KB of memory, and 2[4-8] KB are free/);
    expect(seen.failures).toEqual([]);
  });
}

const NEED = {
  name: 'Mosquitto and OpenSSL',
  enable: `${MOSQUITTO_ENABLE}; ${OPENSSL_ENABLE}`,
  isThere: findMosquitto() !== undefined && hasOpenssl(),
};

for (const name of ['espruino', 'espruino-mcu', 'espruino-assert']) describeEngine(name, vectorSuite);
describeEngine('espruino', secureSuite, NEED);
