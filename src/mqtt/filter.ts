// Topic filters as they are matched: cut at their wildcards once, so that a match is a few comparisons of whole pieces.
// A topic is matched where it stands in a packet (MQTT 3.1.1 section 4.7).

import { byteAt, constant, slashAt, standsAt, type Bytes } from '../bytes/bytes.ts';

/** A filter that was cut at each `+`. */
export interface Pattern {
  /** What stands between the `+`, slashes included; a filter without `+` is one part. */
  readonly parts: readonly Bytes[];
  /** Ends in `/#`: the parent level and all below it. */
  readonly open: boolean;
  /** `#`: everything. */
  readonly all: boolean;
  /** `#`, or begins with a wildcard: not for topics that begin with $ [MQTT-4.7.2-1]. */
  readonly wild: boolean;
  /** No wildcard: one topic. */
  readonly exact: boolean;
}

const DOLLAR = 0x24;
const SLASH = 0x2f;
const SHARE = '$share/';

/** @returns what a shared subscription filters, or `filter` itself; empty when the name of the share is missing or wrong. */
export function withoutShare(filter: string): string {
  if (filter.indexOf(SHARE) !== 0) return filter;
  const end = filter.indexOf('/', SHARE.length);
  const name = filter.substr(SHARE.length, end < 0 ? 0 : end - SHARE.length);
  if (name.length === 0 || name.indexOf('+') >= 0 || name.indexOf('#') >= 0) return '';
  return filter.substr(end + 1);
}

/** Cut a valid filter. Start-up only. */
export function createPattern(filter: string): Pattern {
  const open = filter.charAt(filter.length - 1) === '#';
  const names = filter.split('+');
  const last = names.length - 1;
  // What is left is the parent level, which matches too.
  if (open) names[last] = names[last].substr(0, names[last].length > 1 ? names[last].length - 2 : 0);
  const parts: Bytes[] = [];
  for (let i = 0; i < names.length; i++) parts.push(constant(names[i]));
  return {
    parts,
    open,
    all: filter === '#',
    wild: filter.charAt(0) === '#' || filter.charAt(0) === '+',
    exact: !open && last === 0,
  };
}

/** @returns whether the topic that stands in `bytes` from `from` to `end` matches. */
export function matches(pattern: Pattern, bytes: Bytes, from: number, end: number): boolean {
  if (pattern.wild && byteAt(bytes, from) === DOLLAR) return false;
  let at = from;
  for (let i = 0; i < pattern.parts.length; i++) {
    if (i > 0) {
      at = slashAt(bytes, at);
      if (at < 0 || at > end) at = end;
    }
    const part = pattern.parts[i];
    if (part.length > 0) {
      if (!standsAt(bytes, part, at)) return false;
      at += part.length;
      // Behind the topic lies the payload, whatever it looks like.
      if (at > end) return false;
    }
  }
  return at === end || pattern.all || (pattern.open && byteAt(bytes, at) === SLASH);
}
