/** First word of the name of each suite that runs in an engine: the reporter knows them by it. */
export const SUITE_PREFIX = 'engine ';
