// What stands around a simulated board, as data: which chips are wired to what, and in which environment. Written in a
// sim.json; the same scene goes to the virtual board, to a real engine, and to a whole world in an engine.

/** A chip, and the places where it is wired: `bus`, `address`, `select`, `pin`, ... as its kind of connection has them. */
export interface SceneChip {
  readonly chip: string;
  readonly [place: string]: number | string;
}

export interface Scene {
  readonly chips: readonly SceneChip[];
  /** Name of what is around all of them, as in environments.ts. */
  readonly environment: string;
  /** Seed of the environment and of the chips' noise, 0 to 65535. */
  readonly seed: number;
}
