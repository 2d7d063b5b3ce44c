// A firmware with chips on single wires, for the virtual board and for real engines.

import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

/** Samples its drivers every 3 seconds, and prints a line for each. */
export const WIRES = `
import { createClock } from '${SRC}/ports/espruino/clock.ts';
import { openOneWire } from '${SRC}/ports/espruino/onewire.ts';
import { openOpenDrain, openPulseEcho } from '${SRC}/ports/espruino/pulse.ts';
import { openSpi } from '${SRC}/ports/espruino/spi.ts';
import { createTimer } from '${SRC}/ports/espruino/timer.ts';
import { createDht22 } from '${SRC}/sensors/dht22.ts';
import { createDs18b20Bus } from '${SRC}/sensors/ds18b20-bus.ts';
import { createDs18b20 } from '${SRC}/sensors/ds18b20.ts';
import { createHcSr04 } from '${SRC}/sensors/hc-sr04.ts';
import { createHx711 } from '${SRC}/sensors/hx711.ts';
import type { Driver } from '${SRC}/sensors/driver.ts';
const clock = createClock();
function createLoop(name: string, driver: Driver): void {
  const out = { values: new Int32Array(driver.channels.length), time: 0 };
  let answer = 0;
  let isRunning = false;
  function tell(): void {
    isRunning = false;
    let text = answer < 0 ? name + ' code' : name;
    for (let i = 0; i < out.values.length && answer === 0; i++) text += ' ' + out.values[i];
    print(text, answer);
    timer.set(3000);
  }
  function step(): void {
    answer = isRunning ? driver.poll(clock.now(), out) : driver.start(clock.now());
    isRunning = true;
    if (answer > 0) timer.set(answer);
    else tell();
  }
  const timer = createTimer(step);
  timer.set(100);
}
const probes = createDs18b20Bus(openOneWire(4));
createLoop('probe0', createDs18b20(probes, { index: 0 }));
createLoop('probe1', createDs18b20(probes, { index: 1 }));
createLoop('dht', createDht22(openOpenDrain(16)));
createLoop('echo', createHcSr04(openPulseEcho(17, 18)));
createLoop('scale', createHx711(openSpi({ bus: 1, clock: 14, in: 12, out: 13 }), { countsPerGram: 400 }));
`;
