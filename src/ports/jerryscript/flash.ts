// The pages that a C host gives to JerryScript. The host holds every access to its pages and to the array, works on the array's
// own bytes, and makes nothing: so its object is the port, with nothing in between.

import type { Flash } from '../flash.ts';
import type { HostFlash } from './host.d.ts';

/** @returns the host's flash, or null where the host gives none. */
export function openFlash(): Flash | null {
  const host: HostFlash | undefined = typeof moteFlash === 'undefined' ? undefined : moteFlash;
  return host === undefined ? null : host;
}
