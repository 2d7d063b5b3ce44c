// What the compositions for Espruino and for hosts of JerryScript have in common: how clock, outbox and a client by itself are put
// together, over whatever ports.

import type { Bytes } from './bytes/bytes.ts';
import { LOG, TIME } from './features.ts';
import { createLink } from './link/link.ts';
import type { LinkOptions, LinkPorts } from './link/link.ts';
import type { Client } from './mqtt/client.ts';
import type { FlashOutbox, FlashOutboxOptions } from './outbox/flash.ts';
import type { Clock, CreateTimer } from './ports/clock.ts';
import { Code, Event } from './ports/codes.ts';
import type { Log } from './ports/log.ts';
import type { Outbox, OutboxOptions } from './ports/outbox.ts';
import type { Random } from './ports/random.ts';
import type { Stage } from './ports/stage.ts';
import { createSteadyClock } from './ports/steady-clock.ts';

/** Messages of QoS 1 and 2 that wait for the broker where there is no flash for them. */
export const OUTBOX_PLACES = 8;

const NO_OPTIONS: OutboxOptions = {};

/** @returns a number that no life of the flash has had before, as good as. */
export function createNonce(random: Random): number {
  return random.next() * 2048 + (random.next() & 2047);
}

/** @returns what an outbox in flash is made with: what is given up for new messages is said. */
export function flashOutboxOptions(log: Log, clock: Clock, options?: OutboxOptions): FlashOutboxOptions {
  const of = options === undefined ? NO_OPTIONS : options;
  return {
    whenFull: of.whenFull,
    lazyAcknowledgements: of.lazyAcknowledgements,
    clock,
    onDrop(why, count) {
      if (LOG) log.write(Event.Dropped, count * 4 + why);
    },
  };
}

/** Open an outbox in flash. What cannot be opened takes nothing, and that is said once. */
export function openFlashOutbox(outbox: FlashOutbox, random: Random, log: Log): Outbox<Bytes> {
  const code = outbox.open(createNonce(random));
  if (LOG && code !== Code.Ok) log.write(Event.OutboxClosed, -code);
  return outbox;
}

/** @returns `clock` where readings say when they were taken: one that a small correction does not turn back. */
export function keepSteady(clock: Clock, log: Log): Clock {
  if (!TIME) return clock;
  return createSteadyClock(clock, (minutes) => {
    if (LOG) log.write(Event.ClockSetBack, minutes);
  });
}

/**
 * MQTT without a mote around it: a client that is kept connected, over failures of network and broker, until the board stops.
 * @param onStage called when the link goes to another stage.
 */
export function keepConnected(
  ports: LinkPorts & { readonly createTimer: CreateTimer },
  options: LinkOptions,
  onStage: (stage: Stage) => void,
): Client {
  function wake(): void {
    timer.set(0);
  }
  const link = createLink(ports, options, { onChange: wake, onStage });
  function run(): void {
    timer.set(link.tick(ports.clock.now()));
  }
  const timer = ports.createTimer(run);
  wake();
  return link.client;
}
