// `mote sim --broker ws://…`: no board and no build, only the page, which connects to that broker by itself and shows its motes.

import { ExitCode, MoteError } from '../errors.ts';
import { startPageServer } from './server.ts';

export interface FleetPageOptions {
  /** ws:// or wss:// address. */
  readonly broker: string;
  readonly port: number;
  readonly seconds: number | undefined;
  readonly stopped: Promise<void>;
  onPage(address: string): void;
}

/**
 * @returns the address as it goes into the page and its policy.
 * @throws MoteError when it is none, or holds what must not stand in a page.
 */
export function parseSocketAddress(text: string): string {
  const where = `--broker ${text.replace(/\/\/[^@/]*@/, '//…@')}`;
  const wrong = (what: string, fix: string) => new MoteError(what, fix, where, ExitCode.Usage);
  const example = 'write ws://host:port or ws://host:port/path';
  if (!URL.canParse(text)) throw wrong('not an address', example);
  const url = new URL(text);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw wrong(`"${url.protocol}//" is not supported`, example);
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong('user and password do not belong into the address', 'leave them out: the page asks for them');
  }
  if (url.hash !== '' || url.search !== '') throw wrong('there is something behind the path', example);
  // What separates sources and directives of a policy.
  if (/[;,'"\s]/.test(url.href)) throw wrong('a character that no path needs', example);
  return url.href;
}

/** Offer the page until `seconds` have passed or `stopped` settles. @throws MoteError when it cannot start. */
export async function offerFleetPage(options: FleetPageOptions): Promise<void> {
  const broker = parseSocketAddress(options.broker);
  const server = await startPageServer({ runs: undefined, port: options.port, broker });
  try {
    options.onPage(server.address);
    const { seconds } = options;
    const over = new Promise<void>((resolve) => {
      if (seconds !== undefined) setTimeout(resolve, seconds * 1000).unref();
    });
    await Promise.race([options.stopped, over]);
  } finally {
    await server.close();
  }
}
