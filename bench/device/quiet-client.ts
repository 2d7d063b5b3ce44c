// The client of the measurements: who it is, and an owner that does nothing.

import { AUTH } from '../../src/features.ts';
import { PACKET_MAX, type ClientEvents, type ClientOptions } from '../../src/mqtt/client.ts';

function ignore(): void {
  return;
}

export const OPTIONS: ClientOptions = {
  clientId: 'bench',
  keepAliveSec: 60,
  cleanSession: true,
  receiveMax: PACKET_MAX,
  username: AUTH ? 'user' : undefined,
  password: AUTH ? 'secret' : undefined,
};

export const OWNER: ClientEvents = {
  onOpen: ignore,
  onOnline: ignore,
  onOffline: ignore,
  onReport: ignore,
  onProperty: ignore,
};
