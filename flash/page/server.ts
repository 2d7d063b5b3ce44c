// The page's server: on 127.0.0.1 only, a few files, a stream of events, and what a page can ask for. It never serves a path from outside, and
// does nothing for another page.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExitCode, MoteError } from '../errors.ts';
import { writeCapture } from '../stage/capture.ts';
import type { Runs } from '../stage/runs.ts';
import { ACTIONS } from './api.ts';
import type { Action, Body } from './api.ts';
import { pageFiles, withMeta } from './files.ts';
import { refuseChange, refuseHost, securityHeaders } from './guard.ts';
import type { Refusal } from './guard.ts';
import { openStream } from './stream.ts';
import type { PageStream } from './stream.ts';

export interface PageServerOptions {
  /** undefined: the page is for a real fleet, and there is no board. */
  readonly runs: Runs | undefined;
  /** 0 for a free one. */
  readonly port: number;
  /** ws:// or wss:// address of the broker that the page itself connects to. */
  readonly broker?: string;
  /** Folder of the page; default: its own. */
  readonly assets?: string;
}

export interface PageServer {
  /** http://127.0.0.1:PORT/ */
  readonly address: string;
  readonly port: number;
  /** Pages that are open. */
  count(): number;
  close(): Promise<void>;
}

const BODY_MAX = 32_768;
/** Pages at a time. */
const PAGES_MAX = 20;
/** A client that does not come to an end with its request is not waited for. */
const REQUEST_MS = 10_000;

const NO_BOARD: Refusal = {
  status: 404,
  error: 'there is no board here',
  fix: 'start mote sim without --broker ws://',
};
const NOT_FOUND: Refusal = { status: 404, error: 'nothing is here', fix: 'open /' };

/** Status of an error of ours. */
const statusOf = ({ exitCode }: MoteError) => (exitCode === ExitCode.Usage ? 400 : 409);

function answer(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, { status, error, fix }: Refusal, headers: object = {}): void {
  answer(response, status, { error, fix }, headers);
}

/** @returns the body, or why it is none. */
async function readBody(request: IncomingMessage): Promise<Body | Refusal> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_MAX) {
      return { status: 413, error: `a body of more than ${BODY_MAX} bytes`, fix: 'make it shorter' };
    }
    parts.push(part);
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Body;
  } catch {
    // Said below.
  }
  return { status: 400, error: 'the body is no JSON object', fix: 'write {"name": "power-cut"}' };
}

const isRefusal = (body: Body | Refusal): body is Refusal => 'status' in body && 'fix' in body;

async function act(request: IncomingMessage, response: ServerResponse, runs: Runs, action: Action) {
  const body = await readBody(request);
  // The rest of a body that is too long is not read.
  if (isRefusal(body)) return refuse(response, body, body.status === 413 ? { Connection: 'close' } : {});
  try {
    answer(response, 200, await action(runs, body));
  } catch (error) {
    if (!(error instanceof MoteError)) throw error;
    const where = error.where === undefined ? '' : `${error.where}: `;
    refuse(response, { status: statusOf(error), error: `${where}${error.what}`, fix: error.fix });
  }
}

/** What can be downloaded, with its type and the name of the file. */
const DOWNLOADS: Readonly<
  Record<string, readonly [type: string, name: string, make: (runs: Runs) => string | Buffer]>
> = {
  '/packets.json': [
    'application/json',
    'mote-packets.json',
    (runs) =>
      JSON.stringify(
        runs
          .current()
          .packets()
          .map(({ event }) => event),
      ),
  ],
  '/packets.pcapng': [
    'application/x-pcapng',
    'mote-packets.pcapng',
    (runs) => writeCapture(runs.current().packets(), runs.current().facts.startMs),
  ],
};

function portError(error: NodeJS.ErrnoException, port: number): MoteError {
  const what: Record<string, string> = {
    EADDRINUSE: 'the port is in use',
    EACCES: 'no permission to take the port',
  };
  return new MoteError(
    what[error.code ?? ''] ?? `cannot listen (${error.code})`,
    'leave --page-port out to take a free one, or --no-page for no page',
    `--page-port ${port}`,
    ExitCode.Environment,
  );
}

/** Start it. @throws MoteError when the port is not to be had. */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const { runs, broker } = options;
  const token = randomBytes(24).toString('base64url');
  const files = pageFiles(options.assets);
  const headers = Object.entries(securityHeaders(broker));
  const streams = new Set<PageStream>();
  let port = options.port;

  const sendFile = (response: ServerResponse, path: string) => {
    const file = files.get(path);
    if (file === undefined) return refuse(response, NOT_FOUND);
    const bytes = file.read();
    response.writeHead(200, { 'Content-Type': file.type });
    response.end(path === '/' ? withMeta(bytes.toString('utf8'), token, broker) : bytes);
  };

  const get = (response: ServerResponse, path: string) => {
    const download = Object.hasOwn(DOWNLOADS, path) ? DOWNLOADS[path] : undefined;
    if (download === undefined && path !== '/events') return sendFile(response, path);
    if (runs === undefined) return refuse(response, NO_BOARD);
    if (download !== undefined) {
      const [type, name, make] = download;
      const disposition = { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` };
      response.writeHead(200, disposition);
      return response.end(make(runs));
    }
    if (streams.size >= PAGES_MAX) {
      const error = `${PAGES_MAX} pages are open already`;
      return refuse(response, { status: 503, error, fix: 'close some of them' });
    }
    const stream = openStream(response, runs, () => streams.delete(stream));
    streams.add(stream);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const refusal = refuseHost(request, port);
    if (refusal !== undefined) return refuse(response, refusal);
    const [path] = (request.url ?? '/').split('?', 1) as [string];
    if (request.method === 'GET' || request.method === 'HEAD') return get(response, path);
    const action = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
    if (request.method !== 'POST' || action === undefined) {
      const status = action === undefined && request.method === 'POST' ? 404 : 405;
      return refuse(response, { ...NOT_FOUND, status }, { Allow: action === undefined ? 'GET' : 'POST' });
    }
    const foreign = refuseChange(request, port, token);
    if (foreign !== undefined) return refuse(response, foreign);
    if (runs === undefined) return refuse(response, NO_BOARD);
    await act(request, response, runs, action);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client that has gone needs no answer.
      if (response.headersSent || response.destroyed) return response.destroy();
      refuse(response, { status: 500, error: String(error), fix: 'report it, with what was asked for' });
    });
  });
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  return {
    address: `http://127.0.0.1:${port}/`,
    port,
    count: () => streams.size,
    async close() {
      for (const stream of [...streams]) stream.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
