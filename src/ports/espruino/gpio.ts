// Pins by number. Start-up opens them; a pin that the board does not have stops the firmware with the engine's error.

import { HELD_MAX_US, Pull } from '../gpio.ts';
import type { AnalogInput, DigitalInput, DigitalOutput, EdgeInput, OnChange, OnEdge } from '../gpio.ts';

const TIME_MASK = 0x7ffffff;
/** An ESP32's input at its default attenuation. */
const FULL_SCALE_MV = 3600;

function openInput(pin: number, pull: Pull): void {
  if (pull === Pull.Up) pinMode(pin, 'input_pullup');
  else if (pull === Pull.Down) pinMode(pin, 'input_pulldown');
  else pinMode(pin, 'input');
}

export function openDigitalInput(pin: number, pull: Pull): DigitalInput {
  openInput(pin, pull);

  function read(): number {
    return digitalRead(pin);
  }

  return { read };
}

/** @param level what the pin shows from the start, 0 or 1. */
export function openDigitalOutput(pin: number, level: number): DigitalOutput {
  function write(value: number): void {
    digitalWrite(pin, value);
  }

  pinMode(pin, 'output');
  write(level);
  return { write };
}

/** Report every edge of a pin, from the event loop, with the time at which the engine saw it. */
export function openEdges(pin: number, pull: Pull, onEdge: OnEdge): void {
  openInput(pin, pull);
  setWatch(
    function (edge) {
      onEdge(edge.state ? 1 : 0, (edge.time * 1000000) & TIME_MASK);
    },
    pin,
    { repeat: true, edge: 'both' },
  );
}

/** An input whose edges the engine notes with their times, also while the firmware does something else. */
export function openEdgeInput(pin: number, pull: Pull): EdgeInput {
  const input = openDigitalInput(pin, pull);

  function watch(onChange: OnChange): void {
    setWatch(
      function (edge) {
        // No number for the first edge, and none to believe where the time was set in between.
        const us = (edge.time - edge.lastTime!) * 1000000;
        onChange(edge.state ? 1 : 0, us >= 0 && us < HELD_MAX_US ? (us + 0.5) | 0 : HELD_MAX_US);
      },
      pin,
      { repeat: true, edge: 'both' },
    );
  }

  return { read: input.read, watch };
}

/** @param fullScaleMv what the converter's highest value stands for, millivolts; default for an ESP32. */
export function openAnalogInput(pin: number, fullScaleMv?: number): AnalogInput {
  const scale = fullScaleMv === undefined ? FULL_SCALE_MV : fullScaleMv;
  pinMode(pin, 'analog');

  function read(): number {
    return (analogRead(pin) * scale + 0.5) | 0;
  }

  // Converters have 12 bits: one step below the highest code, so that rounding does not matter.
  return { maxMv: ((scale * 4094) / 4096) | 0, read };
}
