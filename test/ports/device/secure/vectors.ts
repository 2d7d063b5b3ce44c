// The MACs of RFC 4231's vectors, one a line, from the engine's own SHA-256.

import { constant } from '../../../../src/bytes/bytes.ts';
import { openDigest } from '../../../../src/ports/espruino/digest.ts';
import { createHmac } from '../../../../src/signing/hmac.ts';
import { RFC4231 } from '../../../signing/vectors.ts';

const digest = openDigest()!;
for (let i = 0; i < RFC4231.length; i++) {
  const vector = RFC4231[i];
  print(createHmac(digest, vector.key, 300).of(constant(vector.message)), i);
}
