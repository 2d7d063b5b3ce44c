// Everything that simulated chips can measure around a board. A chip takes from it what it measures; a model (weather, room,
// plant pot, ...) gives all of it. ES5 subset: runs in engines.

/** The true values at one instant, as integers in the units named here. */
export interface Quantities {
  /** Millidegrees Celsius of the air. */
  temperature: number;
  /** Relative humidity of the air, thousandths of a percent. */
  humidity: number;
  /** Of the air, pascals. */
  pressure: number;
  /** Millilux. */
  illuminance: number;
  /** Parts per million. */
  co2: number;
  /** Volatile organic compounds, parts per billion. */
  tvoc: number;
  /** Resistance of a metal-oxide gas sensor in this air, ohms. */
  gasResistance: number;
  /** Particles up to 1, 2.5 and 10 micrometres, tenths of a microgram a cubic metre. */
  pm1: number;
  pm25: number;
  pm10: number;
  /** Of water, a pipe, a stove: millidegrees Celsius at a probe. */
  probeTemperature: number;
  /** Millivolts of a supply or battery. */
  voltage: number;
  /** Microamperes out of it, negative into it. */
  current: number;
  /** Millivolts at an analogue input. */
  analog: number;
  /** Of soil, thousandths of a percent. */
  moisture: number;
  /** Millimetres a second squared, along the board's axes. */
  accelerationX: number;
  accelerationY: number;
  accelerationZ: number;
  /** Millidegrees a second, around them. */
  rotationX: number;
  rotationY: number;
  rotationZ: number;
  /** To what is in front of the board, millimetres; negative: nothing is. */
  distance: number;
  /** On a scale, grams. */
  weight: number;
  /** 1: closed, somebody moves, pressed. */
  contact: number;
  motion: number;
  button: number;
  /** Pulses so far: rain gauge, wind wheel, meter. */
  pulses: number;
  /** Hundred-thousandths of a degree, north and east. */
  latitude: number;
  longitude: number;
  /** Metres above the sea, tenths. */
  altitude: number;
  /** Over ground, millimetres a second, and its direction, tenths of a degree. */
  speed: number;
  course: number;
  /** Satellites in use; fewer than 3: no position. */
  satellites: number;
}

/** @param timeMs milliseconds of the world's clock, an integer from 0 that does not wrap. The same instant gives the same value. */
export type Source = (timeMs: number) => number;

export type Surroundings = { readonly [Quantity in keyof Quantities]: Source };

/** A quiet room on a table. */
export function createQuantities(): Quantities {
  return {
    temperature: 21540,
    humidity: 48000,
    pressure: 98765,
    illuminance: 350000,
    co2: 620,
    tvoc: 120,
    gasResistance: 98000,
    pm1: 42,
    pm25: 78,
    pm10: 101,
    probeTemperature: 18250,
    voltage: 3912,
    current: 48500,
    analog: 1650,
    moisture: 41000,
    accelerationX: 0,
    accelerationY: 0,
    accelerationZ: 9807,
    rotationX: 0,
    rotationY: 0,
    rotationZ: 0,
    distance: 1230,
    weight: 500,
    contact: 1,
    motion: 0,
    button: 0,
    pulses: 0,
    latitude: 4813712,
    longitude: 1157549,
    altitude: 5190,
    speed: 0,
    course: 0,
    satellites: 8,
  };
}

/** @param values read at each look: change them, and the surroundings have changed. */
export function createStill(values: Quantities): Surroundings {
  const sources: Partial<Record<keyof Quantities, Source>> = {};
  function add(key: keyof Quantities): void {
    sources[key] = () => values[key];
  }
  for (const key in values) add(key as keyof Quantities);
  return sources as Surroundings;
}

/** @returns surroundings of what a model knows; all else is as in a quiet room. */
export function createSurroundings(known: Partial<Surroundings>): Surroundings {
  const sources: Partial<Record<keyof Quantities, Source>> = createStill(createQuantities());
  for (const key in known) {
    const source = known[key as keyof Quantities];
    if (source !== undefined) sources[key as keyof Quantities] = source;
  }
  return sources as Surroundings;
}
