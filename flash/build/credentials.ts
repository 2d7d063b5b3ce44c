// Settings that are the content of a file: `file:client.pem`. Read when the bundle is put together, so that it stands in the bundle and
// nowhere else. PEM becomes DER, which is what engines take; nothing here says what is in a file.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MoteError } from '../errors.ts';
import { displayName } from './firmware.ts';

const PREFIX = 'file:';
const PEM = /^\s*-----BEGIN ([A-Z0-9 ]+)-----/;

/** @returns whether a setting stands for a file. What begins `file://` is an address, as browsers write it, and stays a text. */
export function isFile(text: string): boolean {
  return text.startsWith(PREFIX) && !text.startsWith(`${PREFIX}//`);
}

/** @returns the DER of a PEM file. */
function derOf(pem: string, label: string): Buffer {
  if (label === 'CERTIFICATE') return new X509Certificate(pem).raw;
  const key = createPrivateKey(pem);
  return key.export({ format: 'der', type: key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'pkcs8' });
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(`cannot read it (${code})`, 'correct the setting that names it', displayName(file));
  }
}

/**
 * @param text `file:` and a path, from `folder`. @returns bytes, one character each: DER of a certificate or a private key in PEM;
 * text without the end of its last line; all else as it is. @throws MoteError
 */
export function fileContent(text: string, folder: string): string {
  const file = resolve(folder, text.slice(PREFIX.length));
  const content = read(file);
  const latin1 = content.toString('latin1');
  const [, label] = PEM.exec(latin1) ?? [];
  // eslint-disable-next-line no-control-regex -- text has none but these
  if (label === undefined) return /[\0-\x08\x0e-\x1f]/.test(latin1) ? latin1 : latin1.replace(/\r?\n$/, '');
  try {
    return derOf(latin1, label).toString('latin1');
  } catch {
    throw new MoteError(
      `a ${label} in PEM that cannot be read`,
      'give a certificate or a private key without a passphrase',
      displayName(file),
    );
  }
}
