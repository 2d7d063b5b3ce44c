// The form of lengths in packets of MQTT 5.0: strings, unless the build puts lengths-array.ts here.

export * from './lengths-string.ts';
