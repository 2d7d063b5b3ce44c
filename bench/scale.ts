// `npm run docs:scale`: docs/scale.md from the results of `npm run bench:fleet`, `npm run bench:storm` and `npm run test:brokers`.

import { writeScale } from './fleet/page.ts';

await writeScale();
