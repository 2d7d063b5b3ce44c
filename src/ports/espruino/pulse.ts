// Pins by number whose edges the engine's interrupt handler times: it puts the microsecond of each into a queue of events (1 KB on
// an ESP32, 6 bytes an edge), which the event loop works off before any timer.

import type { OpenDrain, PulseEcho } from '../pulse.ts';

const TIME_MASK = 0x7ffffff;
const TRIGGER_MS = 0.01;

/** Seconds as the engine has them. @returns microseconds modulo 2^27. */
function microseconds(seconds: number): number {
  return (seconds * 1000000) & TIME_MASK;
}

/** Start-up only: a pin that the board does not have stops the firmware with the engine's error. */
export function openOpenDrain(pin: number): OpenDrain {
  function pull(): void {
    digitalWrite(pin, 0);
  }

  function release(): void {
    digitalWrite(pin, 1);
  }

  function listen(onFall: (timeUs: number) => void): void {
    setWatch(
      function (edge) {
        onFall(microseconds(edge.time));
      },
      pin,
      { repeat: true, edge: 'falling' },
    );
    // A watch makes an input of its pin on an ESP32; it goes on while the pin is this.
    pinMode(pin, 'opendrain_pullup');
    release();
  }

  return { pull, release, listen };
}

/** @param triggerPin an output. @param echoPin an input; 5 V need a divider. */
export function openPulseEcho(triggerPin: number, echoPin: number): PulseEcho {
  pinMode(triggerPin, 'output');
  digitalWrite(triggerPin, 0);

  /** Its end is timed by a timer of the engine; nobody waits for it. */
  function trigger(): void {
    digitalPulse(triggerPin, 1, TRIGGER_MS);
  }

  function listen(onEdge: (level: number, timeUs: number) => void): void {
    pinMode(echoPin, 'input');
    setWatch(
      function (edge) {
        onEdge(edge.state ? 1 : 0, microseconds(edge.time));
      },
      echoPin,
      { repeat: true, edge: 'both' },
    );
  }

  return { trigger, listen };
}
