// Espruino's module "Wifi" where there is none: one access point that takes any name and password.
// ES5 subset: runs in engines.

const RSSI_DBM = -61;
/** Numbers of the ESP32's wifi_err_reason_t, as Espruino gives them. */
const BEACON_TIMEOUT = '200';

/** What a test may do to the access point. */
export interface WifiSettings {
  /** Joining fails. */
  refuse: boolean;
  /** With `refuse`: the reason that is told, a number as text; empty: none. */
  reason: string;
  /** It takes the station, and gives no address. */
  noAddress: boolean;
  /** From the request to the address. */
  joinMs: number;
  /** The access point goes away for a moment. @param reason what the station says of it; left out: it hears it no more. */
  drop(reason?: string): void;
}

interface Loss {
  reason: string;
}

interface Listener {
  event: string;
  handler: (details: Loss) => void;
}

/** @param later calls a function after so many milliseconds. @param onDrop called before the firmware hears of a loss. */
export function createWifi(
  later: (callback: () => void, ms: number) => void,
  onDrop: () => void,
): { wifi: EngineWifi; settings: WifiSettings } {
  const listeners: Listener[] = [];
  let joined = false;
  /** Of the last request: what an earlier one has begun is over. */
  let request = 0;

  function emit(event: string, reason: string): void {
    listeners.slice().forEach((listener) => {
      if (listener.event === event) listener.handler({ reason });
    });
  }

  function lose(reason: string): void {
    if (!joined) return;
    joined = false;
    onDrop();
    emit('disconnected', reason);
  }

  const settings: WifiSettings = {
    refuse: false,
    reason: '',
    noAddress: false,
    joinMs: 400,
    drop(reason?: string) {
      lose(reason === undefined ? BEACON_TIMEOUT : reason);
    },
  };

  const wifi: EngineWifi = {
    on(event: string, handler: (details: Loss) => void) {
      listeners.push({ event, handler });
    },
    connect(_ssid, _options, callback) {
      const mine = ++request;
      later(() => {
        if (mine !== request) return;
        if (settings.refuse) {
          if (settings.reason !== '') emit('disconnected', settings.reason);
          callback('no such access point');
          return;
        }
        emit('associated', '');
        if (settings.noAddress) return;
        joined = true;
        emit('connected', '');
        callback(null);
      }, settings.joinMs);
    },
    disconnect() {
      request++;
      // WIFI_REASON_ASSOC_LEAVE
      lose('8');
    },
    getStatus: () => (joined ? { rssi: RSSI_DBM } : {}),
  };

  return { wifi, settings };
}
