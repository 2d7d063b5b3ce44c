// A broker that is held still: its connections stand, and nothing comes over them. How long until the mote notices.

import { setTimeout as delay } from 'node:timers/promises';
import type { Close } from '../../src/ports/codes.ts';
import { Event } from '../../src/ports/codes.ts';
import { startMosquitto } from '../broker.ts';
import { startMote } from './mote.ts';
import { startPeer, type PeerName } from './peer.ts';
import { expectNone, waitUntil } from './wait.ts';

export type Traffic = 'idle' | 'QoS 0' | 'QoS 1';

/** For PINGRESP, and for whatever a loaded machine needs. */
const PING_DEADLINE_MS = 10_000;
const TOLERANCE_MS = 1000;
/** Messages before the broker stops. */
const FIRST = 20;

export interface HalfOpenRow {
  /** From the stop to the line that says so, ms. */
  readonly noticedMs: number;
  /** Ping interval, ping deadline and a second. */
  readonly boundMs: number;
  readonly why: Close;
  /** What it said of the tries while the broker stood still. */
  readonly tries: readonly Close[];
  /** Messages accepted while the broker stood still, and those of them, of QoS 1, that never arrived. */
  readonly accepted: number;
  /** From the moment it goes on to the session, ms. */
  readonly backMs: number;
}

const LOST = `#${Event.LinkLost} `;
const ONLINE = `#${Event.Online} 0`;

/** @param stillMs how long the broker goes on standing still once the mote has noticed. */
export async function halfOpen(
  binary: string,
  keepAliveSec: number,
  traffic: Traffic,
  stillMs = 0,
): Promise<HalfOpenRow> {
  const broker = await startMosquitto();
  const mote = await startMote({
    binary,
    port: broker.port,
    keepAliveSec,
    backoff: { windowMs: 1000, maxMs: 1000 },
    qos: traffic === 'QoS 0' ? 0 : 1,
    ...(traffic === 'idle' ? { last: FIRST } : {}),
  });
  try {
    await waitUntil(() => mote.line(ONLINE) !== undefined && mote.accepted.size >= FIRST, 'a session');
    await delay(500);
    const before = mote.accepted.size;
    const from = mote.lines.length;
    broker.freeze();
    const at = performance.now();
    const losses = () => mote.lines.slice(from).filter(({ text }) => text.startsWith(LOST));
    await waitUntil(() => losses().length > 0, 'the mote notices');
    const why = (loss: { text: string }) => Number(loss.text.slice(LOST.length)) as Close;
    await delay(stillMs);
    const accepted = mote.accepted.size - before;
    broker.thaw();
    const thawed = performance.now();
    await waitUntil(() => mote.line(ONLINE, from) !== undefined, 'another session');
    const [first, ...others] = losses();
    return {
      noticedMs: Math.round(first!.at - at),
      boundMs: keepAliveSec * 750 + PING_DEADLINE_MS + TOLERANCE_MS,
      why: why(first!),
      tries: others.map(why),
      accepted,
      backMs: Math.round(mote.line(ONLINE, from)!.at - thawed),
    };
  } finally {
    const failures = await mote.close();
    await broker.close();
    expectNone(failures);
  }
}

/** @returns how long a peer was watched without saying anything, ms; or undefined when it noticed. */
export async function halfOpenPeer(
  binary: string,
  name: PeerName,
  keepAliveSec: number,
  watchMs: number,
): Promise<number | undefined> {
  const broker = await startMosquitto();
  const peer = await startPeer({
    binary,
    port: broker.port,
    name,
    qos: 0,
    intervalMs: 20,
    last: 1e6,
    keepAliveSec,
  });
  try {
    await waitUntil(() => peer.connected() > 0 && peer.counted() >= FIRST, 'a session');
    const before = peer.disconnected();
    broker.freeze();
    const at = performance.now();
    while (performance.now() - at < watchMs) {
      if (peer.disconnected() > before) return undefined;
      await delay(50);
    }
    return Math.round(performance.now() - at);
  } finally {
    broker.thaw();
    await peer.close();
    await broker.close();
  }
}
