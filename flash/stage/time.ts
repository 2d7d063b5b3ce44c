// The hands on the clock of a stage: how fast its time passes, and single steps.

import type { Paced } from '../../sim/paced.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { ClockEvent } from './events.ts';

export const SPEED_MAX = 1000;

export interface ClockDesk {
  setSpeed(speed: number): void;
  step(): void;
  event(t: number): ClockEvent;
}

const wrong = (what: string, fix: string) => new MoteError(what, fix, 'clock', ExitCode.Usage);

export function createClockDesk(paced: Paced, hasTime: boolean): ClockDesk {
  const requireTime = () => {
    if (!hasTime) {
      throw wrong('time passes by itself here: it is that of a real broker', 'choose virtual time');
    }
  };
  return {
    setSpeed(speed) {
      requireTime();
      if (!(speed === 0 || (speed >= 1 && speed <= SPEED_MAX))) {
        throw wrong('this is no speed', `write 0 to stand still, or a number from 1 to ${SPEED_MAX}`);
      }
      paced.setSpeed(speed);
    },
    step() {
      requireTime();
      if (paced.speed() !== 0) {
        throw wrong('time passes, so there is nothing to step', 'set the speed to 0 first');
      }
      paced.step();
    },
    event: (t) => ({ type: 'clock', t, speed: paced.speed(), actual: Math.round(paced.actual() * 10) / 10 }),
  };
}
