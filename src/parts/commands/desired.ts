// A desired configuration as it comes in: all of it is looked at before any of it counts, and it is whole: what it does not name
// is as the firmware has it. It changes nothing but the settings that it fills.

import { byteAt, constant, createView, cut, emptied, join, joinWord, type Bytes } from '../../bytes/bytes.ts';
import { NEVER_MS } from '../../ports/clock.ts';
import { Code } from '../../ports/codes.ts';
import type { Scheduler } from '../../sensors/scheduler.ts';
import { createKeys, Kind, type FlatReader } from './flat.ts';
import { HOST_MAX, type Mark, type Settings } from './settings.ts';

/** Key of a sensor's interval: this and its name. */
export const INTERVAL_KEY = 'interval.';

const PORT_TOP = 65535;

/** Members besides the intervals, and what has been there of them. */
const enum Seen {
  Id = 1,
  Host = 2,
  Port = 4,
}

export interface DesiredReader {
  /**
   * Read what `reader` was opened on.
   * @param mark takes its `id`. @returns 0, Code.Malformed or Code.BadValue; `reader.place()` says where, and `into` is of no use then.
   */
  read(reader: FlatReader, bytes: Bytes, into: Settings, mark: Mark): number;
}

function isHostByte(byte: number): boolean {
  const lower = byte | 0x20;
  // Letters, digits, full stop, hyphen.
  return (lower >= 0x61 && lower < 0x7b) || (byte >= 0x30 && byte < 0x3a) || byte === 0x2d || byte === 0x2e;
}

/** @returns whether so often is neither more than the chip nor more than the firmware allows. */
export function isInterval(scheduler: Scheduler, index: number, ms: number, floorMs: number): boolean {
  const leastMs = scheduler.leastOf(index);
  return ms >= floorMs && ms >= leastMs && ms <= NEVER_MS;
}

/** @param sensors their names. @param floorMs no sensor more often. Start-up only. */
export function createDesiredReader(
  scheduler: Scheduler,
  sensors: readonly string[],
  floorMs: number,
): DesiredReader {
  const names = createKeys(sensors);
  const interval = constant(INTERVAL_KEY);
  const keys = createKeys(['id', 'host', 'port']);
  const view = createView();
  let port = 0;
  let hostAt = 0;
  let hostSize = 0;
  let seen = 0;

  /** @returns its bit in Seen, 0: another member. */
  function find(reader: FlatReader): number {
    for (let i = 0; i < keys.length; i++) if (reader.isKey(keys[i])) return 1 << i;
    return 0;
  }

  function isHost(bytes: Bytes, at: number, size: number): boolean {
    for (let i = 0; i < size; i++) if (!isHostByte(byteAt(bytes, at + i))) return false;
    return size > 0 && size <= HOST_MAX;
  }

  function takeInterval(reader: FlatReader, into: Settings): boolean {
    const member = reader.member;
    for (let i = 0; i < into.intervals.length; i++) {
      if (!reader.isKeyOf(interval, names[i])) continue;
      const isFree = into.intervals[i] === 0 && member.kind === Kind.Integer;
      if (!isFree || !isInterval(scheduler, i, member.value, floorMs)) return false;
      into.intervals[i] = member.value;
      return true;
    }
    return false;
  }

  /** @returns whether the member may be there. */
  function take(reader: FlatReader, bytes: Bytes, into: Settings, mark: Mark): boolean {
    const which = find(reader);
    const member = reader.member;
    if (which === 0) return takeInterval(reader, into);
    if (seen & which) return false;
    seen |= which;
    if (which === Seen.Host) {
      hostAt = member.at;
      hostSize = member.size;
      return member.kind === Kind.Text && isHost(bytes, hostAt, hostSize);
    }
    if (member.kind !== Kind.Integer || member.value < 0) return false;
    if (which === Seen.Id) mark.id = member.value;
    else port = member.value;
    return which === Seen.Id || (port > 0 && port <= PORT_TOP);
  }

  function read(reader: FlatReader, bytes: Bytes, into: Settings, mark: Mark): number {
    seen = 0;
    mark.id = -1;
    into.address = emptied(into.address);
    for (let i = 0; i < into.intervals.length; i++) into.intervals[i] = 0;
    let more = reader.next();
    while (more > 0) {
      if (!take(reader, bytes, into, mark)) return Code.BadValue;
      more = reader.next();
    }
    if (more < 0) return more;
    const where = seen & (Seen.Host | Seen.Port);
    if (where === 0) return Code.Ok;
    if (where !== (Seen.Host | Seen.Port)) return Code.BadValue;
    into.address = join(joinWord(into.address, port), cut(view, bytes, hostAt, hostSize));
    return Code.Ok;
  }

  return { read };
}
