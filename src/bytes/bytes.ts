// How bytes are held: as strings (Espruino), unless the build puts bytes-array.ts here (JerryScript, Node).
// Both export the same names; everything else is written once, over these.

export * from './bytes-string.ts';
