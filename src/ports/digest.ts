// What an engine computes natively for signed payloads: in JavaScript a SHA-256 would hold up everything else.

export interface Digest<B = string> {
  /** @returns SHA-256 (FIPS 180-4) of `bytes`: 32 bytes, valid until the next call. */
  sha256(bytes: B): B;
  /** @returns base64 (RFC 4648 section 4, padded) of `bytes`. */
  base64(bytes: B): string;
}
