// A car that goes round and round through a town: from stop to stop, at speeds that cars have, and through tunnels.

import { MINUTE_MS, chance, drift, orElse, whole } from './curves.ts';
import { createSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

export interface DriveOptions {
  readonly seed: number;
  /** Where the round trip begins and ends, hundred-thousandths of a degree; default Munich. Not over the pole or the date line. */
  readonly latitude?: number;
  readonly longitude?: number;
}

const STOPS = 14;
/** Millimetres of a hundred-thousandth of a degree along a meridian. */
const STEP_MM = 1111.95;
/** Millimetres a second in the mean of a leg; it is 1.5 times as fast in its middle. */
const SPEED = 11500;
/** Share of a leg that a tunnel takes. */
const TUNNEL_FROM = 0.3;
const TUNNEL_TO = 0.65;

/** A way between two stops, and the stop before it. */
interface Leg {
  readonly startsAt: number;
  readonly standsMs: number;
  readonly drivesMs: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly north: number;
  readonly east: number;
  /** Millimetres, and tenths of a degree. */
  readonly length: number;
  readonly course: number;
  readonly hasTunnel: boolean;
}

/** Newton's root: the same in all engines, which Math.sqrt is too, but not by its own standard. */
function rootOf(square: number): number {
  if (square <= 0) return 0;
  let root = square > 1 ? square : 1;
  for (let i = 0; i < 60; i++) root = (root + square / root) / 2;
  return root;
}

/** @returns degrees of the angle whose tangent is `z`, 0 to 1. */
function angleOf(z: number): number {
  const s = z * z;
  const series = 0.999866 + s * (-0.3302995 + s * (0.180141 + s * (-0.085133 + s * 0.0208351)));
  return (z * series * 180) / 3.14159265358979;
}

/** @returns tenths of a degree from north over east, 0 to 3599. */
function courseOf(north: number, east: number): number {
  const n = north < 0 ? -north : north;
  const e = east < 0 ? -east : east;
  let angle = n === 0 && e === 0 ? 0 : e <= n ? angleOf(e / n) : 90 - angleOf(n / e);
  if (north < 0) angle = 180 - angle;
  if (east < 0) angle = 360 - angle;
  const tenths = Math.floor(angle * 10 + 0.5);
  return tenths >= 3600 ? 0 : tenths;
}

/** Cosine of a latitude, near enough to measure a town. */
function narrowing(latitude: number): number {
  const x = (latitude / 100000 / 180) * 3.14159265358979;
  const s = x * x;
  return 1 - s / 2 + (s * s) / 24 - (s * s * s) / 720 + (s * s * s * s) / 40320;
}

export function createDrive(options: DriveOptions): Surroundings {
  const seed = options.seed;
  const home = orElse(options.latitude, 4813712);
  const away = orElse(options.longitude, 1157549);
  const narrow = narrowing(home);
  const legs: Leg[] = [];
  let roundMs = 0;

  function stopNorth(n: number): number {
    return n % STOPS === 0 ? home : home + Math.floor(5000 * (chance(seed + 90, n) - 0.5));
  }

  function stopEast(n: number): number {
    return n % STOPS === 0 ? away : away + Math.floor(8000 * (chance(seed + 91, n) - 0.5));
  }

  function addLeg(n: number): void {
    const latitude = stopNorth(n);
    const longitude = stopEast(n);
    const north = stopNorth(n + 1) - latitude;
    const east = stopEast(n + 1) - longitude;
    const across = east * narrow;
    const length = STEP_MM * rootOf(north * north + across * across);
    const leg: Leg = {
      startsAt: roundMs,
      standsMs: 8000 + Math.floor(50000 * chance(seed + 92, n)),
      drivesMs: 4000 + Math.floor((length / SPEED) * 1000),
      latitude,
      longitude,
      north,
      east,
      length,
      course: courseOf(north, across),
      hasTunnel: n % 5 === 2,
    };
    legs.push(leg);
    roundMs += leg.standsMs + leg.drivesMs;
  }

  for (let n = 0; n < STOPS; n++) addLeg(n);

  function legAt(time: number): Leg {
    const inRound = time % roundMs;
    let n = 0;
    while (n + 1 < STOPS && legs[n + 1].startsAt <= inRound) n++;
    return legs[n];
  }

  /** @returns share of the leg's driving time, 0 while it stands. */
  function shareAt(time: number, leg: Leg): number {
    const driven = (time % roundMs) - leg.startsAt - leg.standsMs;
    return driven < 0 ? 0 : driven / leg.drivesMs;
  }

  /** It sets off gently and comes to rest gently. */
  function wayAt(time: number, leg: Leg): number {
    const x = shareAt(time, leg);
    return x * x * (3 - 2 * x);
  }

  function speed(time: number): number {
    const leg = legAt(time);
    const x = shareAt(time, leg);
    return Math.floor((6000 * leg.length * x * (1 - x)) / leg.drivesMs);
  }

  function acceleration(time: number): number {
    const leg = legAt(time);
    const driven = (time % roundMs) - leg.startsAt - leg.standsMs;
    if (driven < 0) return 0;
    const seconds = leg.drivesMs / 1000;
    return (6 * leg.length * (1 - 2 * (driven / leg.drivesMs))) / (seconds * seconds);
  }

  function satellites(time: number): number {
    const leg = legAt(time);
    const way = wayAt(time, leg);
    const sky = 9 + 3 * drift(seed + 93, time, 3 * MINUTE_MS);
    const isCovered = leg.hasTunnel && way > TUNNEL_FROM && way < TUNNEL_TO;
    return isCovered ? 0 : whole(sky, 5, 13);
  }

  function shake(n: number, time: number): number {
    return speed(time) === 0 ? 0 : 180 * drift(seed + n, time, 40);
  }

  return createSurroundings({
    latitude: (time) => Math.floor(legAt(time).latitude + legAt(time).north * wayAt(time, legAt(time)) + 0.5),
    longitude: (time) =>
      Math.floor(legAt(time).longitude + legAt(time).east * wayAt(time, legAt(time)) + 0.5),
    altitude: (time) => whole(5190 + 90 * drift(seed + 94, time % roundMs, 4 * MINUTE_MS), 4000, 7000),
    speed,
    course: (time) => legAt(time).course,
    satellites,
    accelerationX: (time) => whole(acceleration(time) + shake(95, time), -50000, 50000),
    accelerationY: (time) => whole(shake(96, time), -50000, 50000),
    accelerationZ: (time) => whole(9807 + shake(97, time), -50000, 50000),
  });
}
