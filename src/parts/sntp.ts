// Asks a time server once the network is there. The engine goes on asking by itself, and sets its clock. Knows no time itself.

import type { CreatePart } from '../part.ts';
import { NEVER_MS } from '../ports/clock.ts';
import { Stage } from '../ports/stage.ts';

/** Longest name that Espruino takes. */
const NAME_MAX = 63;

/**
 * @param server name or address of a time server, up to 63 bytes. Default "pool.ntp.org".
 * @returns a part of a mote; impossible where the engine has no such client, as in JerryScript: there the host sets the clock.
 */
export function createSntp(server = 'pool.ntp.org'): CreatePart {
  return (mote) => {
    const wifi = mote.ports.wifi;
    if (wifi.askTime === undefined || server.length === 0 || server.length > NAME_MAX) return null;
    let isDue = false;
    let isAsked = false;

    return {
      onStage(stage) {
        if (stage !== Stage.Opening || isAsked) return;
        isDue = isAsked = true;
        mote.wake();
      },
      run() {
        if (isDue) wifi.askTime!(server);
        isDue = false;
        return NEVER_MS;
      },
    };
  };
}
