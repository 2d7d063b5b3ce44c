// What an ESP32 prints where nothing of ours runs. What to do about it, those know who read it.

/** Its loader waits. */
export const IN_LOADER = /waiting for download|DOWNLOAD_BOOT|DOWNLOAD\(/i;

/** It finds nothing in its flash that it can start; its first group is what it says of that. */
export const NOTHING_TO_START =
  /((?:flash read err|invalid header|No bootable app|image at \S+ has invalid magic|ets_main\.c)[^\r\n]*)/i;
