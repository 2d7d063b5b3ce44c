// Who may ask this server, and what answers tell a browser: only a page from here, by the name of this computer itself, may change anything.

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** An answer that says what is wrong, and what to do. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly fix: string;
}

const HOSTS = ['127.0.0.1', 'localhost'];

/** @param broker address that the page itself connects to, undefined: none. */
export function securityHeaders(broker: string | undefined): Record<string, string> {
  const own = broker === undefined ? '' : ` ${broker}`;
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self'${own}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}

/** Against names that somebody else's server lets point here (DNS rebinding). @returns why a request is not answered. */
export function refuseHost({ headers }: IncomingMessage, port: number): Refusal | undefined {
  if (HOSTS.some((host) => headers.host === `${host}:${port}`)) return undefined;
  return {
    status: 421,
    error: 'this host is not the page of mote',
    fix: `open http://127.0.0.1:${port}/`,
  };
}

const isSame = (given: string, token: string) => {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** @returns why a request may not change anything. */
export function refuseChange({ headers }: IncomingMessage, port: number, token: string): Refusal | undefined {
  const { origin } = headers;
  const given = headers['x-mote-token'];
  if (!HOSTS.some((host) => origin === `http://${host}:${port}`)) {
    return { status: 403, error: 'another page asks for this', fix: 'use the page of this simulator' };
  }
  if (headers['sec-fetch-site'] !== undefined && headers['sec-fetch-site'] !== 'same-origin') {
    return { status: 403, error: 'another page asks for this', fix: 'use the page of this simulator' };
  }
  if (typeof given === 'string' && isSame(given, token)) return undefined;
  return {
    status: 403,
    error: 'the token of the page is missing or old',
    fix: 'load the page again; a program sends what stands in its meta mote-token as X-Mote-Token',
  };
}
