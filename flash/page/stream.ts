// Events to one page: batches, several a second. A page that takes them too slowly is told how many it missed, and has the last of what says
// how things stand; nothing is queued without bound.

import type { ServerResponse } from 'node:http';
import type { PageEvent } from '../stage/events.ts';
import type { Runs } from '../stage/runs.ts';

const FLUSH_MS = 100;
/** Events that wait for one page. */
const QUEUE_MAX = 2000;
/** A line now and then, so that a dead connection is noticed. */
const BEAT_MS = 15_000;

/** @returns under what the last one is kept; undefined: it is one of many. */
function keyOf(event: PageEvent): string | undefined {
  if (event.type === 'reading' || event.type === 'packet') return undefined;
  if (event.type === 'state') return `state ${event.of}`;
  return event.type === 'outcome' ? `outcome ${event.fault}` : event.type;
}

export interface PageStream {
  close(): void;
}

/** Open the stream of one page. @param onClose told when the page has gone. */
export function openStream(response: ServerResponse, runs: Runs, onClose: () => void): PageStream {
  let queue: PageEvent[] = [];
  /** Those that no longer had a place among them, by kind. */
  const last = new Map<string, PageEvent>();
  let missed = 0;
  let isFull = false;
  let isClosed = false;
  let beatAt = Date.now();

  const push = (event: PageEvent) => {
    if (queue.length < QUEUE_MAX) {
      queue.push(event);
      return;
    }
    const key = keyOf(event);
    const isKept = key !== undefined && last.size < QUEUE_MAX;
    // What it takes the place of is left out, too: the newest goes to the end.
    if (!isKept || last.delete(key)) missed++;
    if (isKept) last.set(key, event);
  };
  /** All that was known before is in it. */
  const hello = () => {
    const first = runs.hello();
    queue = [first];
    last.clear();
    missed = 0;
  };
  const write = (text: string) => {
    isFull = !response.write(text);
    beatAt = Date.now();
  };
  const flush = () => {
    if (isFull) return;
    if (queue.length === 0 && Date.now() - beatAt > BEAT_MS) write(':\n\n');
    if (queue.length === 0) return;
    const batch = [...queue, ...last.values()];
    if (missed > 0) batch.push({ type: 'missed', t: runs.current().elapsed(), count: missed });
    queue = [];
    last.clear();
    missed = 0;
    write(`data: ${JSON.stringify(batch)}\n\n`);
  };

  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  response.on('drain', () => (isFull = false));
  const unlisten = runs.listen({ onEvent: push, onRun: hello });
  hello();
  flush();
  const timer = setInterval(flush, FLUSH_MS);
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    clearInterval(timer);
    unlisten();
    response.end();
    onClose();
  };
  response.on('close', close);
  return { close };
}
