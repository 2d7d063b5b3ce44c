// A mote for the tests of a fleet: Mote's own code, with discovery, account, history and commands, over Node's network.

import { createClock, createTimer } from '../../sim/node/clock.ts';
import { createRandom } from '../../sim/node/random.ts';
import { createSocket } from '../../sim/node/socket.ts';
import { startMote } from '../../src/mote.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createAccount } from '../../src/parts/account.ts';
import { createCommands } from '../../src/parts/commands.ts';
import { createHistory } from '../../src/parts/history.ts';
import type { CreateTimer, Timer } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import { createHomeAssistant } from '../../src/telemetry/discovery/home-assistant.ts';
import type { Login } from '../brokers/broker.ts';

export interface FleetMote {
  /** How often a command asked it to show which board it is. */
  identified(): number;
  /** The power goes: the connection breaks without a DISCONNECT. */
  cutPower(): void;
}

/** A sensor that counts 20.1, 20.2, 20.3, … °C. */
function createWarming(): Driver<never> {
  let value = 200;
  return {
    channels: [
      {
        key: 'temperature',
        // As bytes, which is what device code publishes.
        unit: '\xc2\xb0C',
        deviceClass: 'temperature',
        decimals: 1,
        precision: 1,
        min: -400,
        max: 1_000_000,
      },
    ],
    warmUpMs: 0,
    minIntervalMs: 0,
    discard: 0,
    configure: () => Code.Ok,
    start: () => 0,
    poll(_now, out) {
      out.values[0] = ++value;
      return Code.Ok;
    },
    close() {},
  };
}

/** @throws when its options are impossible. */
export function startFleetMote(
  id: string,
  port: number,
  login: Login | undefined,
  intervalMs: number,
): FleetMote {
  const timers: Timer[] = [];
  const socket = createSocket();
  let identified = 0;
  const createSwitchedTimer: CreateTimer = (callback) => {
    const timer = createTimer(callback);
    timers.push(timer);
    return timer;
  };
  const code = startMote(
    {
      socket,
      clock: createClock(),
      random: createRandom(),
      outbox: createRamOutbox(64, 512),
      log: { write() {} },
      wifi: { join() {}, leave() {}, missing: () => Close.WifiTimeout, rssi: () => 0 },
      createTimer: createSwitchedTimer,
      serial: `serial-${id}`,
      freeMemory: () => -1,
    },
    {
      id,
      broker: { host: '127.0.0.1', port, ...login, backoff: { windowMs: 500, maxMs: 1000 } },
      sensors: [{ name: 'air', driver: createWarming(), intervalMs }],
      spread: false,
      discovery: createHomeAssistant({ name: `Mote ${id}`, model: 'test', version: '1.2.3' }),
      parts: [
        createAccount({ heartbeatMs: 1000 }),
        createHistory(),
        createCommands({ leastMs: 100, identify: () => void identified++ }),
      ],
    },
  );
  if (code !== Code.Ok) throw new Error(`the mote does not start: ${code}`);
  return {
    identified: () => identified,
    cutPower() {
      socket.close();
      for (const timer of timers.splice(0)) timer.stop();
    },
  };
}
