// Signs messages for a mote that takes signed ones only (src/signing/inbound.ts).

import { MoteError } from '../errors.ts';
import { checkKey, macOf, type Key } from './mac.ts';

export interface SignerOptions {
  /** The key of the mote. */
  readonly key: Key;
  /** Number of the last message that was signed with this key, if it was kept. Default: none; numbers follow the clock, in milliseconds. */
  readonly counter?: number;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
}

export interface Signer {
  /** @returns the payload for `topic`: the members of `value`, a number greater than all before, and the MAC. */
  sign(topic: string, value: Readonly<Record<string, unknown>>): string;
  /** @returns number of the last message. */
  counter(): number;
}

/** @throws MoteError for a key shorter than 16 bytes. */
export function createSigner({ key, counter = 0, now = Date.now }: SignerOptions): Signer {
  checkKey(key);
  let last = counter;
  return {
    sign(topic, value) {
      for (const name of ['counter', 'mac']) {
        if (Object.hasOwn(value, name)) {
          throw new MoteError(
            `a message has a member ${name}`,
            'the signature needs that name: use another',
            topic,
          );
        }
      }
      last = Math.max(last + 1, Math.floor(now()));
      const json = JSON.stringify({ ...value, counter: last });
      const signed = Buffer.from(json.slice(0, -1)).toString('latin1');
      return `${json.slice(0, -1)},"mac":"${macOf(key, topic, signed)}"}`;
    },
    counter: () => last,
  };
}
