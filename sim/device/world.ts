// The world of world-place.ts with the weather station's chip in it. ES5 subset.

import { connectStation } from './station.ts';
import { prepareWorld } from './world-place.ts';

connectStation(prepareWorld());
