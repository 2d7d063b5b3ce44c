// The module "Wifi" of an ESP32: a station that joins the world's access point, tries three times, and reports by event
// and by callback. What is lost stays lost until the program joins again.

import type { TimerHandle } from '../clock.ts';
import { ConnectError, isAddress } from '../network/connection.ts';
import { countListeners } from './events.ts';
import type { Machine } from './machine.ts';
import type { WorldTimer } from './world.ts';

const TRIES = 3;
/** From one unanswered request for an address to the next. */
const ADDRESS_AGAIN_MS = 4000;
/** The same for the time: lwIP's SNTP_RETRY_TIMEOUT. */
const TIME_AGAIN_MS = 15_000;
const REASONS = { AUTH_FAIL: 202, NO_AP_FOUND: 201, BEACON_TIMEOUT: 200, ASSOC_LEAVE: 8 } as const;
type Reason = keyof typeof REASONS;

const ACCESS_POINT_MAC = '02:00:00:00:00:01';

/** What other parts of the board need to know of Wi-Fi. */
export interface Station {
  isJoined(): boolean;
  onJoin(run: () => void): void;
  /** @throws ConnectError when there is no network to reach `host` through. */
  requireNetwork(host: string, port: number): void;
  /** The module. */
  readonly module: object;
}

const isIpAddress = (text: unknown): boolean => typeof text === 'string' && /^\d+(\.\d+){3}$/.test(text);

/** @returns the MAC address that the serial number stands for. */
function macOf(serial: string): string {
  const digits = serial.replace(/[^0-9a-f]/gi, '').padEnd(12, '0');
  return (digits.slice(0, 12).match(/../g) ?? []).join(':');
}

