// A server that speaks the page's HTTP and says whatever a test wants: hostile events, floods, an hour in fast motion.
// It knows nothing of motes; what the page makes of a real run is tested against the real server.

import { createServer, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import type { PageEvent } from '../../flash/stage/events.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TYPES: Record<string, string> = {
  css: 'text/css',
  js: 'text/javascript',
  html: 'text/html; charset=utf-8',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface FakeServer {
  readonly url: string;
  send(events: readonly PageEvent[]): void;
  /** What was posted, and with which token. */
  readonly posts: { path: string; token: string; body: unknown }[];
  close(): Promise<void>;
}

function fileFor(path: string): string | undefined {
  if (path === '/') return 'flash/page/assets/index.html';
  if (path === '/vendor/uplot.js') return 'node_modules/uplot/dist/uPlot.esm.js';
  if (path === '/vendor/uplot.css') return 'node_modules/uplot/dist/uPlot.min.css';
  const name = /^\/assets\/([a-z-]+\.(js|css))$/.exec(path)?.[1];
  return name === undefined ? undefined : `flash/page/assets/${name}`;
}

/** @param hello first of every connection. @param token of its page. @param port 0: any. */
export async function startFakeServer(hello: () => PageEvent, token = 'one', port = 0): Promise<FakeServer> {
  const pages = new Set<ServerResponse>();
  const posts: FakeServer['posts'] = [];
  /** What is said before the first page asks: it may come later than whoever opened it thinks. */
  let early: PageEvent[] | undefined = [];
  const write = (page: ServerResponse, events: readonly PageEvent[]) =>
    void page.write(`data: ${JSON.stringify(events)}\n\n`);
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('content-security-policy', POLICY);
    if (request.method === 'POST') {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        posts.push({ path, token: String(request.headers['x-mote-token']), body: JSON.parse(text) });
        response.setHeader('content-type', 'application/json');
        response.end('{}');
      });
      return;
    }
    if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      pages.add(response);
      response.on('close', () => pages.delete(response));
      write(response, [hello(), ...(early ?? [])]);
      early = undefined;
      return;
    }
    const file = fileFor(path);
    if (file === undefined) return void response.writeHead(404).end();
    const text = readFileSync(ROOT + file, 'utf8');
    response.setHeader('content-type', TYPES[file.split('.').pop()!]!);
    response.end(
      path === '/' ? text.replace('<head>', `<head><meta name="mote-token" content="${token}">`) : text,
    );
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send: (events) => {
      early?.push(...events);
      pages.forEach((page) => write(page, events));
    },
    posts,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
