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
  handler: () => void;
}

/** @param later calls a function after so many milliseconds. @param onDrop called before the firmware hears of a loss. */
export function createWifi(
  later: (callback: () => void, ms: number) => void,
  onDrop: () => void,
): { wifi: EngineWifi; settings: WifiSettings } {
  const listeners: Listener[] = [];
  let joined = false;

  function emit(event: string): void {
    listeners.slice().forEach((listener) => {
      if (listener.event === event) listener.handler();
    });
  }

  function leave(): void {
    if (!joined) return;
    joined = false;
    onDrop();
    emit('disconnected');
  }

  const settings: WifiSettings = { refuse: false, drop: leave };

  const wifi: EngineWifi = {
    on(event: string, handler: () => void) {
      listeners.push({ event, handler });
    },
    connect(_ssid, _options, callback) {
      later(() => {
        joined = !settings.refuse;
        if (joined) emit('connected');
        callback(joined ? null : 'no such access point');
      }, JOIN_MS);
    },
    disconnect: leave,
    getStatus: () => (joined ? { rssi: RSSI_DBM } : {}),
  };

  return { wifi, settings };
}
