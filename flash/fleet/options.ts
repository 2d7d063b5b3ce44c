// What a run of a fleet is given. Types only.

import type { BrokerAddress } from '../sim/address.ts';
import type { FirmwareOptions, FleetFirmware } from './firmware.ts';
import type { ThreadPlan } from './plan.ts';

/** The login is that of the broker. */
export interface FleetOptions extends Omit<FirmwareOptions, 'username' | 'password'> {
  readonly motes: number;
  readonly workers: number;
  readonly minutes: number;
  /** The broker is gone so long, from a third of the time on; 0: it stays. Embedded and model broker only. */
  readonly outageSec: number;
  /** 'embedded', 'virtual', or nodes that exist. */
  readonly broker: 'embedded' | 'virtual' | readonly BrokerAddress[];
  /** Where the observer is; default: at `broker`. */
  readonly observer: readonly BrokerAddress[] | undefined;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
  /** Settles when the person wants it to end. */
  readonly stopped: Promise<void>;
}

/** What a measurement is given. */
export interface Run extends FleetOptions {
  readonly prepared: FleetFirmware;
  /** Plans of all threads; where they connect to is still open. */
  readonly shares: readonly Omit<ThreadPlan, 'targets' | 'begunAt'>[];
  readonly startMs: number;
}
