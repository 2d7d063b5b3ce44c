// The weather station's chip, and what else the Linux Espruino lacks. Loaded before the firmware. ES5 subset.

import { prepareEspruino } from './espruino-place.ts';
import { connectStation } from './station.ts';

connectStation(prepareEspruino());
