// What a person has to know who relies on the engine's TLS. No pair of programs shows it: both would run.

import type { Note } from '../rule.ts';
import { globalPath } from '../values.ts';

export const unverified: Note = {
  id: 'encrypted-but-unverified',
  title: 'connections over TLS are encrypted, but the broker is not verified',
  reason: 'Espruino verifies no certificate: who stands between can read and change everything',
  fix: 'sign payloads if it matters who sent them: docs/security.md',
  severity: 'warning',
  profile: 'espruino',
  visit: {
    CallExpression(node, report, source) {
      const [name] = node.arguments;
      const isTls = name?.type === 'Literal' && name.value === 'tls';
      if (isTls && globalPath(node.callee, source) === 'require') report(node);
    },
  },
};
