// The seeds of `npm test`: always the same, and enough of them that each kind of fault strikes.
import { SAMPLE } from './settings.ts';
import { testSeeds } from './seeds.ts';

testSeeds(`seeds ${SAMPLE.join(', ')}`, SAMPLE, () => {});
