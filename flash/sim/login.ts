// Which broker a simulated firmware is built for, who logs in there, and what of it is secret.

import { toBytes } from '../build/settings.ts';
import type { BrokerAddress } from './address.ts';

interface BrokerSettings {
  username?: unknown;
  password?: unknown;
}

/** Settings of the firmware with the broker's address in place of its own. */
export function withBroker(
  settings: Record<string, unknown>,
  { host, port, username, password }: BrokerAddress,
): Record<string, unknown> {
  const login = username === '' ? {} : { username, password };
  const given = settings['broker'] as object | undefined;
  return { ...settings, broker: { ...given, host, port, ...login } };
}

/** The observer logs in as the firmware does where the address names nobody. */
export function withLogin(
  address: BrokerAddress,
  settings: Record<string, unknown> | undefined,
): BrokerAddress {
  const { username, password } = (settings?.['broker'] ?? {}) as BrokerSettings;
  if (address.username !== '' || typeof username !== 'string') return address;
  return { ...address, username, password: typeof password === 'string' ? password : '' };
}

/** What a person wrote into the address of the broker, which is laid over the settings. */
export function loginOf({ username, password }: BrokerAddress): string[] {
  return [username, password].filter((text) => text !== '').flatMap((text) => [text, toBytes(text)]);
}

/** Topics of this mote only, so that other traffic on a shared broker is not taken for ours. */
export function topicFilter(settings: Record<string, unknown> | undefined): string {
  const id = settings?.['id'];
  return typeof id === 'string' && id !== '' ? `${id}/#` : '#';
}
