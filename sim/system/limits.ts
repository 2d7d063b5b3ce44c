// What holds at every moment of a run, whatever happens: memory is flat, there is no storm of connections, and where nothing is in the
// way there is some progress. Looks at the mote from outside only.

import type { Taken } from '../broker/broker.ts';
import type { Gauges } from '../board/machine.ts';
import type { Scene } from './scene.ts';

const MINUTE = 60_000;
const LOOK_MS = 2000;
/** Event.WifiUp, as the mote prints it. */
const WIFI_UP = '#2 0';

/**
 * Most of what could grow. Timers: that of the mote. Sockets: one, and one that the mote has left and the engine has not closed. Unsent
 * bytes: the window of 536 of each (src/ports/socket.ts). Listeners: four of a socket, and those of Wi-Fi.
 */
const GAUGES_MAX: Omit<Gauges, 'untakenBytes'> = { timers: 2, sockets: 2, unsentBytes: 1072, listeners: 12 };

/**
 * Most attempts to connect in a minute, and most to join Wi-Fi, for each life in it, and one more for each time that Wi-Fi comes up again which
 * the access point had ended, since that ends a wait: a wait is half of the firmware's window of 10 s at the least, but for the first after a
 * stable session, which may be nothing.
 */
const ATTEMPTS_MAX = 14;

/**
 * The sum of the stages' deadlines, after which a message has to arrive where nothing is in the way: the dead link is noticed (PINGREQ
 * after 22.5 s, PINGRESP 10 s; or bytes that do not leave, 20 s), the longest delay 30 s, Wi-Fi 60 s, delay, connection 30 s, delay,
 * CONNACK 10 s, and the next reading 10 s.
 */
const PROGRESS_MS = 32_500 + 3 * 30_000 + 60_000 + 30_000 + 10_000 + 10_000;
/** What a client's packet may take longer than planned, all being well. */
const TRANSIT_MS = 500;

export interface Limits {
  /** Something happened. */
  disturb(): void;
  /** Something begins to be in the way, or ends. */
  begin(): void;
  end(): void;
  onMessage(message: Taken): void;
  onConsole(line: string): void;
  /** @returns whether something was in the way between two moments. */
  isDisturbed(from: number, to: number): boolean;
  finish(): void;
  readonly violations: string[];
  readonly gauges: Gauges;
  attemptsMost(): number;
  joinsMost(): number;
}

export function createLimits({ world, board, counters }: Scene): Limits {
  const violations: string[] = [];
  const most = { timers: 0, sockets: 0, unsentBytes: 0, untakenBytes: 0, listeners: 0 };
  /** Attempts to connect and to join, and what excuses them, at each of the last looks. */
  const looks: { at: number; attempts: number; joins: number; excuses: number }[] = [];
  let inTheWay = 0;
  let quietSince = 0;
  let progressAt = 0;
  let attemptsMost = 0;
  let joinsMost = 0;
  /** The life in which the mote joined last, and how often in that; the access point has been away since. */
  let joinedIn = 0;
  let joined = 0;
  let wasAway = false;
  /** The life in which the mote said last that Wi-Fi is up, and how often in that; times that it was not the first. */
  let upIn = 0;
  let ups = 0;
  let returns = 0;
  const said = new Set<string>();

  const blame = (key: string, what: string) => {
    if (said.has(key)) return;
    said.add(key);
    violations.push(`${(world.now() / 1000).toFixed(3)} s: ${what}`);
  };

  const lookAtMemory = () => {
    const gauges = board.gauges();
    if (gauges === undefined) return;
    for (const name of Object.keys(most) as (keyof Gauges)[]) {
      most[name] = Math.max(most[name], gauges[name]);
      const limit = name === 'untakenBytes' ? Infinity : GAUGES_MAX[name];
      if (gauges[name] > limit) blame(name, `${name}: ${gauges[name]}, more than ${limit}`);
    }
  };

  const lookAtAttempts = () => {
    const { connections, refusals, joins: joinsNow, boots } = board.counters;
    const now = world.now();
    const excuses = ATTEMPTS_MAX * boots + returns;
    looks.push({ at: now, attempts: connections + refusals, joins: joinsNow, excuses });
    while (looks[0]!.at < now - MINUTE) looks.shift();
    const first = looks[0]!;
    const attempts = connections + refusals - first.attempts;
    const joins = joinsNow - first.joins;
    const limit = ATTEMPTS_MAX + excuses - first.excuses;
    attemptsMost = Math.max(attemptsMost, attempts);
    joinsMost = Math.max(joinsMost, joins);
    if (attempts > limit) {
      blame('storm', `${attempts} attempts to connect within a minute, more than ${limit}`);
    }
    if (joins > limit) blame('join storm', `${joins} attempts to join within a minute, more than ${limit}`);
  };

  /** Once in a life, and once for each time that the access point went away. The mote may hear of both later, and of both at once. */
  const lookAtJoin = () => {
    const { boots } = board.counters;
    joined = boots === joinedIn ? joined + 1 : 1;
    if (joined > 1 && !wasAway) blame('rejoin', 'joins again, and the access point had not been away');
    joinedIn = boots;
    wasAway = false;
  };

  /** What the mote says of it: not more often than it has joined. */
  const lookAtUp = () => {
    const { boots } = board.counters;
    ups = boots === upIn ? ups + 1 : 1;
    upIn = boots;
    if (ups > 1) returns++;
    const most = boots === joinedIn ? joined : 0;
    if (ups > most) blame('up', `Wi-Fi came up ${ups} times, and the mote had joined ${most}`);
  };

  const lookAtProgress = () => {
    const isMeasuring = counters.some(({ chip }) => !chip.faults.absent);
    if (inTheWay > 0 || !isMeasuring) return;
    const silentMs = world.now() - Math.max(quietSince, progressAt);
    if (silentMs > PROGRESS_MS) {
      blame('progress', `nothing is in the way, and no message for ${silentMs / 1000} s`);
    }
  };

  const look = () => {
    lookAtMemory();
    lookAtAttempts();
    lookAtProgress();
    world.setTimer(LOOK_MS, look);
  };
  world.setTimer(LOOK_MS, look);
  world.accessPoint.watch((isUp) => {
    if (!isUp) wasAway = true;
  });
  world.accessPoint.watchJoins(lookAtJoin);

  return {
    violations,
    gauges: most,
    attemptsMost: () => attemptsMost,
    joinsMost: () => joinsMost,
    disturb: () => void (quietSince = world.now()),
    begin: () => void inTheWay++,
    end() {
      inTheWay--;
      quietSince = world.now();
    },
    onMessage({ qos }) {
      if (qos > 0) progressAt = world.now();
    },
    onConsole(line) {
      if (line === WIFI_UP) lookAtUp();
    },
    isDisturbed: (from) => inTheWay > 0 || quietSince >= from - TRANSIT_MS,
    finish() {
      const gauges = board.gauges();
      if (gauges === undefined) return blame('off', 'the mote does not run');
      const { timers, sockets, unsentBytes, untakenBytes } = gauges;
      if (timers !== 1 || sockets !== 1 || unsentBytes + untakenBytes > 0) {
        blame('rest', `at rest it has ${JSON.stringify(gauges)}`);
      }
    },
  };
}
