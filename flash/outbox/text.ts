// Bytes and times as a person reads them.

/** Bytes as text where a person can read them, else in hex. */
export type Text = { readonly text: string } | { readonly hex: string };

/** Control characters and what is no UTF-8 would do something to a terminal: those come in hex. */
export function asText(bytes: Uint8Array): Text {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return { text };
  } catch {
    // Not UTF-8.
  }
  return { hex: Buffer.from(bytes).toString('hex') };
}

/** @param seconds since 1970-01-01, UTC. @returns the time in the form of ISO 8601. */
export function asTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
