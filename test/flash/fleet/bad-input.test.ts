// What `mote fleet` says when it cannot do what it is asked to: one sentence and what to do, before thousands of connections are opened.

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createProgram } from '../../../flash/cli/main.ts';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { writeSmallFirmware } from '../../../flash/fleet/small-firmware.ts';
import { mote, start } from '../cli/run.ts';

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

/** A server that does this with each connection. @returns its address. */
async function serve(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('mote fleet', () => {
  it.each([
    [['--motes', '1'], '--motes: "1" is not a whole number from 2 to 100000'],
    [['--minutes', '0'], '--minutes: "0" is not a number from 0.05 to 1440'],
    [['--workers', '9', '--motes', '4'], '--workers: "9" is not a whole number from 1 to 4'],
    [['--broker', 'mqtt://a', '--outage', '5'], '--outage: only a broker of its own can be taken away'],
    [['--outage', '200'], '--outage: 200 s is more than a third of 5 minutes'],
    [['--virtual', '--broker', 'mqtt://a'], '--virtual: in virtual time there is no real broker'],
    [['--observer', 'mqtt://a'], '--observer: the observer of an embedded broker is at it'],
    [['--broker', 'ws://a'], '--broker ws://a: "ws://" is not supported'],
    [['--broker', 'mqtt://u:p@a,mqtt://a'], '--broker: nodes of one cluster have one login'],
    [['--board', 'jerryscript-host'], '--board:'],
  ])('refuses %j', async (args, sentence) => {
    const error: unknown = await createProgram()
      .parseAsync(['fleet', ...args], { from: 'user' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MoteError);
    const { where, what, fix, exitCode } = error as MoteError;
    expect(`${where}: ${what}`).toContain(sentence);
    expect(fix).not.toBe('');
    expect(exitCode).toBe(ExitCode.Usage);
  });

  it('says how to get more open files, and opens nothing', () => {
    const script = 'ulimit -n 200; exec "$0" dist/flash/mote.js fleet --motes 10000 --json';
    let stdout = '';
    try {
      execFileSync('sh', ['-c', script, process.execPath], { stdio: ['ignore', 'pipe', 'ignore'] });
    } catch (error) {
      stdout = String((error as { stdout: Buffer }).stdout);
    }
    const { error, exitCode } = JSON.parse(stdout) as {
      error: { what: string; fix: string };
      exitCode: number;
    };
    expect(error.what).toBe('10000 connections need 10100 open files, and this process may have 200');
    expect(error.fix).toContain('ulimit -n 10100');
    expect(exitCode).toBe(ExitCode.Environment);
  });

  it('says what is wrong with a broker before it builds anything', async () => {
    const gone = await serve(() => undefined);
    const { server } = servers.pop()!;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const login = await serve((socket) => socket.on('data', () => socket.end('\x20\x02\x00\x05', 'latin1')));
    const noMqtt = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const sentences: [string, RegExp][] = [
      [`mqtt://${gone}`, /nothing listens there\n {2}do: start the broker or correct --broker/],
      [
        `mqtt://mote:wrong@${login}`,
        /the broker refused the login\n {2}do: check user and password in --broker/,
      ],
      [`mqtt://${noMqtt}`, /no MQTT broker answers/],
    ];
    await Promise.all(
      sentences.map(async ([broker, sentence]) => {
        const { code, stderr } = await mote(['fleet', '--motes', '2', '--broker', broker]);
        expect(stderr).toMatch(sentence);
        expect(stderr).not.toContain('building');
        expect(stderr).not.toContain('wrong');
        expect(code).toBe(ExitCode.Environment);
      }),
    );
  });

  it(
    'runs a firmware in a folder until Ctrl-C, and prints one JSON object',
    { timeout: 90_000 },
    async () => {
      const small = writeSmallFirmware();
      const few = ['--motes', '4', '--workers', '1', '--minutes', '100', '--interval', '0.2', '--json'];
      const run = start(['fleet', small.folder, '--set', 'broker.backoff.windowMs=200', ...few]);
      await run.shown('measuring: 4 of 4 online');
      run.child.kill('SIGINT');
      const { code, stdout, stderr } = await run.done;
      small.remove();
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      const report = JSON.parse(stdout) as { ended: string; account: Record<string, number> };
      expect(report.ended).toBe('stopped');
      const { accepted, received, lost } = report.account;
      expect(accepted).toBeGreaterThan(0);
      expect([received, lost]).toEqual([accepted, 0]);
    },
  );
});
