// SHA-256 of Espruino's module "crypto", which the builds for ESP32 have, but not those on IDF 4.

import type { Digest } from '../digest.ts';

/** @returns null where the engine has none. */
export function openDigest(): Digest | null {
  try {
    const crypto = require('crypto');
    if (!crypto.SHA256) return null;
    return {
      sha256(bytes) {
        return E.toString(crypto.SHA256!(bytes));
      },
      base64(bytes) {
        return btoa(bytes);
      },
    };
  } catch {
    return null;
  }
}
