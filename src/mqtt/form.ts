// The form of the packets that are sent and received every minute: strings, unless the build puts form-array.ts here.

export * from './form-string.ts';
