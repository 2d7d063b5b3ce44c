// The chips that `mote flash` knows: how their loader and their images call them, and where their boot loader starts. Data, no logic
// beyond looking one up.

export interface Chip {
  /** As its maker, and esptool-js, write it. */
  readonly name: string;
  /** What an image carries in its header. */
  readonly imageId: number;
  /** Where the chip looks for its boot loader in flash. */
  readonly bootloader: number;
}

/**
 * Chips that Espruino has a build for.
 * Source: ESP-IDF, esp_chip_id_t of esp_app_format.h, and CONFIG_BOOTLOADER_OFFSET_IN_FLASH of each chip.
 */
export const CHIPS: readonly Chip[] = [
  { name: 'ESP32', imageId: 0, bootloader: 0x1000 },
  { name: 'ESP32-C3', imageId: 5, bootloader: 0 },
  { name: 'ESP32-S3', imageId: 9, bootloader: 0 },
];

/** Names of the others, so that an image for one of them is called by its name. */
const OTHERS: Record<number, string> = {
  2: 'ESP32-S2',
  12: 'ESP32-C2',
  13: 'ESP32-C6',
  16: 'ESP32-H2',
  18: 'ESP32-P4',
  20: 'ESP32-C61',
  23: 'ESP32-C5',
};

/** @returns the chip that an image names. */
export function chipOfImage(imageId: number): Chip | undefined {
  return CHIPS.find((chip) => chip.imageId === imageId);
}

/** @returns what the chip is called that an image names. */
export function imageChipName(imageId: number): string {
  return chipOfImage(imageId)?.name ?? OTHERS[imageId] ?? `chip number ${imageId}`;
}

/** Where Espruino's own documentation sends people for its builds. */
export const DOWNLOADS = 'https://www.espruino.com/Download';
