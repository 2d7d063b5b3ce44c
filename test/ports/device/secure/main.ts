// What a firmware that encrypts and signs looks like, for engines: a chip of the simulated world, certificates from its settings.

import { createSigning, openI2c, openTls, startMote } from 'mote-sdk/espruino';
import { createBme280 } from 'mote-sdk/sensors/bme280';
import settings from './settings.json';

const i2c = openI2c({ bus: 1, data: 21, clock: 22, hz: 400000 });

startMote({
  id: settings.id,
  broker: {
    host: settings.broker.host,
    port: settings.broker.port,
    backoff: { windowMs: 500, maxMs: 1000 },
    encryptedButUnverified: openTls({ cert: settings.tls.cert, key: settings.tls.key }),
  },
  sensors: [{ name: 'outdoor', driver: createBme280(i2c, { address: 0x76 }), intervalMs: 200 }],
  signing: createSigning({ key: settings.signingKey }),
});
