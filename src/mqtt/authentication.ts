// Enhanced authentication (MQTT 5.0, section 4.12): whose turn it is, whether AUTH may come now, and what is answered. The method itself is
// the firmware's. No time, no I/O.

import { constant, createView, cut, EMPTY, standsAt, toText, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { encodeLength, encodePacket, encodeString, First } from './packet.ts';
import { Reason } from './reason.ts';
import { isText, STRING_MAX } from './topic.ts';

/** A method of authentication, as a firmware gives it. */
export interface Authentication {
  /** Its name: UTF-8 bytes, one character each. */
  readonly method: string;
  /** @returns what CONNECT, and each new authentication, begins with: bytes, one character each. Left out: nothing. */
  first?(): string;
  /**
   * The broker says `data`, valid until this returns; empty when it says nothing.
   * @param isLast it is content with us: the answer is not sent, and null says that we are not content with it.
   * @returns what is answered; null: this is not our broker, and the connection ends with reason code 0x87.
   */
  authenticate(data: Bytes, isLast: boolean): Bytes | null;
}

/** An AUTH is due. Other results are reason codes. */
export const GO_ON = 1;

export interface Exchange {
  /** A connection begins. @returns whether its CONNECT can say what is in `opening` then. */
  begin(): boolean;
  /** @returns properties of CONNECT. */
  opening(): string;
  /** A packet with properties has come. */
  clear(): void;
  /** @returns whether a string among its properties is of the exchange. */
  take(id: number, bytes: Bytes, from: number, to: number): boolean;
  /** CONNACK has come. @returns 0, or the reason code to leave with. */
  accept(): number;
  /**
   * AUTH has come. @param isBare without anything behind its header. @param isNew before CONNACK. @param most bytes of an answer.
   * @returns as `accept`, or GO_ON.
   */
  hear(reason: number, isBare: boolean, isNew: boolean, most: number): number;
  /** Authenticate again. @param most bytes of what begins it. @returns whether that can be said. */
  again(most: number): boolean;
  /** @returns whether the broker has the next word, or we have. */
  isUnderWay(): boolean;
  /** @returns the AUTH that is due; empty: none. */
  due(): string;
  /** It is sent. */
  sent(): void;
}

/** Start-up only. @param options undefined: no AUTH may come. */
export function createExchange(options: Authentication | undefined): Exchange {
  const method = options === undefined ? EMPTY : constant(options.method);
  const view = createView();
  /** Whether the packet names a method, and whether it is ours. */
  let isNamed = false;
  let isOurs = false;
  let said: Bytes = EMPTY;
  let isOpen = false;
  let properties = '';
  let packet = '';

  /** Put method and data together. @returns whether they can be sent. */
  function write(data: string): boolean {
    properties = '\x15' + encodeString(options!.method);
    if (data.length > 0) properties += '\x16' + encodeString(data);
    return data.length <= STRING_MAX && method.length > 0 && isText(method);
  }

  function firstData(): string {
    return options!.first === undefined ? '' : options!.first();
  }

  function begin(): boolean {
    packet = properties = '';
    isOpen = options !== undefined;
    return !isOpen || write(firstData());
  }

  function take(id: number, bytes: Bytes, from: number, to: number): boolean {
    if (id === PropertyId.AuthMethod) {
      isNamed = true;
      isOurs = to - from === method.length && standsAt(bytes, method, from);
    } else if (id === PropertyId.AuthData) said = cut(view, bytes, from, to - from);
    else return false;
    return true;
  }

  function clear(): void {
    isNamed = isOurs = false;
    said = EMPTY;
  }

  /** @returns what the firmware says to what has come; one that throws says no. */
  function ask(isLast: boolean): Bytes | null {
    try {
      return options!.authenticate(said, isLast);
    } catch {
      return null;
    }
  }

  /** The broker is content. */
  function finish(): number {
    isOpen = false;
    packet = '';
    return ask(true) === null ? Reason.NotAuthorized : 0;
  }

  function accept(): number {
    // Without a method of ours nobody is to name one [MQTT-4.12.0-5] [MQTT-4.12.0-6].
    if (options === undefined) return isNamed ? Reason.ProtocolError : 0;
    return isOurs ? finish() : Reason.ProtocolError;
  }

  /** Have `reason` with what `write` has put together sent. @returns GO_ON, or a reason code where it is longer than `most`. */
  function prepare(reason: Reason, most: number): number {
    const code = String.fromCharCode(reason);
    packet = encodePacket(First.Auth, code + encodeLength(properties.length) + properties);
    if (packet.length <= most) return GO_ON;
    packet = '';
    return Reason.PacketTooLarge;
  }

  function hear(reason: number, isBare: boolean, isNew: boolean, most: number): number {
    // Nobody asked, or it is our turn; or AUTH says what is for CONNACK to say; or of another method.
    if (!isOpen || packet.length > 0 || !(isBare || isOurs)) return Reason.ProtocolError;
    if (reason === Reason.Success) return isNew ? Reason.ProtocolError : finish();
    const answer = ask(false);
    if (answer === null) return Reason.NotAuthorized;
    const isFit = write(toText(answer, 0, answer.length));
    return isFit ? prepare(Reason.ContinueAuthentication, most) : Reason.PacketTooLarge;
  }

  function again(most: number): boolean {
    isOpen = write(firstData()) && prepare(Reason.ReAuthenticate, most) === GO_ON;
    return isOpen;
  }

  function sent(): void {
    packet = '';
  }

  return {
    begin,
    opening: () => properties,
    clear,
    take,
    accept,
    hear,
    again,
    isUnderWay: () => isOpen,
    due: () => packet,
    sent,
  };
}
