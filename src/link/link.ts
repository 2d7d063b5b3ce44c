// From power-on to a session with the broker, again and again: Wi-Fi, then TCP, then MQTT. Knows no packet and no reading.
// Every failure leads to the same place: wait as long as backoff.ts says, then try the failed stage again.

import type { Bytes } from '../bytes/bytes.ts';
import { LOG, WIFI } from '../features.ts';
import { createClient } from '../mqtt/client.ts';
import type { Client, ClientOptions } from '../mqtt/client.ts';
import { after, remaining, sooner } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';
import { Close, Code, Event } from '../ports/codes.ts';
import type { Log } from '../ports/log.ts';
import type { Outbox } from '../ports/outbox.ts';
import type { Random } from '../ports/random.ts';
import type { Socket } from '../ports/socket.ts';
import type { Wifi, WifiEvents } from '../ports/wifi.ts';
import { backoffMs } from './backoff.ts';

/** A session that lasted this long proves the way: the next failure starts from the shortest delay. */
const STABLE_MS = 10000;
/** Longer than any engine takes to find out that it cannot join. */
const JOIN_TIMEOUT_MS = 60000;

/** Where the broker is, who we are there, and the network that leads to it. */
export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly connect: ClientOptions;
  /** Empty: the network is always there. */
  readonly ssid: string;
  readonly wifiPassword: string;
}

export interface LinkPorts {
  readonly socket: Socket<Bytes>;
  readonly clock: Clock;
  readonly random: Random;
  readonly outbox: Outbox<Bytes>;
  readonly log: Log;
  readonly wifi: Wifi;
}

const enum Stage {
  /** Waiting for the deadline, then the next try. */
  Waiting,
  /** Wi-Fi is joining. */
  Joining,
  /** The client is connecting or online, and has deadlines of its own. */
  Connected,
}

export interface Link {
  readonly client: Client;
  /** Do what is due. @returns milliseconds until the next call is needed. */
  tick(now: number): number;
}

/**
 * @param onChange something happened that makes an earlier tick necessary.
 * @param onOnline a session began: what the broker was told before may be lost.
 */
export function createLink(
  ports: LinkPorts,
  options: LinkOptions,
  onChange: () => void,
  onOnline: () => void,
): Link {
  let wifiIsUp = !WIFI || options.ssid.length === 0;
  let stage = Stage.Waiting;
  let deadline = ports.clock.now();
  let failures = 0;
  /** When the present session will have proved the way; -1 without one. */
  let stableAt = -1;

  function say(event: Event, detail: number): void {
    if (LOG) ports.log.write(event, detail);
  }

  /** Wait before the next try. @returns the delay. */
  function retry(): number {
    failures++;
    const delay = backoffMs(failures, ports.random);
    stage = Stage.Waiting;
    deadline = after(ports.clock.now(), delay);
    stableAt = -1;
    return delay;
  }

  const client = createClient(ports, options.connect, {
    onOpen: onChange,
    onOnline(): void {
      stableAt = after(ports.clock.now(), STABLE_MS);
      say(Event.Online, 0);
      onOnline();
      onChange();
    },
    onOffline(why: Close, detail: number): void {
      retry();
      if (why === Close.Refused) say(Event.LoginRefused, detail);
      else say(Event.LinkLost, why);
      onChange();
    },
    onReport: say,
  });

  const wifiEvents: WifiEvents = {
    onUp(): void {
      wifiIsUp = true;
      say(Event.WifiUp, 0);
      stage = Stage.Waiting;
      deadline = ports.clock.now();
      onChange();
    },
    onDown(): void {
      wifiIsUp = false;
      client.disconnect();
      say(Event.WifiDown, retry());
      onChange();
    },
  };

  function join(): void {
    stage = Stage.Joining;
    deadline = after(ports.clock.now(), JOIN_TIMEOUT_MS);
    ports.wifi.join(options.ssid, options.wifiPassword, wifiEvents);
  }

  function connect(): void {
    stage = Stage.Connected;
    const result = client.connect(options.host, options.port);
    if (result === Code.Refused) say(Event.LinkRefused, retry());
    // No try will mend settings that cannot be sent: say so once and stay.
    else if (result !== Code.Ok) say(Event.BadSettings, 0);
  }

  function advance(): void {
    if (stage === Stage.Joining) say(Event.WifiDown, retry());
    else if (WIFI && !wifiIsUp) join();
    else connect();
  }

  function tick(now: number): number {
    if (stage !== Stage.Connected && remaining(now, deadline) === 0) advance();
    if (stableAt >= 0 && remaining(now, stableAt) === 0) {
      failures = 0;
      stableAt = -1;
    }
    let wait = client.tick(now);
    if (stage !== Stage.Connected) wait = sooner(wait, remaining(now, deadline));
    return stableAt >= 0 ? sooner(wait, remaining(now, stableAt)) : wait;
  }

  return { client, tick };
}
