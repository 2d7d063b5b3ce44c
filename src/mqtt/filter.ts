// Topic filters as they are matched: cut at their wildcards once, so that a match is a few comparisons of whole pieces.
// A topic is matched where it stands in a packet (MQTT 3.1.1 section 4.7).

import { byteAt, constant, slashAt, standsAt, type Bytes } from '../bytes/bytes.ts';

const DOLLAR = 0x24;
const SLASH = 0x2f;
/** What a shared subscription begins with. */
export const SHARE = '$share/';

/** @returns what a shared subscription filters, or `filter` itself; empty when the name of the share is missing or wrong. */
export function prepareShared(filter: string): string {
  if (filter.indexOf(SHARE) !== 0) return filter;
  const parts = filter.split('/');
  const name = parts[1];
  return name.length === 0 || name.indexOf('+') + name.indexOf('#') > -2
    ? ''
    : filter.substr(SHARE.length + name.length + 1);
}

/** @returns what stands between the `+` of a valid filter, slashes included, without `/#` at its end. Start-up only. */
export function prepareFilter(filter: string): Bytes[] {
  const parts: Bytes[] = [];
  const names = filter.split('+');
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const length = name.indexOf('#') < 0 ? name.length : name.length - 2;
    parts.push(constant(name.substr(0, length > 0 ? length : 0)));
  }
  return parts;
}

/** A topic filter, prepared for matching. */
export interface Filter {
  /** What stands between the `+`, slashes included; without the `/#` at the end. */
  readonly parts: readonly Bytes[];
  /** Ends in #. */
  readonly isOpen: boolean;
  /** Begins with a wildcard: not for topics that begin with $ [MQTT-4.7.2-1]. */
  readonly isWild: boolean;
  /** `#`: all but those. */
  readonly isAll: boolean;
}

/** @returns whether the topic that stands in `bytes` from `from` to `end` matches. */
export function matches(filter: Filter, bytes: Bytes, from: number, end: number): boolean {
  const parts = filter.parts;
  let at = from;
  for (let i = 0; i < parts.length; i++) {
    if (i > 0) {
      at = slashAt(bytes, at);
      if (at < 0 || at > end) at = end;
    }
    const part = parts[i];
    if (!standsAt(bytes, part, at)) return false;
    at += part.length;
    // Behind the topic lies the payload, whatever it looks like.
    if (at > end) return false;
  }
  // What is left is the parent level, or more levels where the filter ends in #.
  if (at < end && !(filter.isOpen && (filter.isAll || byteAt(bytes, at) === SLASH))) return false;
  return !filter.isWild || byteAt(bytes, from) !== DOLLAR;
}
