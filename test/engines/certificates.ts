// Self-signed certificates for a test, made by the openssl of this machine: RSA, which is all that Espruino's TLS speaks.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPath } from '../../bench/programs.ts';

export const OPENSSL_ENABLE = 'install the Debian package openssl';

export const hasOpenssl = (): boolean => inPath('openssl') !== undefined;

export interface Certificate {
  /** Files in PEM. */
  readonly cert: string;
  readonly key: string;
}

/** @returns a certificate for each name, and what removes all of them. */
export function createCertificates<N extends string>(
  ...names: N[]
): Record<N, Certificate> & { remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'mote-certificates-'));
  chmodSync(folder, 0o755);
  const certificates = names.map((name): [N, Certificate] => {
    const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.pem`)];
    const to = ['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...to], { stdio: 'ignore' });
    chmodSync(key, 0o644);
    return [name, { cert, key }];
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { ...(Object.fromEntries(certificates) as Record<N, Certificate>), remove };
}
