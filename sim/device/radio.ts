// Wi-Fi for an engine that lacks that alone, and no chip. Loaded before the firmware. ES5 subset.

import { prepareEspruino } from './espruino-place.ts';

prepareEspruino();
