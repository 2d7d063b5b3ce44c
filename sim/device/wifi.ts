// Espruino's module "Wifi" where there is none: one access point that takes any name and password.
// ES5 subset: runs in engines.

const JOIN_MS = 400;
const RSSI_DBM = -61;

/** What a test may do to the access point. */
export interface WifiSettings {
  /** Joining fails. */
  refuse: boolean;
  /** The access point goes away for a moment. */
  drop(): void;
}

interface Listener {
  event: string;
  handler: (value: unknown) => void;
}

/** @param later calls a function after so many milliseconds. @param onDrop called before the firmware hears of a drop. */
export function createWifi(
  later: (callback: () => void, ms: number) => void,
  onDrop: () => void,
): { wifi: EngineWifi; settings: WifiSettings } {
  const listeners: Listener[] = [];
  let joined = false;

  function emit(event: string, value: unknown): void {
    listeners.slice().forEach((listener) => {
      if (listener.event === event) listener.handler(value);
    });
  }

  function leave(reason: string): void {
    if (!joined) return;
    joined = false;
    onDrop();
    emit('disconnected', { reason });
  }

  const settings: WifiSettings = { refuse: false, drop: () => leave('beacon timeout') };

  const wifi: EngineWifi = {
    connect(_ssid, _options, callback) {
      later(() => {
        joined = !settings.refuse;
        if (joined) emit('connected', { ip: '127.0.0.1' });
        if (callback) callback(joined ? null : 'no such access point');
      }, JOIN_MS);
    },
    disconnect(callback) {
      leave('disconnected');
      if (callback) later(callback, 1);
    },
    on(event, handler) {
      listeners.push({ event, handler });
    },
    getDetails(callback) {
      const details = { rssi: RSSI_DBM, status: joined ? 'connected' : 'off' };
      if (callback) later(() => callback(details), 1);
      return details;
    },
  };

  return { wifi, settings };
}
