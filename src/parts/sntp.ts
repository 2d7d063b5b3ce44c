// Asks a time server once the network is there, and lets the broker wait for the answer a little: what goes out before would say no
// time. The engine goes on asking by itself, and sets its clock.

import type { CreatePart } from '../part.ts';
import { elapsed, NEVER_MS } from '../ports/clock.ts';
import type { WallTime } from '../ports/clock.ts';

/** Longest name that Espruino takes. */
const NAME_MAX = 63;
/** For an answer, once in a boot; and between two looks. */
const ANSWER_MS = 5000;
const LOOK_MS = 100;

/**
 * @param server name or address of a time server, up to 63 bytes. Default "pool.ntp.org".
 * @returns a part of a mote; impossible where the engine has no such client, as in JerryScript: there the host sets the clock.
 */
export function createSntp(server = 'pool.ntp.org'): CreatePart {
  return (mote) => {
    const { wifi, clock } = mote.ports;
    if (wifi.askTime === undefined || server.length === 0 || server.length > NAME_MAX) return null;
    const wall: WallTime = { day: -1, ms: 0 };
    /** -1 before it was asked. */
    let askedAt = -1;
    let isOver = false;

    /** @returns whether the time is known, or was waited for long enough. */
    function isDone(): boolean {
      clock.wall(wall);
      return wall.day >= 0 || elapsed(askedAt, clock.now()) >= ANSWER_MS;
    }

    return {
      onTry() {
        if (isOver) return 0;
        if (askedAt < 0) {
          wifi.askTime!(server);
          askedAt = clock.now();
        }
        isOver = isDone();
        return isOver ? 0 : LOOK_MS;
      },
      run: () => NEVER_MS,
    };
  };
}
