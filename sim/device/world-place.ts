// A whole world for an engine that has nothing: event loop, timers, network with a broker, Wi-Fi.
// Loaded before the firmware; a script after it lets time pass with `world.run(ms)`. Where the engine is an Espruino,
// its own timers and sockets are put aside. ES5 subset.

import type { FaultyChip } from '../chips/faults.ts';
import { createRandom } from '../environment/random.ts';
import type { BrokerOptions } from './broker.ts';
import { createBroker } from './broker.ts';
import { createLoop } from './loop.ts';
import { createNet } from './net.ts';
import type { Place } from './place.ts';
import { root } from './root.ts';
import { createWifi } from './wifi.ts';

/** What firmware asks of the microcontroller itself; there is no watchdog to feed. */
function createChip(): EngineGlobals['E'] {
  let random = createRandom(1);
  return {
    hwRand: () => random.next() * 65536 + random.next(),
    srand(seed) {
      random = createRandom(seed);
    },
    enableWatchdog() {},
    kickWatchdog() {},
  };
}

/** Put a world around the engine. @returns where chips can be put. */
export function prepareWorld(): Place {
  const loop = createLoop();
  const options: BrokerOptions = { now: loop.now };
  const broker = createBroker(options);
  const chips: FaultyChip[] = [];
  let brokerTimer = 0;

  /** Let the broker do what is due, and come back for its next deadline. */
  function tendBroker(): void {
    loop.clear(brokerTimer);
    const wait = broker.tick();
    brokerTimer = wait < 0 ? 0 : loop.set(tendBroker, wait, 0);
  }

  const network = createNet(loop, broker, tendBroker);
  const air = createWifi((callback, ms) => loop.set(callback, ms, 0), network.settings.cut);
  const engineRequire = root.require;

  root.setTimeout = (callback, ms) => loop.set(callback, ms, 0);
  root.clearTimeout = loop.clear;
  root.getTime = () => loop.now() / 1000;
  root.require = (name) => {
    if (name === 'net') return network.net;
    if (name === 'Wifi') return air.wifi;
    if (engineRequire !== undefined) return engineRequire(name);
    // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
    throw new Error('Module ' + name + ' not found');
  };
  // The same in all engines: it decides when in its interval a mote samples.
  root.getSerial = () => '00000000-00000001';
  if (root.E === undefined) root.E = createChip();

  root.world = {
    run: loop.run,
    now: loop.now,
    broker: {
      published: broker.published,
      online: broker.online,
      messages: broker.messages,
      violations: broker.violations,
      options,
    },
    net: network.settings,
    wifi: air.settings,
    chips,
  };
  return { now: loop.now, later: (callback, ms) => void loop.set(callback, ms, 0), chips };
}
