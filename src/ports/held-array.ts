// What bytes are in the array form. Same name as held-string.ts.

import type { ByteView } from './bytes.ts';

export type Held = ByteView;
