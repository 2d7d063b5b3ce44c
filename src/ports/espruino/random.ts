// Random numbers from the engine. On an ESP32 it has no noise behind them and starts every board the same way, which
// would let a whole fleet reconnect in step: so the board's serial number and the moment of the start go into the seed.

import type { Random } from '../random.ts';

const SEED_MASK = 0x7ffffff;

export function createRandom(): Random {
  const serial = getSerial();
  let seed = (getTime() * 1000000) & SEED_MASK;
  for (let i = 0; i < serial.length; i++) seed = (seed * 31 + serial.charCodeAt(i)) & SEED_MASK;
  // A half that is zero would leave half of the generator at zero for good.
  E.srand(seed | 0x10001);

  function next(): number {
    return E.hwRand() & 0xffff;
  }

  return { next };
}
