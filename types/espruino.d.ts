// What Espruino 2v29 has on an ESP32, ESP32-C3 or ESP32-S3, for TypeScript: usable alone, without anything else of Mote.
//   { "compilerOptions": { "target": "ES5", "lib": ["ES5"], "types": ["mote-sdk/types/espruino"] } }
// Written from the engine's own source; a test asks the real engine for every name. Not for programs that also have DOM or Node types.

/// <reference path="./espruino/language.d.ts" />
/// <reference path="./espruino/core.d.ts" />
/// <reference path="./espruino/pins.d.ts" />
/// <reference path="./espruino/buses.d.ts" />
/// <reference path="./espruino/storage.d.ts" />
/// <reference path="./espruino/network.d.ts" />
/// <reference path="./espruino/esp32.d.ts" />
