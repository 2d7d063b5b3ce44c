// Topic filters (MQTT 3.1.1 section 4.7): what is wrong with one, and whether a topic name matches it.

/** @returns the statement that a topic filter breaks, '' for none. */
export function filterFault(filter: string): string {
  if (filter === '') return '4.7.3-1 empty topic filter';
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index < levels.length - 1)) {
      return `4.7.1-2 # inside of ${filter}`;
    }
    if (level.includes('+') && level !== '+') return `4.7.1-3 + beside other characters in ${filter}`;
  }
  return '';
}

/** @returns whether `topic` matches a valid `filter`; a wildcard in front does not match a topic that begins with $ [MQTT-4.7.2-1]. */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[#+]/.test(filter)) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
