// Takes orders for faults: which there are, whether an order is one, and what becomes of it.

import { ExitCode, MoteError } from '../errors.ts';
import { readFaultArgs } from './args.ts';
import type { FaultOffer } from './events.ts';
import { FAULTS } from './faults.ts';
import type { FaultScene } from './fault-scene.ts';
import type { Listeners } from './listeners.ts';
import { followFault } from './outcome.ts';

export interface FaultDesk {
  readonly offers: readonly FaultOffer[];
  /** @returns its number, from 1. @throws MoteError */
  begin(name: string, args: Readonly<Record<string, unknown>>): number;
}

/** Faults that are followed at a time. */
const OPEN_MAX = 50;

export function createFaultDesk(scene: FaultScene, listeners: Listeners): FaultDesk {
  const offers = Object.entries(FAULTS).flatMap(([name, { label, help, args }]) => {
    const taken = args(scene);
    return taken === undefined ? [] : [{ name, label, help, args: taken }];
  });
  let faults = 0;
  let open = 0;
  return {
    offers,
    begin(name, given) {
      const offer = offers.find((one) => one.name === name);
      if (offer === undefined) {
        const known = offers.map((one) => one.name).join(', ');
        throw new MoteError(
          `there is no fault ${JSON.stringify(name.slice(0, 40))} here`,
          `use one of: ${known}`,
          'fault',
          ExitCode.Usage,
        );
      }
      const args = readFaultArgs(name, offer.args, given);
      if (open >= OPEN_MAX) {
        throw new MoteError(
          `${open} faults are still going on`,
          'wait for the end of some',
          'fault',
          ExitCode.Environment,
        );
      }
      open++;
      const fault = ++faults;
      const words = Object.entries(args).map(([key, value]) => `${key} ${value}`);
      const report = followFault(
        {
          now: scene.now,
          setTimer: scene.setTimer,
          session: listeners.timeline.session,
          account: listeners.account,
          late: listeners.late,
          hearing: listeners.hearing,
          say: listeners.timeline.say,
          emit(event) {
            if (event.isOver) open--;
            listeners.tell(event);
          },
        },
        { fault, name, label: offer.label, args: words.join(', ') },
      );
      FAULTS[name]!.begin(scene, args, report);
      return fault;
    },
  };
}