export function wifiStation(machine: Machine): Station {
  const { realm, loop, world, counters } = machine;
  const point = world.accessPoint;
  const joinListeners: (() => void)[] = [];
  const mac = macOf(machine.serial);
  let state: 'off' | 'joining' | 'associated' | 'joined' = 'off';
  let lastReason: Reason | undefined;
  let ssid = '';
  let password = '';
  let triesLeft = 0;
  let hostname = 'espressif';
  let onJoined: ((error: string | null) => void) | undefined;
  let onLeft: (() => void) | undefined;
  let timer: WorldTimer | TimerHandle | undefined;
  /** Of `getHostByName`: the engine has room for one. */
  let onAddress: (() => void) | undefined;
  /** Of `setSNTP`: the server that is asked now, and when it is asked again. */
  let timeServer: string | undefined;
  let timeTimer: WorldTimer | undefined;

  const isAssociated = () => state === 'associated' || state === 'joined';
  const address = () => ({ ip: '192.168.4.2', netmask: '255.255.255.0', gw: '192.168.4.1' });
  const emit = (event: string, details: object) => loop.emit(module, event, [realm.object(details)]);

  const later = (ms: number, run: () => void) => {
    if (timer !== undefined) world.clearTimer(timer);
    timer = world.setTimer(ms, () => {
      timer = undefined;
      if (loop.isOn()) run();
    });
  };
  const cancel = () => {
    if (timer !== undefined) world.clearTimer(timer);
    timer = undefined;
  };

  /** Ask until an answer comes; without a network there is none. */
  const askTime = () => {
    timeTimer = undefined;
    const server = timeServer!;
    let isAnswered = false;
    if (state === 'joined') {
      world.askTime(server, () => {
        if (isAnswered || !loop.isOn() || state !== 'joined' || server !== timeServer) return;
        isAnswered = true;
        if (timeTimer !== undefined) world.clearTimer(timeTimer);
        timeTimer = undefined;
        machine.clock.setWall(world.wall());
      });
    }
    timeTimer = world.setTimer(TIME_AGAIN_MS, askTime);
  };

  const giveAddress = (ip: string | null) => {
    const callback = onAddress;
    onAddress = undefined;
    if (callback !== undefined) loop.queue(callback, [ip]);
  };

  const complete = (error: string | null) => {
    const callback = onJoined;
    onJoined = undefined;
    if (callback !== undefined) loop.queue(callback, [error]);
  };

  /** The station has lost, or never got, its access point. */
  const lose = (reason: Reason) => {
    cancel();
    if (--triesLeft > 0) return tryJoin();
    state = 'off';
    lastReason = reason;
    point.tell('off', reason);
    const left = onLeft;
    onLeft = undefined;
    if (left !== undefined) loop.queue(left, []);
    emit('disconnected', { ssid, mac: ACCESS_POINT_MAC, reason: String(REASONS[reason]), msg: reason });
    complete(reason);
  };

  const tryJoin = () => {
    state = 'joining';
    later(point.joinMs, () => {
      if (!point.isUp() || (point.ssid !== undefined && point.ssid !== ssid)) return lose('NO_AP_FOUND');
      if (point.password !== undefined && point.password !== password) return lose('AUTH_FAIL');
      state = 'associated';
      emit('associated', { ssid, mac: ACCESS_POINT_MAC, channel: '1' });
      requestAddress();
    });
  };

  /** The DHCP client asks until it is answered. */
  const requestAddress = () => {
    if (!point.givesAddresses) return later(ADDRESS_AGAIN_MS, requestAddress);
    later(point.addressMs, () => {
      state = 'joined';
      point.tell('joined', '');
      point.admit();
      complete(null);
      emit('connected', address());
      for (const run of joinListeners) run();
    });
  };

  const unwatch = point.watch((up) => {
    if (!up && isAssociated()) lose('BEACON_TIMEOUT');
  });
  machine.onStop(() => {
    unwatch();
    cancel();
    if (state !== 'off') point.tell('off', '');
    if (timeTimer !== undefined) world.clearTimer(timeTimer);
  });

  const checkCallback = (callback: unknown) => {
    if (callback === undefined || callback === null || typeof callback === 'function') return;
    throw new realm.Error(`Expecting callback function but got ${String(callback)}`);
  };
  const answer = (callback: unknown, args: readonly unknown[]) => {
    if (typeof callback === 'function') loop.queue(callback as () => void, args);
  };
  /** Connected, or the reason of the last disconnection. */
  const status = () => (isAssociated() ? 'connected' : (lastReason ?? 'Unknown reason'));
  const authMode = () => (point.password === undefined ? 'open' : 'wpa2');

  const module = realm.methods({
    connect(name: unknown, options?: unknown, callback?: unknown): void {
      if (typeof name !== 'string') throw new realm.Error('No SSID provided');
      if (typeof options !== 'object' && options !== undefined) {
        throw new realm.Error(`Expecting Object, got ${typeof options}`);
      }
      checkCallback(callback);
      const secret = (options as { password?: unknown } | null | undefined)?.password;
      if (secret !== undefined && typeof secret !== 'string') {
        throw new realm.Error(`Expecting options.password to be a string but got ${typeof secret}`);
      }
      ssid = name.slice(0, 32);
      password = (secret ?? '').slice(0, 64);
      onLeft = undefined;
      onJoined = callback as typeof onJoined;
      triesLeft = TRIES;
      counters.joins++;
      cancel();
      point.tell('joining', '');
      tryJoin();
    },
    disconnect(callback?: unknown): void {
      checkCallback(callback);
      triesLeft = 0;
      answer(callback, []);
      onLeft = callback as typeof onLeft;
      if (state !== 'off') later(0, () => lose('ASSOC_LEAVE'));
    },
    getStatus(): object {
      const connected = isAssociated();
      const details = connected
        ? {
            ssid,
            bssid: ACCESS_POINT_MAC,
            channel: 1,
            rssi: point.rssi,
            htMode: 'HT20',
            authMode: authMode(),
          }
        : {};
      const mode = connected ? 'STA' : 'NULL';
      return realm.object({ station: status(), ...details, mode, powersave: 'none' });
    },
    getDetails(callback?: unknown): object {
      const details = realm.object(
        isAssociated() ? { ssid, password, status: status(), authMode: authMode() } : { status: status() },
      );
      answer(callback, [details]);
      return details;
    },
    getIP(callback?: unknown): object {
      const none = { ip: '0.0.0.0', netmask: '0.0.0.0', gw: '0.0.0.0' };
      const details = realm.object({ ...(state === 'joined' ? address() : none), mac });
      answer(callback, [null, details]);
      return details;
    },
    /**
     * On an ESP32 it changes nothing: the engine stops the DHCP server in the place of the client, so the IDF refuses, and the callback is
     * given what means success (jswrap_esp32_network.c: setIP).
     */
    setIP(settings: unknown, callback: unknown): void {
      if (typeof settings !== 'object' || settings === null) {
        throw new realm.Error(`Expecting Object, got ${typeof settings}`);
      }
      const { ip, gw, netmask } = settings as Record<string, unknown>;
      if (!isIpAddress(ip)) throw new realm.Error('Not a valid IP address');
      if (!isIpAddress(gw)) throw new realm.Error('Not a valid Gateway address');
      if (!isIpAddress(netmask)) throw new realm.Error('Not a valid Netmask');
      if (typeof callback !== 'function') throw new realm.Error('Callback is not a function');
      answer(callback, [null]);
    },
    /**
     * The engine keeps one callback: the first answer that comes is given to the one that was passed last, and then there is none
     * (jswrap_esp32_network.c: g_jsHostByNameCallback). For an address it comes at once.
     */
    getHostByName(host: unknown, callback: unknown): void {
      if (typeof host !== 'string') throw new realm.Error('Hostname parameter is not a string');
      if (typeof callback !== 'function') throw new realm.Error('Callback is not a function');
      onAddress = callback as () => void;
      if (isIpAddress(host)) return giveAddress(host);
      if (state !== 'joined') return giveAddress(null);
      world.resolve(host, (ip) => {
        if (loop.isOn()) giveAddress(ip ?? null);
      });
    },
    scan(callback: unknown): void {
      checkCallback(callback);
      const seen = {
        rssi: point.rssi,
        authMode: authMode(),
        ssid: point.ssid ?? '',
        mac: ACCESS_POINT_MAC,
        channel: '1',
      };
      world.setTimer(point.joinMs, () => {
        answer(callback, [realm.array(point.isUp() ? [realm.object(seen)] : [])]);
      });
    },
    getHostname: () => hostname,
    setHostname(name: unknown, callback?: unknown): void {
      hostname = String(name);
      answer(callback, []);
    },
    setSNTP(server: unknown, zone: unknown): void {
      if (typeof zone !== 'string') throw new realm.Error('Zone is not a string');
      if (typeof server !== 'string') throw new realm.Error('Server is not a string');
      timeServer = server.slice(0, 63);
      if (timeTimer !== undefined) world.clearTimer(timeTimer);
      askTime();
    },
    setConfig: () => undefined,
  });

  machine.gauge('listeners', () => countListeners(module) + joinListeners.length);
  return {
    isJoined: () => state === 'joined',
    onJoin: (run) => void joinListeners.push(run),
    requireNetwork(host, port) {
      if (state === 'joined') return;
      const failure = isAddress(host) ? 'unreachable' : 'unknown-host';
      throw new ConnectError(failure, `${host}:${port}`, 0);
    },
    module,
  };
}
