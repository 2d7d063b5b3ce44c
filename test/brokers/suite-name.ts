/** First word of the name of each suite that runs on a broker: the reporter knows them by it. */
export const BROKER_PREFIX = 'broker ';
