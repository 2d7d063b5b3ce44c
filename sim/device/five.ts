// MQTT 5.0 for the model broker of broker.ts: CONNECT, PUBLISH with topic aliases, SUBSCRIBE and DISCONNECT, judged and answered. It is
// given to the broker, so that an engine whose world speaks 3.1.1 only holds none of it. ES5 subset.

import { DISCONNECT, SUBSCRIBE } from './judge.ts';
import type { ConnectFields, PublishFields } from './judge.ts';
import { headerFault5, readConnect5, readFilters5, readPublish5, readReason } from './judge5.ts';

/** What a CONNACK says. */
export interface Welcome {
  present: boolean;
  /** Return code of 3.1.1, or reason code. */
  code: number;
  /** Client identifier for a client that has none, else ''. */
  assigned: string;
  /** The client asks for a session that outlasts its connection, and there is none. */
  forgets: boolean;
}

export interface Five {
  headerFault(first: number, length: number): string;
  readConnect(body: string): ConnectFields;
  connack(welcome: Welcome): string;
  /** @returns what reads each PUBLISH of one connection, and knows its topic aliases. */
  open(): (flags: number, body: string) => PublishFields;
  /** Every filter is granted with QoS 0. */
  subscribe(body: string): { answer: string; fault: string };
  readDisconnect(body: string): { code: number; fault: string };
}

/** Reason codes of the return codes of 3.1.1. */
const REASONS = [0, 0x84, 0x85, 0x88, 0x86, 0x87];

function word(value: number): string {
  return String.fromCharCode((value >> 8) & 255, value & 255);
}

/** @param aliasMaximum most topic aliases of a client, default none. */
export function createFive(aliasMaximum = 0): Five {
  function connack({ present, code, assigned, forgets }: Welcome): string {
    // Maximum QoS 1.
    let properties = '\x24\x01';
    if (aliasMaximum > 0) properties += '\x22' + word(aliasMaximum);
    if (assigned !== '') properties += '\x12' + word(assigned.length) + assigned;
    if (forgets) properties += '\x11\x00\x00\x00\x00';
    if (code !== 0) properties = '';
    const reason = code < REASONS.length ? REASONS[code] : code;
    const head = (present ? '\x01' : '\x00') + String.fromCharCode(reason, properties.length);
    return '\x20' + String.fromCharCode(head.length + properties.length) + head + properties;
  }

  function open(): (flags: number, body: string) => PublishFields {
    const topics: string[] = [];

    function aliasFault(alias: number): string {
      if (aliasMaximum === 0) return '3.2.2-18 topic alias ' + alias + ' without a maximum';
      if (alias > aliasMaximum) return '3.3.2-9 topic alias ' + alias + ' above ' + aliasMaximum;
      return topics[alias] === undefined ? '3.3.2-7 topic alias ' + alias + ' is of no topic' : '';
    }

    return (flags, body) => {
      const publish = readPublish5(flags, body);
      const alias = publish.properties === undefined ? undefined : publish.properties.topicAlias;
      if (publish.fault !== '' || alias === undefined) return publish;
      if (publish.topic !== '') topics[alias] = publish.topic;
      publish.fault = aliasFault(alias);
      publish.topic = topics[alias] || '';
      return publish;
    };
  }

  function subscribe(body: string): { answer: string; fault: string } {
    const { packetIdentifier, filters, fault } = readFilters5(SUBSCRIBE, body);
    let codes = '';
    for (let count = 0; count < filters.length; count++) codes += '\x00';
    const answer = '\x90' + String.fromCharCode(3 + codes.length) + word(packetIdentifier) + '\x00' + codes;
    return { answer, fault };
  }

  return {
    headerFault: headerFault5,
    readConnect: readConnect5,
    connack,
    open,
    subscribe,
    readDisconnect: (body) => readReason(DISCONNECT, body),
  };
}
