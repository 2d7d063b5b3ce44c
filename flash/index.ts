// Mote as a library for host programs: what the `mote` command does, as functions.

export { build, watch, type BuildOptions, type BuildResult, type SizeRow } from './build/build.ts';
export { checkBundle, formatFinding, type Finding } from './check/check.ts';
export { ExitCode, MoteError } from './errors.ts';
export { createSigner, type Signer, type SignerOptions } from './signing/signer.ts';
export {
  createVerifier,
  type Rejected,
  type Verified,
  type Verifier,
  type VerifierOptions,
  type VerifierState,
} from './signing/verifier.ts';
