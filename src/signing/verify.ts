// What commands ask whether they may be believed (`verify` of createCommands): signed messages only. Where that cannot be checked
// nothing is believed.

import type { Bytes } from '../bytes/bytes.ts';
import { LOG } from '../features.ts';
import { Code, Event } from '../ports/codes.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import { createInboundVerifier } from './inbound.ts';
import type { SigningOptions } from './signer.ts';
import type { SigningStore } from './state.ts';

/**
 * Start-up only. It says on the console when the engine has no SHA-256, or the key is too short; all messages are refused with that then.
 * @returns what gives back the payload that was signed, without its signature, or the negative Code of why it is not believed.
 */
export function createVerify(
  digest: Digest<Bytes> | null,
  outbox: SigningStore,
  log: Log,
  options: SigningOptions,
): (topic: Bytes, payload: Bytes, isKept: boolean) => Bytes | number {
  const made = createInboundVerifier(digest, outbox, options);
  if (LOG && typeof made === 'number') log.write(Event.Unsigned, -made);
  return function (topic, payload, isKept) {
    if (typeof made === 'number') return made;
    const code = made.verify(topic, payload, isKept);
    return code === Code.Ok ? made.inner() : code;
  };
}
