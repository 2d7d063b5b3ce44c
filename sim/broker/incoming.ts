// What a broker knows of the messages of QoS 1 and 2 that a client sends in one session, and what it thinks of them: packet
// identifiers in use, DUP, order of what comes again (MQTT 3.1.1 sections 2.3.1, 3.3.1, 4.3, 4.4 and 4.6; v5/statements.ts has the
// numbers of 5.0). No time and no connection.

import type { Message } from './message.ts';

/**
 * `pending`: came, and is not acknowledged. `dropped`: came on a connection that ended before, so nobody has it. `received`: PUBREC is
 * out. `done`: PUBACK is out, or PUBREL has come. `refused`: an acknowledgement that says no is out, which the client may not have.
 */
type Step = 'pending' | 'dropped' | 'received' | 'done' | 'refused';

interface Exchange {
  readonly message: Message;
  readonly id: number;
  /** Place among all messages of the session in which they came first. */
  readonly order: number;
  /** Number of the connection, within the session, that its PUBLISH came on last. */
  connection: number;
  step: Step;
}

export interface Incoming {
  /** A connection of this session begins. */
  begin(): void;
  /** PUBLISH came. @returns the statement that it breaks, '' for none. */
  publish(message: Message, id: number, isDup: boolean): string;
  /** It is acknowledged. @returns the message when the broker takes it now, undefined when it had it before. */
  acknowledge(id: number): Message | undefined;
  /** What was acknowledged just now is refused instead: what has its identifier next is new [5.0, MQTT-4.3.3-9]. */
  refuse(id: number): void;
  /** PUBREL came. @returns the statement that it breaks, '' for none. */
  release(id: number): string;
  /** The connection has ended, or the broker has forgotten what it did not acknowledge. */
  drop(): void;
  /** @returns messages of QoS 2 that the broker has taken, and whose PUBREL has not come. */
  open(): Message[];
  /** @returns identifiers of QoS 2 whose PUBREC is out: a PUBREL may come for each, and again while its PUBCOMP is lost. */
  acknowledged(): number[];
}

const isOver = ({ step }: Exchange) => step === 'done' || step === 'refused';
const nameOf = ({ topic, payload }: Message) => `${topic}\n${payload}`;

/**
 * @param areAlike messages may be the same in topic and payload, as readings are: then nobody can tell that one came again under another
 * identifier, and what is through is forgotten. Else no two of them are.
 */
export function createIncoming(areAlike = false): Incoming {
  const byId = new Map<number, Exchange>();
  /** Of all exchanges in `byId`. */
  const byMessage = new Map<string, Exchange>();
  const pending = new Set<Exchange>();
  let orders = 0;
  /** Of this connection: order of the last PUBLISH; identifiers of PUBRECs whose PUBREL has not come. */
  let lastOrder = 0;
  let unreleased: number[] = [];
  let connections = 0;

  /** A message that the session has seen. */
  const judgeAgain = (exchange: Exchange, isDup: boolean): string => {
    const what = `of packet identifier ${exchange.id}`;
    if (exchange.step === 'done' && exchange.message.qos === 2) {
      return `4.3.3-1 PUBLISH ${what} after its PUBREL`;
    }
    if (!isDup) return `3.3.1-1 no DUP on the second PUBLISH ${what}`;
    // TCP loses nothing: a message comes again on another connection, or not at all.
    if (exchange.connection === connections) return `4.4.0-1 PUBLISH ${what} again on the same connection`;
    if (exchange.order < lastOrder) return `4.6.0-1 PUBLISH ${what} comes again out of order`;
    return '';
  };

  const judgeNew = (message: Message, id: number): string => {
    const other = areAlike ? undefined : byMessage.get(nameOf(message));
    if (other !== undefined && other.step !== 'refused') {
      return `2.3.1-3 the message of packet identifier ${other.id} comes again as ${id}`;
    }
    const user = byId.get(id);
    if (user !== undefined && !isOver(user)) return `2.3.1-2 packet identifier ${id} is in use`;
    return '';
  };

  const add = (message: Message, id: number): Exchange => {
    const former = byId.get(id);
    if (former !== undefined) byMessage.delete(nameOf(former.message));
    const exchange: Exchange = { message, id, order: ++orders, connection: connections, step: 'pending' };
    byId.set(id, exchange);
    if (!areAlike) byMessage.set(nameOf(message), exchange);
    return exchange;
  };

  return {
    begin() {
      lastOrder = 0;
      unreleased = [];
      connections++;
    },
    publish(message, id, isDup) {
      const known = byId.get(id);
      const isSame = known !== undefined && nameOf(known.message) === nameOf(message);
      // Who has heard of a refusal may try it as a new message.
      const isAgain = isSame && (isDup || (known.step !== 'refused' && !areAlike));
      const fault = isAgain ? judgeAgain(known, isDup) : judgeNew(message, id);
      if (fault !== '') return fault;
      const exchange = isAgain ? known : add(message, id);
      lastOrder = exchange.order;
      exchange.connection = connections;
      // One of QoS 1 is taken again [MQTT-4.3.2-2].
      if (exchange.step !== 'received') exchange.step = 'pending';
      pending.add(exchange);
      return '';
    },
    acknowledge(id) {
      const exchange = byId.get(id);
      if (exchange === undefined || !pending.delete(exchange)) return undefined;
      const { message } = exchange;
      if (message.qos === 2 && !unreleased.includes(id)) unreleased.push(id);
      if (exchange.step === 'received') return undefined;
      exchange.step = message.qos === 2 ? 'received' : 'done';
      if (areAlike && exchange.step === 'done') byId.delete(id);
      return message;
    },
    refuse(id) {
      const exchange = byId.get(id);
      if (exchange !== undefined) exchange.step = 'refused';
      unreleased = unreleased.filter((one) => one !== id);
    },
    release(id) {
      const exchange = byId.get(id);
      if (exchange?.message.qos !== 2 || exchange.step === 'refused') {
        return `4.3.3-1 PUBREL ${id} of no message of this session`;
      }
      if (exchange.step === 'pending' || exchange.step === 'dropped') {
        return `4.3.3-1 PUBREL ${id} before PUBREC`;
      }
      const at = unreleased.indexOf(id);
      if (at > 0) return `4.6.0-4 PUBREL ${id} before that of ${unreleased[0]}`;
      if (at === 0) unreleased.shift();
      exchange.step = 'done';
      return '';
    },
    drop() {
      for (const exchange of pending) if (exchange.step === 'pending') exchange.step = 'dropped';
      pending.clear();
    },
    open: () => [...byId.values()].filter(({ step }) => step === 'received').map(({ message }) => message),
    acknowledged: () =>
      [...byId.values()]
        .filter(({ message, step }) => message.qos === 2 && (step === 'received' || step === 'done'))
        .map(({ id }) => id),
  };
}
