/** First word of the name of each suite that runs in a browser: the reporter knows them by it. */
export const BROWSER_PREFIX = 'browser ';
