// What only ESP32 chips have.

declare const ESP32: {
  /** The program starts anew afterwards. Does not return. @param us microseconds, at most 2147483647. */
  deepSleep(us: number): void;
  /** Until a pin has that level; of the pins only some can wake a chip. */
  deepSleepExt0(pin: PinLike, level: 0 | 1): void;
  /** @param mode 0: until all are low (one, on an ESP32-C3); 1: until one is high. */
  deepSleepExt1(pins: readonly PinLike[], mode: 0 | 1): void;
  /** The program goes on afterwards. */
  lightSleep(ms: number): void;
  /** @returns 0 for power-on, 2 and 3 for pins, 4 for the timer, others as the chip numbers them. */
  getWakeupCause(): number;
  getWakeupPin(): Pin | undefined;
  reboot(): void;
  getState(): { sdkVersion: string; freeHeap: number; BLE: boolean; Wifi: boolean; minHeap: number };
  /** Takes effect at the next start, and gives its memory to the program. */
  enableBLE(isOn: boolean): void;
  enableWifi(isOn: boolean): void;
  /** @param millivolts full scale: 1000, 1340, 2000 or 3600. */
  setAtten(pin: PinLike, millivolts: 1000 | 1340 | 2000 | 3600): void;
};
