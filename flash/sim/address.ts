// The address of a broker as a person writes it: mqtt://[user[:password]@]host[:port].

import { ExitCode, MoteError } from '../errors.ts';

export interface BrokerAddress {
  host: string;
  port: number;
  username: string;
  password: string;
}

const EXAMPLE =
  'write mqtt://host:port or mqtt://user:password@host:port; for a page that shows real motes, ws://host:port/path';

/** @throws MoteError when `text` is no such address. */
export function parseBrokerAddress(text: string): BrokerAddress {
  const where = `--broker ${text.replace(/\/\/[^@/]*@/, '//…@')}`;
  const wrong = (what: string) => new MoteError(what, EXAMPLE, where, ExitCode.Usage);
  if (!URL.canParse(text)) throw wrong('not an address');
  const url = new URL(text);
  if (url.protocol !== 'mqtt:') throw wrong(`"${url.protocol}//" is not supported`);
  if (url.hostname === '') throw wrong('the host is missing');
  if (url.port === '0') throw wrong('port 0 cannot be connected to');
  if (url.pathname.length > 1 || url.search !== '' || url.hash !== '') {
    throw wrong('there is something behind the port');
  }
  if (url.username === '' && url.password !== '') throw wrong('a password needs a user name');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 1883 : Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

/** @returns the address without its password, for a person to read. */
export function formatBrokerAddress(address: BrokerAddress): string {
  const user = address.username === '' ? '' : `${address.username}@`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `mqtt://${user}${host}:${address.port}`;
}
