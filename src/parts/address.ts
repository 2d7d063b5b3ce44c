// An IPv4 address between its text and two words.

import type { SleepState } from './sleep-state.ts';

/** @returns whether `text` is an address; then it stands in `out`. */
export function takeAddress(text: string, out: Pick<SleepState, 'high' | 'low'>): boolean {
  const parts = text.split('.');
  if (parts.length !== 4) return false;
  for (let i = 0; i < 4; i++) {
    const value = +parts[i];
    if (parts[i] === '' || !(value >= 0 && value <= 255) || value !== (value | 0)) return false;
  }
  out.high = +parts[0] * 256 + +parts[1];
  out.low = +parts[2] * 256 + +parts[3];
  return true;
}

export function addressText(high: number, low: number): string {
  return (high >> 8) + '.' + (high & 255) + '.' + (low >> 8) + '.' + (low & 255);
}
