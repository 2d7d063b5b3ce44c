// What surrounds a board: the true values that simulated chips measure. Chips know this interface and no model behind it.

import type { Surroundings } from './surroundings.ts';

/** The air at one instant, in the units that readings have. */
export interface Air {
  /** Millidegrees Celsius. */
  temperature: number;
  /** Relative, thousandths of a percent. */
  humidity: number;
  /** Pascals. */
  pressure: number;
}

export interface Environment {
  /**
   * Fill `out` with the air at an instant. The same instant gives the same air, in whatever order it is asked for.
   * @param timeMs milliseconds of the world's clock, an integer from 0 that does not wrap.
   */
  at(timeMs: number, out: Air): void;
}

/** An environment that is the same for ever, until its fields are changed. */
export interface ConstantAir extends Environment, Air {}

export function createConstantAir(temperature: number, humidity: number, pressure: number): ConstantAir {
  const air: ConstantAir = {
    temperature,
    humidity,
    pressure,
    at(_timeMs: number, out: Air): void {
      out.temperature = air.temperature;
      out.humidity = air.humidity;
      out.pressure = air.pressure;
    },
  };
  return air;
}

/** The air of what is around a chip. */
export function createAirOf(surroundings: Surroundings): Environment {
  const { temperature, humidity, pressure } = surroundings;
  function at(timeMs: number, out: Air): void {
    out.temperature = temperature(timeMs);
    out.humidity = humidity(timeMs);
    out.pressure = pressure(timeMs);
  }
  return { at };
}
