// A contact that is open or closed: reed switch of a door or window, float switch, water leak. Told at once, see `attach`.
// It has no identity, and a broken wire is an open contact: nothing can tell them apart. What never stops bouncing is Code.Fault.

import { Code } from '../ports/codes.ts';
import type { EdgeInput } from '../ports/gpio.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Driver } from './driver.ts';
import { isWhole } from './options.ts';
import { createSampler } from './sampler.ts';
import { createSteady } from './steady.ts';

export interface ContactOptions {
  /**
   * Home Assistant's class of binary sensors: 'door' (default), 'window', 'moisture', 'opening', ... Holds from `create` on;
   * `configure` cannot change it. 1 means open, wet and so on.
   */
  readonly deviceClass?: string;
  /**
   * false (default): 1 is a high pin. With a pull-up and the contact to ground that is an open contact: a door whose magnet is away.
   * true: 1 is a low pin, such as water between two wires.
   */
  readonly inverted?: boolean;
  /** A level counts when it has been there so long, 1 to 1000 ms; default 50. */
  readonly debounceMs?: number;
}

/** A contact at `input`. */
export function createContact(input: EdgeInput, options: ContactOptions = {}): Driver<ContactOptions> {
  const channels: readonly ChannelMeta[] = [
    {
      key: 'contact',
      unit: '',
      deviceClass: options.deviceClass === undefined ? 'door' : options.deviceClass,
      kind: 'binary',
      decimals: 0,
      precision: 0,
      min: 0,
      max: 1,
    },
  ];
  const steady = createSteady(input, onSteady);
  let inverted = 0;

  /** The sample looks at the level itself. */
  function onSteady(): void {}

  function configure(next: ContactOptions): number {
    const debounceMs = next.debounceMs === undefined ? 50 : next.debounceMs;
    if (!isWhole(debounceMs, 1, 1000)) return Code.BadOptions;
    inverted = next.inverted === true ? 1 : 0;
    steady.setTime(debounceMs * 1000);
    return Code.Ok;
  }

  function setUp(): number {
    return Code.Ok;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    const answer = steady.sample(step, now);
    if (step === 0 || answer !== 0) return answer;
    values[0] = steady.level() ^ inverted;
    return Code.Ok;
  }

  return createSampler(
    {
      channels,
      warmUpMs: 0,
      minIntervalMs: 20,
      discard: 0,
      retryMs: 0,
      patienceMs: 0,
      configure,
      setUp,
      measure,
      sleep: steady.hush,
      attach: steady.attach,
    },
    options,
  );
}
