// How the log gets at the flash: strings, unless the build puts flash-bytes-array.ts here.

export * from './flash-bytes-string.ts';
