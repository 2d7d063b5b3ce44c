// Who is there: "online" and "offline", retained, one topic for the mote and one for each sensor. Kept in the broker, not in the
// outbox: what counts is what is true now.

import { Code } from '../ports/codes.ts';
import type { PacketWriter, TextSink, Topic } from '../ports/packet-writer.ts';

/** Also the payload of the will. */
export const OFFLINE = 'offline';
const ONLINE = 'online';

const enum Presence {
  Unknown,
  Online,
  Offline,
}

export interface Status {
  /** Say so, if it is new. */
  set(index: number, isOnline: boolean): void;
  /** The broker may have lost what it was told: say everything again. */
  refresh(): void;
  /** The broker still has what it was told, but for the first: that may be the will by now. */
  keep(): void;
  /** Write down how everything stands. */
  describe(sink: TextSink): void;
  /** Publish what is to be said. @returns false when some of it could not be said yet. */
  send(): boolean;
}

/** @param names the topics, start-up only. @returns null when one is no valid topic name. */
export function createStatus(writer: PacketWriter, names: readonly string[]): Status | null {
  const topics: Topic[] = [];
  const presences = new Uint8Array(names.length);
  const due = new Uint8Array(names.length);
  let isDue = false;
  for (let i = 0; i < names.length; i++) {
    const topic = writer.topic(names[i], 0, true);
    if (topic === null) return null;
    topics.push(topic);
  }

  function set(index: number, isOnline: boolean): void {
    const presence = isOnline ? Presence.Online : Presence.Offline;
    if (presences[index] === presence) return;
    presences[index] = presence;
    due[index] = 1;
    isDue = true;
  }

  function refresh(): void {
    for (let i = 0; i < due.length; i++) due[i] = presences[i] === Presence.Unknown ? 0 : 1;
    isDue = true;
  }

  function keep(): void {
    for (let i = 0; i < due.length; i++) due[i] = i === 0 ? 1 : 0;
    isDue = true;
  }

  function describe(sink: TextSink): void {
    for (let i = 0; i < due.length; i++) sink.text('' + presences[i]);
  }

  function send(): boolean {
    if (!isDue) return true;
    for (let i = 0; i < due.length; i++) {
      if (due[i] === 0) continue;
      writer.begin(topics[i]);
      writer.text(presences[i] === Presence.Online ? ONLINE : OFFLINE);
      const code = writer.end();
      // Without a session: the next one begins with `refresh`.
      if (code < 0) return code === Code.Closed;
      due[i] = 0;
    }
    isDue = false;
    return true;
  }

  return { set, refresh, keep, describe, send };
}
