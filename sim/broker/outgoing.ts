// What a broker has for a client in one session: messages of QoS 1 and 2 that wait, are under way, or are half way through, and what
// it thinks of the client's acknowledgements (MQTT 3.1.1 sections 4.3, 4.4 and 4.6). No time and no connection.

import type { Message } from './incoming.ts';
import { DUP, RETAIN, Type, ack, publish } from './packets.ts';

/** Messages that are under way at a time. */
const WINDOW = 20;
const IDS = 65535;

interface Exchange {
  readonly id: number;
  readonly message: Message;
  /** PUBREC has come: PUBREL is what is to be acknowledged. */
  isReceived: boolean;
  /** On this connection PUBLISH, or PUBREL, went out. */
  isSent: boolean;
}

export interface Outgoing {
  /** Wait for a turn. */
  add(message: Message): void;
  /** A connection begins: what is under way is sent again. */
  begin(): void;
  /** @returns packets that are to be sent now. */
  next(): string;
  /** PUBACK, PUBREC or PUBCOMP came. @returns the statement that it breaks, '' for none. */
  acknowledge(type: number, id: number): string;
  /** Messages that are not through. */
  count(): number;
  /** @returns those of QoS 2 whose PUBREC has not come, or of QoS 1 and PUBACK. */
  unacknowledged(): Message[];
  /** @returns packet identifiers of QoS 2 that the client may have noted: PUBLISH went out, and PUBCOMP has not come. */
  noted(): number[];
}

/** @param onAgain told of each PUBLISH that goes out with DUP. */
export function createOutgoing(onAgain: (message: Message) => void = () => {}): Outgoing {
  const waiting: Message[] = [];
  let underWay: Exchange[] = [];
  let again: ReadonlySet<Exchange> = new Set();
  let lastId = 0;

  const freeId = () => {
    do lastId = (lastId % IDS) + 1;
    while (underWay.some(({ id }) => id === lastId));
    return lastId;
  };

  const send = (exchange: Exchange): string => {
    exchange.isSent = true;
    const { id, isReceived, message } = exchange;
    if (isReceived) return ack(Type.Pubrel, id);
    const isAgain = again.has(exchange);
    if (isAgain) onAgain(message);
    const flags = (isAgain ? DUP : 0) | (message.retain ? RETAIN : 0);
    return publish(message.topic, message.payload, message.qos, flags, id);
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
    begin() {
      again = new Set(underWay);
      for (const exchange of underWay) exchange.isSent = false;
    },
    next() {
      let packets = '';
      for (const exchange of underWay) if (!exchange.isSent) packets += send(exchange);
      while (underWay.length < WINDOW && waiting.length > 0) {
        const exchange = { id: freeId(), message: waiting.shift()!, isReceived: false, isSent: false };
        underWay.push(exchange);
        packets += send(exchange);
      }
      return packets;
    },
    acknowledge(type, id) {
      const exchange = underWay.find((one) => one.id === id);
      const isNext = exchange !== undefined && exchange === firstAt(type);
      // The order of PUBCOMPs is free.
      const isFree = type === Type.Pubcomp && exchange?.isSent === true && exchange.isReceived;
      if (exchange === undefined) return `2.3.1-6 packet type ${type} for ${id}, which is not under way`;
      if (!isNext && !isFree) return `${statementOf(type)} packet type ${type} for ${id} out of turn`;
      if (type === Type.Pubrec) {
        exchange.isReceived = true;
        exchange.isSent = false;
      } else {
        underWay = underWay.filter((one) => one !== exchange);
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
