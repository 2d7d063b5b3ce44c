// From the name of a broker to its profile.

import type { BrokerProfile } from './brokers/profile.ts';
import { brokers } from './brokers/index.ts';
import { ExitCode, MoteError } from './errors.ts';

/**
 * @param id name of a broker, as on the command line.
 * @param where what named it, for the error.
 * @throws MoteError that lists the known brokers.
 */
export function findBroker(id: string, where = '--broker-profile'): BrokerProfile {
  const broker = brokers.find((candidate) => candidate.id === id);
  if (broker !== undefined) return broker;
  const known = brokers.map((candidate) => candidate.id).join(', ');
  throw new MoteError(`unknown broker "${id}"`, `use one of ${known}`, where, ExitCode.Usage);
}
