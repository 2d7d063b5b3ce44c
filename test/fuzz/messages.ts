// Messages whose payload says which one it is, so that each can be followed wherever it turns up.

/** A message from the client to the broker. */
export interface Message {
  readonly n: number;
  readonly kind: 'plain' | 'stored' | 'streamed';
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  /** 0 until it is seen. */
  id: number;
  /** In this session bytes of it went to the socket, or the broker's PUBREC came. */
  handed: boolean;
  received: boolean;
  /** The client holds it no more. */
  done: boolean;
  /** Given up, or bytes that no broker sends may have acknowledged it. */
  excused: boolean;
  /** How often the broker took it: in this session, ever. */
  taken: number;
  total: number;
}

/** A message from the broker to the client. */
export interface Inbound {
  readonly n: number;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  id: number;
  /** sent: waits for PUBACK or PUBREC; released: for PUBCOMP. */
  state: 'queued' | 'sent' | 'released' | 'done';
  /** How often a handler took it and returned, in this session. */
  handled: number;
  /** Whether it is for nobody, or too large for whom it is for. */
  passedOver: boolean;
}

/** What a broker keeps for the client, and what it has taken from it, in a session. */
export interface Mail<M> {
  /** Messages for the client, by number. */
  readonly inbound: Map<number, M>;
  /** @returns those that are promised and that the client has not. */
  waiting(): M[];
  /** @returns the one that is under way with this identifier. */
  withId(id: number): M | undefined;
  /** @returns an identifier that no message has that is under way. */
  freeId(): number;
  /** The session is gone. */
  forget(): void;
}

export function createMail<M extends Pick<Inbound, 'qos' | 'id' | 'state'>>(
  messages: ReadonlyMap<number, Pick<Message, 'taken'>>,
): Mail<M> {
  const inbound = new Map<number, M>();
  let lastId = 0;
  const waiting = (): M[] => [...inbound.values()].filter(({ qos, state }) => qos > 0 && state !== 'done');
  const withId = (id: number): M | undefined =>
    waiting().find((message) => message.id === id && message.state !== 'queued');
  return {
    inbound,
    waiting,
    withId,
    freeId() {
      do lastId = (lastId % 65535) + 1;
      while (withId(lastId) !== undefined);
      return lastId;
    },
    forget() {
      for (const message of inbound.values()) message.state = 'done';
      for (const message of messages.values()) message.taken = 0;
    },
  };
}

/** @returns a payload of `size` bytes or a few more; it begins with `n` and goes on with all bytes. */
export function payloadOf(n: number, size: number): string {
  let payload = `${n}:`;
  for (let i = payload.length; i < size; i++) payload += String.fromCharCode((n * 7 + i * 13) & 255);
  return payload;
}

/** @returns the number in the beginning of a payload, undefined when it is not whole. */
export function numberOf(payload: string): number | undefined {
  const end = payload.indexOf(':');
  return end < 1 || end > 9 ? undefined : Number(payload.slice(0, end));
}

/** A rule was broken. */
export function fail(what: string): never {
  throw new Error(what);
}
