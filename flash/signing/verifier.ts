// Verifies payloads that motes have signed (src/signing/signer.ts): for whoever reads them from the broker. A message counts once.

import { MoteError } from '../errors.ts';
import { checkKey, isSameMac, macOf, parseSigned, type Key } from './mac.ts';
import { createWindow, type Window, type WindowState } from './window.ts';

export interface Verified {
  readonly ok: true;
  /** The payload without its signature. */
  readonly value: Record<string, unknown>;
  /** Number of the message: greater than those of all that the mote made before. */
  readonly counter: number;
}

export interface Rejected {
  readonly ok: false;
  /**
   * malformed: no signature in it. unknown mote: nobody has its key. bad mac: another key, topic or payload. duplicate: this message came
   * before, be it that a broker delivers it again or that somebody recorded it: nobody can tell these apart. replay: its number is older
   * than all that are remembered.
   */
  readonly reason: 'malformed' | 'unknown mote' | 'bad mac' | 'duplicate' | 'replay';
}

export interface VerifierOptions {
  /** Of all motes. */
  readonly key?: Key;
  /** Of each. @returns undefined for a mote that is not ours. */
  readonly keyOf?: (mote: string) => Key | undefined;
  /** What `state()` said before the restart. Without it messages that were recorded before count once more. */
  readonly state?: VerifierState;
}

/** What is remembered of each mote, as JSON can hold it. */
export type VerifierState = Readonly<Record<string, WindowState>>;

export interface Verifier {
  /** @param topic its first level is the id of the mote. */
  verify(topic: string, payload: Uint8Array | string): Verified | Rejected;
  /** To be kept over a restart. */
  state(): VerifierState;
}

/** @throws MoteError without a key, or with one shorter than 16 bytes. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { key, keyOf } = options;
  if ((key === undefined) === (keyOf === undefined)) {
    throw new MoteError('a verifier needs keys', 'give either key or keyOf', 'createVerifier');
  }
  if (key !== undefined) checkKey(key);
  const windows = new Map<string, Window>();
  for (const [mote, state] of Object.entries(options.state ?? {})) windows.set(mote, createWindow(state));

  function windowOf(mote: string): Window {
    let window = windows.get(mote);
    if (window === undefined) windows.set(mote, (window = createWindow()));
    return window;
  }

  return {
    verify(topic, payload) {
      const parts = parseSigned(typeof payload === 'string' ? Buffer.from(payload) : payload);
      if (parts === undefined) return { ok: false, reason: 'malformed' };
      const mote = topic.split('/', 1)[0]!;
      const known = key ?? keyOf!(mote);
      if (known === undefined) return { ok: false, reason: 'unknown mote' };
      if (!isSameMac(macOf(checkKey(known), topic, parts.signed), parts.mac)) {
        return { ok: false, reason: 'bad mac' };
      }
      const value = parseObject(parts.inner);
      if (value === undefined) return { ok: false, reason: 'malformed' };
      const age = windowOf(mote).take(parts.counter);
      if (age === 'new') return { ok: true, value, counter: parts.counter };
      return { ok: false, reason: age === 'duplicate' ? 'duplicate' : 'replay' };
    },
    state: () => Object.fromEntries([...windows].map(([mote, window]) => [mote, window.state()])),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
