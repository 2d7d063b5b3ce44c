// What a broker has for a client in one session: messages of QoS 1 and 2 that wait, are under way, or are half way through, and what
// it thinks of the client's acknowledgements (MQTT 3.1.1 sections 4.3, 4.4 and 4.6; of 5.0 also 4.9). No connection.

import type { Writer } from './dialect.ts';
import { V4, WINDOW } from './dialect.ts';
import type { Delivery, Message } from './message.ts';
import { DUP, Type } from './packets.ts';

const IDS = 65535;

interface Exchange {
  readonly id: number;
  readonly message: Delivery;
  /** PUBREC has come: PUBREL is what is to be acknowledged. */
  isReceived: boolean;
  /** On this connection PUBLISH, or PUBREL, went out. */
  isSent: boolean;
  /** On this connection PUBLISH went out: it counts against what the client receives at a time. */
  isPublished: boolean;
}

export interface Outgoing {
  /** Wait for a turn. */
  add(message: Delivery): void;
  /** A connection begins: what is under way is sent again. */
  begin(writer: Writer): void;
  /** @returns packets that are to be sent now. */
  next(): string;
  /** PUBACK, PUBREC or PUBCOMP came. @param code reason code, 0 in 3.1.1. @returns the statement that it breaks, '' for none. */
  acknowledge(type: number, id: number, code: number): string;
  /** Messages that are not through. */
  count(): number;
  /** @returns those of QoS 2 whose PUBREC has not come, or of QoS 1 and PUBACK. */
  unacknowledged(): Message[];
  /** @returns packet identifiers of QoS 2 that the client may have noted: PUBLISH went out, and PUBCOMP has not come. */
  noted(): number[];
}

/** @param now milliseconds. @param onAgain told of each PUBLISH that goes out with DUP. */
export function createOutgoing(now: () => number, onAgain: (message: Message) => void = () => {}): Outgoing {
  const waiting: Delivery[] = [];
  let writer: Writer = V4;
  let underWay: Exchange[] = [];
  let again: ReadonlySet<Exchange> = new Set();
  let lastId = 0;

  const freeId = () => {
    do lastId = (lastId % IDS) + 1;
    while (underWay.some(({ id }) => id === lastId));
    return lastId;
  };

  const end = (exchange: Exchange) => void (underWay = underWay.filter((one) => one !== exchange));

  const send = (exchange: Exchange): string => {
    exchange.isSent = true;
    const { id, isReceived, message } = exchange;
    if (isReceived) return writer.ack(Type.Pubrel, id, 0);
    exchange.isPublished = true;
    const isAgain = again.has(exchange);
    const bytes = writer.publish(message, isAgain ? DUP : 0, id);
    // Too large for this client: as if it had been through [MQTT-3.1.2-25].
    if (bytes === '') end(exchange);
    else if (isAgain) onAgain(message);
    return bytes;
  };

  /** @returns whether the client takes one more now. */
  const hasRoom = () =>
    underWay.length < writer.window || underWay.filter((one) => one.isPublished).length < writer.window;

  /** @returns the next that waits and is still worth something (5.0, section 3.3.2.3.3). */
  const shift = (): Delivery | undefined => {
    let message = waiting.shift();
    while (message?.expiresAt !== undefined && message.expiresAt <= now()) message = waiting.shift();
    return message;
  };

  /** @returns the first that is at the same step, which has to be acknowledged first [MQTT-4.6.0-2, 4.6.0-3]. */
  const firstAt = (type: number) =>
    underWay.find(
      ({ message, isReceived, isSent }) =>
        isSent && isReceived === (type === Type.Pubcomp) && (message.qos === 1) === (type === Type.Puback),
    );

  const statementOf = (type: number) => (type === Type.Puback ? '4.6.0-2' : '4.6.0-3');

  return {
    add: (message) => void waiting.push(message),
    begin(next) {
      writer = next;
      again = new Set(underWay);
      for (const exchange of underWay) exchange.isSent = exchange.isPublished = false;
    },
    next() {
      let packets = '';
      for (const exchange of underWay) {
        if (exchange.isSent) continue;
        // Those behind it wait for their turn with it; PUBREL waits for nothing [MQTT-3.3.4-8].
        if (exchange.isReceived || hasRoom()) packets += send(exchange);
      }
      while (underWay.length < WINDOW && hasRoom()) {
        const message = shift();
        if (message === undefined) break;
        const exchange = { id: freeId(), message, isReceived: false, isSent: false, isPublished: false };
        underWay.push(exchange);
        packets += send(exchange);
      }
      return packets;
    },
    acknowledge(type, id, code) {
      const exchange = underWay.find((one) => one.id === id);
      const isNext = exchange !== undefined && exchange === firstAt(type);
      // The order of PUBCOMPs is free.
      const isFree = type === Type.Pubcomp && exchange?.isSent === true && exchange.isReceived;
      if (exchange === undefined) return `2.3.1-6 packet type ${type} for ${id}, which is not under way`;
      if (!isNext && !isFree) return `${statementOf(type)} packet type ${type} for ${id} out of turn`;
      // A refusal is an acknowledgement [MQTT-4.4.0-2].
      if (type === Type.Pubrec && code < 0x80) {
        exchange.isReceived = true;
        exchange.isSent = false;
      } else {
        end(exchange);
      }
      return '';
    },
    count: () => waiting.length + underWay.length,
    unacknowledged: () => [
      ...underWay.filter(({ isReceived }) => !isReceived).map(({ message }) => message),
      ...waiting,
    ],
    noted: () => underWay.filter(({ message }) => message.qos === 2).map(({ id }) => id),
  };
}
