// Where in its interval a mote samples: spread by its serial number, so that a fleet that starts together does not publish together.

const MASK = 0xffff;

/** @returns 0 to below `intervalMs`, the same for the same serial and evenly spread over different ones. */
export function phaseOf(serial: string, intervalMs: number): number {
  let hash = 0x9e37;
  for (let i = 0; i < serial.length; i++) hash = ((hash ^ serial.charCodeAt(i)) * 0x5bd1) & MASK;
  // Serials often differ in the last character alone: mix it into all bits.
  hash ^= hash >> 7;
  hash = (hash * 0x2993) & MASK;
  hash ^= hash >> 5;
  return ((hash * intervalMs) / (MASK + 1)) | 0;
}
