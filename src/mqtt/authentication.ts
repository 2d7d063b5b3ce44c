// Enhanced authentication (MQTT 5.0, section 4.12), as a firmware gives it to the client: a conversation before CONNACK, and again later. What is
// said in it is the firmware's business.

import type { Bytes } from '../bytes/bytes.ts';

/** A method of authentication. Text is bytes, one character each. */
export interface Authentication {
  /** Its name, UTF-8, not empty. */
  readonly method: string;
  /** @returns what CONNECT, and each new authentication, begins with; may be empty. */
  first(): string;
  /**
   * The broker says `data`, valid until this returns; empty when it says nothing.
   * @param isLast it is content with us: the answer is not sent, and null says that we are not content with it.
   * @returns what is answered; null: this is not our broker, and the connection ends with reason code 0x87, as where this throws.
   */
  authenticate(data: Bytes, isLast: boolean): Bytes | null;
}
