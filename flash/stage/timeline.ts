// What happens to power, Wi-Fi, link and session of one mote, in the order in which it does, with causes. It hears of power from the board, of
// Wi-Fi from the access point, and of all else from the packets at the antenna: nothing is taken from what the firmware says of itself.

import type { StationState } from '../../sim/network/access-point.ts';
import type { StateEvent } from './events.ts';
import type { Ending, Passed, TapEvents } from './tap.ts';

/** Below this a program starts again, and is not asleep. */
const SLEEP_MIN_MS = 1000;

const ENDINGS: Record<Ending, string> = {
  mote: 'the mote closed it',
  'mote reset': 'the mote reset it',
  broker: 'the broker closed it',
  reset: 'it was reset on the way',
  silence: 'the power went: the broker was told nothing',
};

const STATION: Record<string, string> = {
  NO_AP_FOUND: 'no access point of this name is on the air',
  BEACON_TIMEOUT: 'the access point went off the air',
  AUTH_FAIL: 'the access point refuses the password',
  ASSOC_LEAVE: 'the mote left',
};

/** What a session is at the antenna. */
export interface SessionView {
  readonly isOnline: boolean;
  /** The mote sleeps, and wakes by itself. */
  readonly isAsleep: boolean;
  /** When a session or the power ended last. */
  readonly brokenAt: number;
  /** When one began last. */
  readonly onlineAt: number;
  /** Connections that ended. */
  readonly ended: number;
}

export interface Timeline extends Pick<TapEvents, 'onOpen' | 'onFail' | 'onEnd'> {
  onPacket(passed: Passed): void;
  onRun(isRunning: boolean, wakeMs?: number): void;
  onStation(state: StationState, why: string): void;
  /** Why the power will go, or come, next. */
  because(cause: string): void;
  /** Anything else; a broker that is up is not told of once more. */
  say(of: StateEvent['of'], state: string, cause: string): void;
  session(): SessionView;
}

/** @param now milliseconds. @param onState told of each, in order. */
export function createTimeline(now: () => number, onState: (event: StateEvent) => void): Timeline {
  let cause = '';
  let wifi: StationState = 'off';
  let isOnline = false;
  let sessionOf = 0;
  let brokenAt = -Infinity;
  let onlineAt = -Infinity;
  let ended = 0;
  let isAsleep = false;
  let isOn = false;

  let brokerState = '';

  const say = (of: StateEvent['of'], state: string, why: string) => {
    if (of === 'broker' && state === brokerState) return;
    if (of === 'broker') brokerState = state;
    onState({ type: 'state', t: now(), of, state, cause: why });
  };

  const takeCause = (usual: string) => {
    const why = cause === '' ? usual : cause;
    cause = '';
    return why;
  };

  const goOffline = (why: string) => {
    if (!isOnline) return;
    isOnline = false;
    brokenAt = now();
    say('session', 'offline', why);
  };

  const onConnack = ({ packet, summary, connection }: Passed) => {
    if (packet?.cmd !== 'connack') return;
    const code = packet.reasonCode ?? packet.returnCode ?? 0;
    if (code !== 0) return say('session', 'refused', `the broker refuses: ${summary}`);
    isOnline = true;
    onlineAt = now();
    sessionOf = connection;
    say('session', 'online', packet.sessionPresent ? 'the broker kept the session' : 'a new session began');
  };

  return {
    say,
    because: (why) => void (cause = why),
    session: () => ({ isOnline, isAsleep, brokenAt, onlineAt, ended }),
    onRun(isRunning, wakeMs) {
      isOn = isRunning;
      if (isRunning) {
        say('power', 'on', takeCause(isAsleep ? 'it woke' : 'the power is on'));
        isAsleep = false;
        return;
      }
      isAsleep = wakeMs !== undefined && wakeMs >= SLEEP_MIN_MS;
      if (wakeMs === undefined) say('power', 'off', takeCause('the power is off'));
      else if (isAsleep) say('power', 'asleep', `it sleeps for ${Math.round(wakeMs / 1000)} s`);
      else say('power', 'off', 'it starts anew');
      brokenAt = now();
      goOffline(isAsleep ? 'the mote is asleep' : 'the mote is off');
    },
    onStation(state, why) {
      if (state === wifi && state !== 'off') return;
      const wasJoined = wifi === 'joined';
      wifi = state;
      if (state !== 'off') return say('wifi', state, '');
      const text = STATION[why] ?? (isOn ? why : 'the mote is off');
      say('wifi', wasJoined ? 'lost' : 'off', text);
      // What is under way on an open connection comes later, or never.
      if (wasJoined) goOffline('Wi-Fi is gone');
    },
    onOpen: (connection, host, port) => say('link', 'open', `connection ${connection} to ${host}:${port}`),
    onFail: (host, port, why) => say('link', 'failed', `${host}:${port}: ${why}`),
    onEnd(connection, how) {
      ended++;
      say('link', 'closed', ENDINGS[how]);
      if (connection === sessionOf) goOffline(ENDINGS[how]);
    },
    onPacket(passed) {
      const { name, direction, summary } = passed;
      if (name === 'CONNECT') say('session', 'login', `CONNECT: ${summary}`);
      if (name === 'CONNACK') onConnack(passed);
      if (name !== 'DISCONNECT') return;
      const by = direction === 'out' ? 'the mote says goodbye' : 'the broker ends it';
      goOffline(`DISCONNECT: ${by}${summary === '' ? '' : ` (${summary})`}`);
    },
  };
}
