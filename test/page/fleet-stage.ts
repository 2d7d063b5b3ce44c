// A server for the view of a fleet alone, with the policy that the real one has. It knows nothing of motes.

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pageCodes } from '../../flash/page/codes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript' };
const VENDOR: Record<string, string> = {
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
  'mqtt.js': 'mqtt/dist/mqtt.esm.js',
};
const STYLES = ['/vendor/uplot.css', '/assets/style.css', '/assets/layout.css'];
const START = `import { startFleetView } from '/assets/fleet.js';
void startFleetView(document.getElementById('fleet'), document.querySelector('meta[name=mote-broker]').content);`;

const policy = (address: string) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${address}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** @param address of the broker, as it was given. */
function pageFor(address: string): string {
  const styles = STYLES.map((href) => `<link rel="stylesheet" href="${href}">`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mote</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="mote-broker" content="${escaped(address)}">${styles}<script type="module" src="/start.js"></script></head>
<body><section id="fleet" hidden></section></body></html>`;
}

function read(path: string): { type: string; text: string } | undefined {
  if (path === '/start.js') return { type: 'text/javascript', text: START };
  if (path === '/assets/codes.json') return { type: 'application/json', text: JSON.stringify(pageCodes()) };
  const vendor = VENDOR[path.replace('/vendor/', '')];
  const name = /^\/assets\/([a-z-]+\.(?:js|css))$/.exec(path)?.[1];
  if (vendor === undefined && name === undefined) return undefined;
  const file = vendor === undefined ? `flash/page/assets/${name}` : `node_modules/${vendor}`;
  return { type: TYPES[file.split('.').pop()!]!, text: readFileSync(ROOT + file, 'utf8') };
}

export interface FleetServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a view of the broker at `address`, and nothing else. */
export async function startFleetServer(address: string): Promise<FleetServer> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('content-security-policy', policy(address));
    const found = path === '/' ? { type: 'text/html; charset=utf-8', text: pageFor(address) } : read(path);
    if (found === undefined) return void response.writeHead(404).end();
    response.setHeader('content-type', found.type);
    response.end(found.text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
