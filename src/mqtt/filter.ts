// Topic filters as they are matched: cut at their wildcards once, so that a match is a few comparisons of whole pieces.
// A topic is matched where it stands in a packet (MQTT 3.1.1 section 4.7).

import { byteAt, constant, slashAt, standsAt, type Bytes } from '../bytes/bytes.ts';

const HASH = 0x23;
const DOLLAR = 0x24;
const SLASH = 0x2f;
const SHARE = '$share/';

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

/**
 * @returns whether the topic that stands in `bytes` from `from` to `end` matches. A wildcard at the beginning is not for
 * topics that begin with $ [MQTT-4.7.2-1].
 * @param filter a valid filter. @param parts what `prepareFilter` made of it.
 */
export function matches(
  filter: string,
  parts: readonly Bytes[],
  bytes: Bytes,
  from: number,
  end: number,
): boolean {
  let at = from;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (i > 0) {
      at = slashAt(bytes, at);
      if (at < 0 || at > end) at = end;
    }
    // Behind the topic lies the payload, whatever it looks like.
    if (part.length > 0 && (!standsAt(bytes, part, at) || at + part.length > end)) return false;
    at += part.length;
  }
  // What is left is the parent level, or more levels where the filter ends in #.
  const isOpen = filter.charCodeAt(filter.length - 1) === HASH;
  if (at < end && !(isOpen && (filter.length === 1 || byteAt(bytes, at) === SLASH))) return false;
  return byteAt(bytes, from) !== DOLLAR || filter.charCodeAt(0) === DOLLAR;
}
