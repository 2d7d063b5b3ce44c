// What bytes are in the string form, for interfaces between rooms that only hand them on. Types only; held-array.ts is the other form's.

export type Held = string;
